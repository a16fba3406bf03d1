#include "reports/junit.hpp"

#include <fmt/format.h>
#include <utf8.h>

#include <algorithm>
#include <cctype>
#include <iterator>
#include <map>
#include <optional>
#include <pugixml.hpp>
#include <set>
#include <sstream>

#include "reports/console.hpp"
#include "reports/printable.hpp"
#include "reports/run_names.hpp"
#include "reports/setup.hpp"

namespace hubspec::reports {

using namespace model;

namespace {

constexpr std::size_t longest_output = 64 * 1024;  // head and tail together
constexpr std::size_t longest_name = 512;
constexpr std::size_t longest_message = 4096;
const std::string no_reason = "no reason was recorded";

using Names = std::map<const CaseResult*, std::string>;

/// What every element is written from.
struct Source {
    const RunResult& run;
    const JunitOptions& options;
    Names names;  ///< of the testcases, unique in the run
};

// Three decimals, everywhere: one reader's schema takes no more, another shows six as they come.
std::string seconds(std::chrono::microseconds time) {
    return fmt::format("{:.3f}", static_cast<double>(time.count()) / 1e6);
}

void set(pugi::xml_node node, const char* name, const std::string& value) {
    node.append_attribute(name) = xml_safe(value).c_str();
}

// Readers fetch the file that such a line names: only the writer's own lines may have that form.
std::string without_orders(std::string_view text) {
    std::string out;
    while (!text.empty()) {
        const bool order = text.starts_with("[[ATTACHMENT|") || text.starts_with("[[PROPERTY|");
        const auto end = std::min(text.find('[', 1), text.size());
        out.append(text.substr(0, end));
        if (order) out += ' ';
        text.remove_prefix(end);
    }
    return out;
}

// A value or a title: one line that every reader takes as text.
std::string plain(const std::string& text) { return without_orders(xml_safe(one_line(text))); }

// Once it is as it will be written: what is made visible grows.
std::string cap(const std::string& text) {
    if (text.size() <= longest_output) return text;
    const auto first = head(text, longest_output / 2), last = tail(text, longest_output / 2);
    return std::string(first) + fmt::format("\n... {} bytes left out ...\n", text.size() - first.size() - last.size()) +
           std::string(last);
}

void add_text(pugi::xml_node node, const std::string& text) {
    node.append_child(pugi::node_pcdata).set_value(cap(xml_safe(text)).c_str());
}

// Readers show it as a title.
std::string title_line(const std::string& text) { return shortened(plain(text), longest_message); }

std::string case_name(const CaseResult& one) {
    if (one.name.starts_with("[setup] ") || one.name.starts_with("[baseline] ")) return one.name;
    // What tells it from others of its scenario: axes, the round, the run that it was merged from.
    const bool begins = one.name.starts_with(one.scenario);
    const auto rest = plain(begins ? one.name.substr(one.scenario.size()) : " " + one.name);
    const auto end = head(rest, longest_name / 2);
    const auto both = one.scenario.empty() || one.title.empty() ? "" : " ";
    const auto name = plain(one.scenario + both + one.title);
    const auto whole = std::string(head(name, longest_name - end.size())) + std::string(end);
    return whole.find_first_not_of(' ') == std::string::npos ? "unnamed" : whole;
}

// Of cases with one name, some readers keep only the first.
Names names_of(const RunResult& run) {
    Names names;
    std::set<std::string> taken;
    std::map<std::string, int> numbers;
    for (const auto& one : run.cases) {
        const auto wanted = case_name(one);
        auto name = wanted;
        for (int& number = numbers[wanted]; !taken.insert(name).second;) {
            number = std::max(number + 1, 2);
            const auto suffix = fmt::format(" #{}", number);
            name = std::string(head(wanted, longest_name - suffix.size())) + suffix;
        }
        names[&one] = name;
    }
    return names;
}

bool fails(const CaseResult& one, const JunitOptions& options) {
    return one.verdict == Verdict::fail || (options.strict_verdicts && one.verdict == Verdict::warn);
}
bool errs(const CaseResult& one) { return one.verdict == Verdict::error || one.verdict == Verdict::inconclusive; }

// The finding that made the verdict. There may be lesser ones beside it: a warning in a run that was interrupted.
const Finding* cause_of(const CaseResult& one) {
    const auto found = std::find_if(one.findings.begin(), one.findings.end(),
                                    [&](const Finding& finding) { return finding.verdict == one.verdict; });
    return found == one.findings.end() ? nullptr : &*found;
}

std::string type_of(const CaseResult& one) {
    if (const auto* cause = cause_of(one); cause != nullptr && !cause->type.empty())
        return shortened(plain(cause->type), longest_name);
    switch (one.verdict) {
        case Verdict::error:
            return "infra.connect";  // nothing was found because nothing ran: the target was out of reach
        case Verdict::inconclusive:
            return "inconclusive";
        case Verdict::fail:
            return "conformance.must";
        case Verdict::warn:
        case Verdict::pass:
        case Verdict::expected_failure:
        case Verdict::not_applicable:
            return "conformance.should";
    }
    return "conformance.must";
}

std::string message_of(const CaseResult& one) {
    const auto* cause = cause_of(one);
    const std::string text = cause != nullptr && !cause->summary.empty() ? cause->summary
                             : one.reason.empty()                        ? no_reason
                                                                         : one.reason;
    return title_line(text.starts_with(one.file) ? text : one.file + ": " + text);
}

std::vector<std::pair<std::string, std::string>> properties_of(const CaseResult& one, const RunResult& run) {
    std::vector<std::pair<std::string, std::string>> all;
    for (const auto& id : one.requirements) all.emplace_back("requirement", plain(id));
    all.emplace_back("level", std::string(to_string(one.level)));
    all.emplace_back("verdict", std::string(to_string(one.verdict)));
    all.emplace_back("scenario.id", plain(one.scenario));
    all.emplace_back("attempts", std::to_string(one.earlier_attempts.size() + 1));
    all.emplace_back("seed", std::to_string(run.seed));
    return all;
}

void add_properties(pugi::xml_node node, const std::vector<std::pair<std::string, std::string>>& all) {
    auto properties = node.append_child("properties");
    for (const auto& [name, value] : all) {
        auto property = properties.append_child("property");
        set(property, "name", name);
        set(property, "value", value);
    }
}

std::optional<std::string> reason_to_skip(const CaseResult& one, const RunResult& run) {
    if (one.verdict == Verdict::not_applicable)
        return "not applicable: " + (one.reason.empty() ? no_reason : one.reason);
    if (one.verdict == Verdict::expected_failure)
        return "expected failure: " + (one.reason.empty() ? no_reason : one.reason);
    if (waits_for_setup(one, run)) return "did not run: " + one.reason;
    return std::nullopt;
}

void add_outcome(pugi::xml_node node, const CaseResult& one, const Source& source) {
    if (const auto reason = reason_to_skip(one, source.run)) {
        auto skipped = node.append_child("skipped");
        // Validating readers know no type here.
        if (one.verdict == Verdict::expected_failure && source.options.flavor == JunitFlavor::rich)
            set(skipped, "type", "xfail");
        set(skipped, "message", title_line(*reason));
        return;
    }
    const bool failed = fails(one, source.options);
    if (!failed && !errs(one)) return;
    auto child = node.append_child(failed ? "failure" : "error");
    set(child, "type", type_of(one));
    set(child, "message", message_of(one));
    add_text(child, without_orders(format_failure(one, source.run, {})));
}

// One case, whatever it took: surefire's elements for attempts before the last. Readers know the Failure forms, not the
// Error forms. Validating readers know neither; there the attempts are lines of the output.
// A reader takes a skipped case with attempts for one that passed.
void add_attempts(pugi::xml_node node, const CaseResult& one, const Source& source) {
    if (source.options.flavor == JunitFlavor::strict || reason_to_skip(one, source.run)) return;
    const bool passed_at_last = !fails(one, source.options) && !errs(one);
    int number = 0;
    for (const auto& reason : one.earlier_attempts) {
        auto child = node.append_child(passed_at_last ? "flakyFailure" : "rerunFailure");
        set(child, "type", "infra");
        set(child, "message", title_line(fmt::format("attempt {}: {}", ++number, reason)));
        add_text(child.append_child("stackTrace"), plain(reason));
    }
}

std::string story_of(const CaseResult& one) {
    std::string text;
    if (one.verdict == Verdict::warn || one.verdict == Verdict::expected_failure)
        for (const auto& finding : one.findings)
            text += std::string(one.verdict == Verdict::warn ? "warning: " : "expected failure: ") +
                    one_line(finding.summary) + "\n";
    int number = 0;
    for (const auto& reason : one.earlier_attempts)
        text += fmt::format("attempt {} was an error: {}\n", ++number, one_line(reason));
    for (const auto& note : one.notes) text += "note: " + one_line(note) + "\n";
    return text + format_trace(one, {});
}

void add_output(pugi::xml_node node, const CaseResult& one, const Source& source) {
    std::string text;
    if (source.options.flavor == JunitFlavor::strict)
        for (const auto& [name, value] : properties_of(one, source.run))
            text += "[[PROPERTY|" + name + "=" + value + "]]\n";
    text += without_orders(story_of(one));
    if (!text.empty()) add_text(node.append_child("system-out"), text);
}

void add_place(pugi::xml_node node, const CaseResult& one) {
    const auto* cause = cause_of(one);
    set(node, "file", plain(one.file));
    set(node, "line", std::to_string(cause != nullptr && cause->place.line > 0 ? cause->place.line : 1));
}

void add_case(pugi::xml_node suite, const CaseResult& kept, const Source& source) {
    const Whole whole(kept);
    const auto& one = *whole;
    auto node = suite.append_child("testcase");
    set(node, "name", source.names.at(&kept));
    set(node, "classname", suite_of(one));
    set(node, "time", seconds(one.duration));
    if (source.options.flavor == JunitFlavor::rich) {
        add_place(node, one);
        set(node, "assertions", std::to_string(one.checks_executed));
        add_properties(node, properties_of(one, source.run));
    }
    add_outcome(node, one, source);
    add_attempts(node, one, source);
    add_output(node, one, source);
}

void add_counters(pugi::xml_node node, const std::vector<const CaseResult*>& cases, const Source& source,
                  bool with_skipped) {
    std::chrono::microseconds time{};
    std::size_t failures = 0, errors = 0, skipped = 0;
    for (const auto* one : cases) {
        time += one->duration;
        if (reason_to_skip(*one, source.run))
            ++skipped;
        else if (fails(*one, source.options))
            ++failures;
        else if (errs(*one))
            ++errors;
    }
    set(node, "tests", std::to_string(cases.size()));
    set(node, "failures", std::to_string(failures));
    set(node, "errors", std::to_string(errors));
    if (with_skipped) set(node, "skipped", std::to_string(skipped));
    set(node, "time", seconds(time));
}

// Without fraction and zone: what readers agree on. Empty when it is none.
std::string timestamp(const std::string& utc) {
    const std::string form = "0000-00-00T00:00:00";
    if (utc.size() < form.size()) return {};
    for (std::size_t i = 0; i < form.size(); ++i) {
        const bool digit = std::isdigit(static_cast<unsigned char>(utc[i])) != 0;
        if (form[i] == '0' ? !digit : utc[i] != form[i]) return {};
    }
    return utc.substr(0, form.size());
}

void add_suite_properties(pugi::xml_node suite, const RunResult& run) {
    std::vector<std::pair<std::string, std::string>> all{{"tool.version", plain(run.tool_version)},
                                                         {"seat", plain(run.seat)},
                                                         {"target", plain(run.target)},
                                                         {"target.kind", plain(run.target_kind)}};
    for (const auto& name : run.deviations) all.emplace_back("deviation", plain(name));
    all.emplace_back("seed", std::to_string(run.seed));
    if (!run.api_version.empty()) all.emplace_back("api-version", plain(run.api_version));
    if (const auto shards = shards_of(run); !shards.empty()) all.emplace_back("shard", shards);
    if (run.interrupted) all.emplace_back("interrupted", "true");
    add_properties(suite, all);
}

using Suites = std::vector<std::pair<std::string, std::vector<const CaseResult*>>>;

Suites suites_of(const RunResult& run) {
    Suites suites;
    for (const auto& one : run.cases) {
        const auto name = suite_of(one);
        auto found = std::find_if(suites.begin(), suites.end(), [&](const auto& suite) { return suite.first == name; });
        if (found == suites.end()) found = suites.insert(suites.end(), {name, {}});
        found->second.push_back(&one);
    }
    return suites;
}

std::string printed(pugi::xml_node node, unsigned depth) {
    std::ostringstream text;
    node.print(text, "  ", pugi::format_indent, pugi::encoding_utf8, depth);
    return text.str();
}

/// The document but for its testcases: a comment in each suite is where they belong.
std::string frame_of(const Suites& suites, const Source& source) {
    pugi::xml_document document;
    auto declaration = document.append_child(pugi::node_declaration);
    declaration.append_attribute("version") = "1.0";
    declaration.append_attribute("encoding") = "UTF-8";
    auto root = document.append_child("testsuites");
    set(root, "name", "hubspec");
    std::vector<const CaseResult*> all;
    for (const auto& [name, cases] : suites) all.insert(all.end(), cases.begin(), cases.end());
    add_counters(root, all, source, false);
    for (const auto& [name, cases] : suites) {
        auto suite = root.append_child("testsuite");
        set(suite, "name", name);
        add_counters(suite, cases, source, true);
        if (const auto began = timestamp(source.run.started_at); !began.empty()) set(suite, "timestamp", began);
        set(suite, "hostname", plain(source.run.host_name));
        add_suite_properties(suite, source.run);
        suite.append_child(pugi::node_comment).set_value("cases");
    }
    std::ostringstream text;
    document.save(text, "  ", pugi::format_indent, pugi::encoding_utf8);
    return text.str();
}

void write_document(const Suites& suites, const Source& source, const Output& output) {
    const auto frame = frame_of(suites, source);
    constexpr std::string_view mark = "    <!--cases-->\n";
    std::string_view left = frame;
    for (const auto& [name, cases] : suites) {
        const auto at = left.find(mark);
        output(left.substr(0, at));
        left.remove_prefix(at + mark.size());
        for (const auto* one : cases) {
            pugi::xml_document room;
            add_case(room, *one, source);
            output(printed(room.first_child(), 2));
        }
    }
    output(left);
}

}  // namespace

std::string xml_safe(std::string_view text) {
    std::string repaired;
    utf8::replace_invalid(text.begin(), text.end(), std::back_inserter(repaired), 0xFFFDU);
    std::string out;
    auto at = repaired.begin();
    while (at != repaired.end()) {
        const auto begin = at;
        const char32_t c = utf8::unchecked::next(at);
        // XML 1.0, 2.2: Char.
        const bool legal = c == 0x9 || c == 0xA || c == 0xD || (c >= 0x20 && c <= 0xD7FF) ||
                           (c >= 0xE000 && c <= 0xFFFD) || c >= 0x10000;
        if (legal)
            out.append(begin, at);
        else
            out += fmt::format("\\x{:02x}", static_cast<unsigned>(c));
    }
    return out;
}

void write_junit(const RunResult& whole, const JunitOptions& options, const Output& output) {
    const auto run = with_setup_cases(regroup(whole, options.granularity));
    write_document(suites_of(run), {run, options, names_of(run)}, output);
}

std::string to_junit(const RunResult& run, const JunitOptions& options) {
    return collected([&](const Output& output) { write_junit(run, options, output); });
}

void each_junit_file(const RunResult& whole, const JunitOptions& options,
                     const std::function<void(const std::string& name, const JunitFile& write)>& take) {
    const auto run = with_setup_cases(regroup(whole, options.granularity));
    const Source source{run, options, names_of(run)};
    for (const auto& suite : suites_of(run))
        take("TEST-" + suite.first + ".xml", [&](const Output& output) { write_document({suite}, source, output); });
}

}  // namespace hubspec::reports

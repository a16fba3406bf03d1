#include "reports/junit.hpp"

#include <fmt/format.h>
#include <utf8.h>

#include <algorithm>
#include <iterator>
#include <map>
#include <pugixml.hpp>
#include <set>
#include <sstream>

#include "reports/console.hpp"

namespace hubspec::reports {

using namespace model;

namespace {

constexpr std::size_t longest_output = 64 * 1024;  // head and tail together
constexpr std::size_t longest_name = 512;

// Three decimals, everywhere: one reader's schema takes no more, another shows six as they come.
std::string seconds(std::chrono::microseconds time) {
    return fmt::format("{:.3f}", static_cast<double>(time.count()) / 1e6);
}

void set(pugi::xml_node node, const char* name, const std::string& value) {
    node.append_attribute(name) = xml_safe(value).c_str();
}

std::string suite_of(const CaseResult& one) {
    auto folder = one.scenario.substr(0, one.scenario.rfind('/'));
    if (folder == one.scenario) folder = "scenarios";
    std::replace(folder.begin(), folder.end(), '/', '.');
    return "iothub." + folder;
}

std::string cap(const std::string& text) {
    if (text.size() <= longest_output) return text;
    const auto half = longest_output / 2;
    return text.substr(0, half) + fmt::format("\n... {} bytes left out ...\n", text.size() - 2 * half) +
           text.substr(text.size() - half);
}

// "file:line:col: ..." without an end of line: readers show it as a title.
std::string one_line(std::string text) {
    std::replace(text.begin(), text.end(), '\n', ' ');
    return text;
}

std::string case_name(const CaseResult& one) {
    const auto mark = one.name.find(" [");
    const std::string axes = mark == std::string::npos ? "" : one.name.substr(mark);
    std::string name = one.scenario + " " + one.title;
    if (name.size() + axes.size() <= longest_name) return name + axes;
    // Not within a character: continuation bytes begin with the bits 10.
    std::size_t size = longest_name - std::min(longest_name, axes.size());
    while (size > 0 && (static_cast<unsigned char>(name[size]) & 0xC0) == 0x80) --size;
    return name.substr(0, size) + axes;
}

bool fails(const CaseResult& one, const JunitOptions& options) {
    return one.verdict == Verdict::fail || (options.strict_verdicts && one.verdict == Verdict::warn);
}
bool errs(const CaseResult& one) { return one.verdict == Verdict::error || one.verdict == Verdict::inconclusive; }

const Finding* worst(const CaseResult& one) {
    const Finding* found = nullptr;
    for (const auto& finding : one.findings)
        if (found == nullptr || finding.verdict > found->verdict) found = &finding;
    return found;
}

std::vector<std::pair<std::string, std::string>> properties_of(const CaseResult& one) {
    std::vector<std::pair<std::string, std::string>> all;
    for (const auto& id : one.requirements) all.emplace_back("requirement", id);
    all.emplace_back("level", std::string(to_string(one.level)));
    all.emplace_back("verdict", std::string(to_string(one.verdict)));
    all.emplace_back("scenario.id", one.scenario);
    all.emplace_back("attempts", std::to_string(one.earlier_attempts.size() + 1));
    return all;
}

void add_outcome(pugi::xml_node node, const CaseResult& one, const RunResult& run, const JunitOptions& options) {
    const auto* finding = worst(one);
    const std::string message = one_line(finding != nullptr ? finding->summary : one.reason);
    if (one.verdict == Verdict::not_applicable) {
        set(node.append_child("skipped"), "message", "not applicable: " + one.reason);
        return;
    }
    if (!fails(one, options) && !errs(one)) return;
    auto child = node.append_child(fails(one, options) ? "failure" : "error");
    set(child, "type", finding != nullptr ? finding->type : "inconclusive");
    set(child, "message", message);
    child.append_child(pugi::node_pcdata).set_value(xml_safe(cap(format_failure(one, run, {}))).c_str());
}

// One case, whatever it took: surefire's elements for attempts before the last. Readers know the Failure forms, not the
// Error forms. Validating readers know neither; there the attempts are lines of the output.
void add_attempts(pugi::xml_node node, const CaseResult& one, const JunitOptions& options) {
    if (options.flavor == JunitFlavor::strict) return;
    const bool passed_at_last = !fails(one, options) && !errs(one);
    int number = 0;
    for (const auto& reason : one.earlier_attempts) {
        auto child = node.append_child(passed_at_last ? "flakyFailure" : "rerunFailure");
        set(child, "type", "infra");
        set(child, "message", fmt::format("attempt {}: {}", ++number, one_line(reason)));
        child.append_child("stackTrace").append_child(pugi::node_pcdata).set_value(xml_safe(reason).c_str());
    }
}

void add_output(pugi::xml_node node, const CaseResult& one, const JunitOptions& options) {
    std::string text;
    if (options.flavor == JunitFlavor::strict)
        for (const auto& [name, value] : properties_of(one)) text += "[[PROPERTY|" + name + "=" + value + "]]\n";
    if (one.verdict == Verdict::warn)
        for (const auto& finding : one.findings) text += "warning: " + finding.summary + "\n";
    int number = 0;
    for (const auto& reason : one.earlier_attempts)
        text += fmt::format("attempt {} was an error: {}\n", ++number, reason);
    for (const auto& note : one.notes) text += "note: " + note + "\n";
    text += format_trace(one, {});
    if (!text.empty())
        node.append_child("system-out").append_child(pugi::node_pcdata).set_value(xml_safe(cap(text)).c_str());
}

void add_case(pugi::xml_node suite, const CaseResult& one, const RunResult& run, const JunitOptions& options) {
    auto node = suite.append_child("testcase");
    set(node, "name", case_name(one));
    set(node, "classname", suite_of(one));
    set(node, "time", seconds(one.duration));
    if (options.flavor == JunitFlavor::rich) {
        const auto* finding = worst(one);
        set(node, "file", one.file);
        set(node, "line", std::to_string(finding != nullptr && finding->place.line > 0 ? finding->place.line : 1));
        set(node, "assertions", std::to_string(one.checks_executed));
        auto properties = node.append_child("properties");
        for (const auto& [name, value] : properties_of(one)) {
            auto property = properties.append_child("property");
            set(property, "name", name);
            set(property, "value", value);
        }
    }
    add_outcome(node, one, run, options);
    add_attempts(node, one, options);
    add_output(node, one, options);
}

void add_counters(pugi::xml_node node, const std::vector<const CaseResult*>& cases, const JunitOptions& options,
                  bool with_skipped) {
    std::chrono::microseconds time{};
    std::size_t failures = 0, errors = 0, skipped = 0;
    for (const auto* one : cases) {
        time += one->duration;
        if (fails(*one, options))
            ++failures;
        else if (errs(*one))
            ++errors;
        else if (one->verdict == Verdict::not_applicable)
            ++skipped;
    }
    set(node, "tests", std::to_string(cases.size()));
    set(node, "failures", std::to_string(failures));
    set(node, "errors", std::to_string(errors));
    if (with_skipped) set(node, "skipped", std::to_string(skipped));
    set(node, "time", seconds(time));
}

// Without fraction and zone: what readers agree on.
std::string timestamp(const std::string& utc) { return utc.substr(0, 19); }

void add_suite_properties(pugi::xml_node suite, const RunResult& run) {
    auto properties = suite.append_child("properties");
    const auto add = [&](const char* name, const std::string& value) {
        auto property = properties.append_child("property");
        set(property, "name", name);
        set(property, "value", value);
    };
    add("tool.version", run.tool_version);
    add("seat", run.seat);
    add("target", run.target);
    add("target.kind", run.target_kind);
    add("seed", std::to_string(run.seed));
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

std::string document_of(const Suites& suites, const RunResult& run, const JunitOptions& options) {
    pugi::xml_document document;
    auto declaration = document.append_child(pugi::node_declaration);
    declaration.append_attribute("version") = "1.0";
    declaration.append_attribute("encoding") = "UTF-8";
    auto root = document.append_child("testsuites");
    set(root, "name", "hubspec");
    std::vector<const CaseResult*> all;
    for (const auto& [name, cases] : suites) all.insert(all.end(), cases.begin(), cases.end());
    add_counters(root, all, options, false);
    for (const auto& [name, cases] : suites) {
        auto suite = root.append_child("testsuite");
        set(suite, "name", name);
        add_counters(suite, cases, options, true);
        set(suite, "timestamp", timestamp(run.started_at));
        set(suite, "hostname", run.host_name);
        add_suite_properties(suite, run);
        for (const auto* one : cases) add_case(suite, *one, run, options);
    }
    std::ostringstream text;
    document.save(text, "  ", pugi::format_indent, pugi::encoding_utf8);
    return text.str();
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
        const bool legal = c == 0x9 || c == 0xA || c == 0xD || (c >= 0x20 && c <= 0xD7FF) ||
                           (c >= 0xE000 && c <= 0xFFFD) || c >= 0x10000;
        if (legal && c != 0xFFFE)
            out.append(begin, at);
        else
            out += fmt::format("\\x{:02x}", static_cast<unsigned>(c));
    }
    return out;
}

std::string to_junit(const RunResult& run, const JunitOptions& options) {
    return document_of(suites_of(run), run, options);
}

std::vector<JunitFile> to_junit_files(const RunResult& run, const JunitOptions& options) {
    std::vector<JunitFile> files;
    for (const auto& suite : suites_of(run))
        files.push_back({"TEST-" + suite.first + ".xml", document_of({suite}, run, options)});
    return files;
}

}  // namespace hubspec::reports

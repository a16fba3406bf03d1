#include "harness/cli/baseline_file.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <cstdio>
#include <filesystem>
#include <nlohmann/json.hpp>

#include "harness/iothub/text.hpp"
#include "harness/model/time.hpp"
#include "harness/scenario/read.hpp"

namespace hubspec::cli {

namespace yaml = scenario::yaml;

namespace {

// "2027-01-31"
std::optional<std::chrono::sys_days> parse_day(const std::string& text) {
    int year = 0;
    unsigned month = 0, day = 0;
    char rest = 0;
    if (text.size() != 10 || std::sscanf(text.c_str(), "%4d-%2u-%2u%c", &year, &month, &day, &rest) != 3)
        return std::nullopt;
    const std::chrono::year_month_day date{std::chrono::year(year), std::chrono::month(month), std::chrono::day(day)};
    return date.ok() ? std::optional<std::chrono::sys_days>(date) : std::nullopt;
}

std::vector<std::string> read_ids(const yaml::Node& node, scenario::Diagnostics& diagnostics) {
    if (node.sequence() != nullptr) return yaml::read_texts(node, "requirement", diagnostics);
    const auto one = yaml::read_line(node, "requirement", diagnostics);
    return one ? std::vector<std::string>{*one} : std::vector<std::string>{};
}

run::KnownFailure read_entry(const yaml::Node& node, scenario::Diagnostics& diagnostics) {
    run::KnownFailure entry;
    entry.place = node.place;
    if (yaml::read_map(node, "a known failure", diagnostics) == nullptr) return entry;
    yaml::check_keys(node, "a known failure", {"match", "requirement", "reason", "ticket", "until"}, {"reason"},
                     diagnostics);
    const auto& map = *node.map();
    const auto line = [&](const char* name) {
        const auto* given = map.find(name);
        return given == nullptr ? std::string() : yaml::read_line(*given, name, diagnostics).value_or("");
    };
    entry.match = line("match");
    entry.reason = line("reason");
    entry.ticket = line("ticket");
    if (const auto* ids = map.find("requirement")) entry.requirements = read_ids(*ids, diagnostics);
    if (map.find("match") == nullptr && map.find("requirement") == nullptr)
        diagnostics.push_back(yaml::at(node, "a known failure has 'match', 'requirement' or both: what is it about?"));
    if (const auto* given = map.find("until")) {
        const auto text = yaml::read_line(*given, "until", diagnostics);
        if (text && !(entry.until = parse_day(*text)))
            diagnostics.push_back(yaml::at(*given, "'until' takes a day such as 2027-01-31, not '" + *text + "'"));
    }
    return entry;
}

// JSON text is YAML; what is safe without quotes goes without.
std::string written(const std::string& text) {
    const bool plain =
        !text.empty() && text.find_first_not_of("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_/.-") ==
                             std::string::npos;
    const bool is_word = plain && std::isalpha(static_cast<unsigned char>(text.front())) != 0 && text != "null" &&
                         text != "true" && text != "false";
    return is_word ? text : nlohmann::json(text).dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
}

std::string written(const run::KnownFailure& entry) {
    std::string text = "- match: " + written(entry.match) + "\n";
    if (entry.requirements.size() == 1) text += "  requirement: " + written(entry.requirements.front()) + "\n";
    if (entry.requirements.size() > 1)
        text += fmt::format("  requirement: [{}]\n", fmt::join(entry.requirements, ", "));
    return text + "  reason: " + written(entry.reason) + "\n";
}

bool is_comment(std::string_view line) {
    const auto begin = line.find_first_not_of(' ');
    return begin != std::string_view::npos && line[begin] == '#';
}

// Nothing but comments: nothing is known yet.
bool says_nothing(std::string_view text) {
    const auto lines = iothub::split(text, '\n');
    return std::all_of(lines.begin(), lines.end(), [](std::string_view line) {
        return is_comment(line) || line.find_first_not_of(" \r") == std::string_view::npos;
    });
}

constexpr const char* heading =
    "# Failures that are known and accepted. Of each: match (a pattern over case names), requirement, or both; "
    "reason;\n"
    "# ticket and until (a day) where there are any.\n";

}  // namespace

std::optional<run::Baseline> read_baseline(const std::string& path, bool may_be_new) {
    run::Baseline baseline{path, {}};
    std::error_code ignored;
    if (may_be_new && !std::filesystem::exists(path, ignored)) return baseline;
    const auto document = yaml::read(path);
    if (document.file != nullptr && says_nothing(document.file->text)) return baseline;
    auto diagnostics = document.diagnostics;
    if (!document.root.broken)
        if (const auto* list = yaml::read_list(document.root, "a baseline", diagnostics))
            for (const auto& item : list->items) baseline.known.push_back(read_entry(item, diagnostics));
    scenario::sort(diagnostics);
    if (!diagnostics.empty()) std::fputs(scenario::format(diagnostics).c_str(), stderr);
    if (scenario::has_errors(diagnostics)) return std::nullopt;
    return baseline;
}

std::string with_changes(const std::string& text, const run::Baseline& baseline, const run::BaselineUpdate& update) {
    const auto lines = iothub::split(text, '\n');
    // Where each entry begins, from 0. A comment right above it is its own; above the first stands the file's.
    std::vector<std::size_t> begins;
    for (const auto& entry : baseline.known) {
        auto begin = static_cast<std::size_t>(entry.place.line) - 1;
        while (!begins.empty() && begin > begins.back() + 1 && is_comment(lines[begin - 1])) --begin;
        begins.push_back(begin);
    }
    begins.push_back(lines.size());
    std::string out;
    const auto copy = [&](std::size_t from, std::size_t to) {
        for (auto i = from; i < to && i < lines.size(); ++i)
            if (i + 1 < lines.size() || !lines[i].empty()) out += std::string(lines[i]) + "\n";
    };
    copy(0, begins.front());
    if (text.empty()) out = heading;
    for (const auto index : update.kept) copy(begins[index], begins[index + 1]);
    for (const auto& entry : update.added) out += written(entry);
    return out;
}

std::string baseline_schema() {
    using Json = nlohmann::ordered_json;
    const Json text{{"type", "string"}, {"minLength", 1}};
    const auto of = [&](const char* doc) {
        auto one = text;
        one["description"] = doc;
        return one;
    };
    const Json entry{
        {"type", "object"},
        {"properties",
         {{"match", of("A pattern over case names and scenario ids: * within a folder, ** across. When missing, every "
                       "case that verifies the requirement.")},
          {"requirement",
           {{"description", "What is broken. When missing, whatever the matching cases find."},
            {"anyOf", {text, {{"type", "array"}, {"items", text}, {"minItems", 1}}}}}},
          {"reason", of("Why it is accepted.")},
          {"ticket", of("Where it is followed up.")},
          {"until",
           {{"type", "string"},
            {"pattern", "^[0-9]{4}-[0-9]{2}-[0-9]{2}$"},
            {"description", "The last day on which it is accepted."}}}}},
        {"required", {"reason"}},
        {"anyOf", {{{"required", {"match"}}}, {{"required", {"requirement"}}}}},
        {"additionalProperties", false}};
    const Json schema{{"$schema", "https://json-schema.org/draft/2020-12/schema"},
                      {"title", "Known failures of a hub or a device"},
                      {"type", "array"},
                      {"items", entry}};
    return schema.dump(2) + "\n";
}

std::chrono::sys_days today() { return std::chrono::floor<std::chrono::days>(std::chrono::system_clock::now()); }

}  // namespace hubspec::cli

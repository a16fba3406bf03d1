#include "reports/results_json.hpp"

#include "reports/run_json.hpp"

namespace hubspec::reports {

using namespace model;

namespace {

/// A part of the document, as deep in it as it will stand.
std::string part(const Json& json, std::size_t depth) {
    std::string text;
    for (const char c : json.dump(1, ' ', false, Json::error_handler_t::replace)) {
        text += c;
        if (c == '\n') text.append(depth, ' ');
    }
    return text;
}

}  // namespace

void write_results_json(const RunResult& run, const Output& output) {
    Json head{{"format", "hubspec-results"}, {"version", results_version}};
    head.update(write_run(run));
    const auto requirements = std::move(head["requirements"]);
    head.erase("requirements");
    auto beginning = part(head, 0);
    beginning.resize(beginning.size() - 2);  // the brace on its line
    output(beginning + ",\n \"cases\": [");
    for (const auto& one : run.cases)
        output((&one == &run.cases.front() ? "\n  " : ",\n  ") + part(write_case(one), 2));
    // What explains the cases stands below them.
    output((run.cases.empty() ? "]" : "\n ]") + (",\n \"requirements\": " + part(requirements, 1)) + "\n}\n");
}

std::string to_results_json(const RunResult& run) {
    return collected([&](const Output& output) { write_results_json(run, output); });
}

std::variant<RunResult, std::string> from_results_json(std::string_view text) {
    const auto parsed = parse_stored(text);
    if (const auto* problem = std::get_if<std::string>(&parsed)) return *problem;
    try {
        const Reader in(std::get<Json>(parsed), "");
        if (in.text("format") != "hubspec-results") throw Wrong{"/format: this is no stored result of hubspec"};
        if (const auto version = in.number<int>("version"); version < 1 || version > results_version)
            throw Wrong{"/version: this hubspec reads versions up to " + std::to_string(results_version) +
                        ", the file has version " + std::to_string(version)};
        auto run = read_run(in);
        run.cases = in.each("cases", read_case);
        return run;
    } catch (const Wrong& wrong) {
        return wrong.text;
    }
}

}  // namespace hubspec::reports

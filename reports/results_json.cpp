#include "reports/results_json.hpp"

#include "reports/run_json.hpp"

namespace hubspec::reports {

using namespace model;

std::string to_results_json(const RunResult& run) {
    Json json{{"format", "hubspec-results"}, {"version", results_version}};
    json.update(write_run(run));
    Json cases = Json::array();
    for (const auto& one : run.cases) cases.push_back(write_case(one));
    auto requirements = std::move(json["requirements"]);
    json.erase("requirements");
    json["cases"] = std::move(cases);
    json["requirements"] = std::move(requirements);  // what explains the cases stands below them
    return json.dump(1, ' ', false, Json::error_handler_t::replace) + "\n";
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

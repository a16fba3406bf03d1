#include <cstdint>
#include <cstdlib>
#include <string>

#include "reports/event_stream.hpp"
#include "reports/junit.hpp"
#include "reports/load_json.hpp"
#include "reports/results_json.hpp"

using namespace hubspec;

namespace {

/// What can be read can be written again, as the same; and its reports are well formed.
void write_again(const model::RunResult& run) {
    const auto text = reports::to_results_json(run);
    const auto again = reports::from_results_json(text);
    if (!std::holds_alternative<model::RunResult>(again)) std::abort();
    if (reports::to_results_json(std::get<model::RunResult>(again)) != text) std::abort();
    for (const auto flavor : {reports::JunitFlavor::rich, reports::JunitFlavor::strict}) {
        reports::JunitOptions options;
        options.flavor = flavor;
        if (reports::to_junit(run, options).empty()) std::abort();
    }
}

}  // namespace

/// Whatever a stored result holds, it is read or one sentence says what is wrong with it.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::string text(reinterpret_cast<const char*>(data), size);
    const auto check = [](const auto& read) {
        if (const auto* run = std::get_if<model::RunResult>(&read)) return write_again(*run);
        if (std::get<std::string>(read).empty()) std::abort();
    };
    check(reports::is_event_stream(text) ? reports::from_events(text) : reports::from_results_json(text));
    const auto load = reports::parse_load_json(text);
    if (const auto* wrong = std::get_if<std::string>(&load); wrong != nullptr && wrong->empty()) std::abort();
    return 0;
}

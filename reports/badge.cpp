#include "reports/badge.hpp"

#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "reports/tally.hpp"

namespace hubspec::reports {

using namespace model;

namespace {

constexpr const char* label = "IoT Hub conformance";

struct Badge {
    std::string message, colour, hex;
};

Badge badge_of(const RunResult& run, bool strict) {
    const auto tally = tally_of(run);
    const int status = exit_status(run, strict);
    if (run.interrupted || status == 4 || tally.judged() == 0) return {"unknown", "lightgrey", "#6a737d"};
    if (status == 0 && tally.excused == 0)
        return {fmt::format("{} requirements", tally.held + tally.warned), "brightgreen", "#1a7f37"};
    const auto message = fmt::format("{} of {} requirements", tally.held + tally.warned, tally.judged());
    if (status == 0) return {message, "yellowgreen", "#4f7a00"};
    if (status == 1) return {message, "red", "#b3261e"};
    return {message, "yellow", "#8a6100"};
}

// About what DejaVu Sans at 11 px takes.
std::size_t width_of(std::string_view text) { return text.size() * 7 + 10; }

}  // namespace

std::string to_badge_svg(const RunResult& run, bool strict) {
    const auto badge = badge_of(run, strict);
    const auto left = width_of(label), right = width_of(badge.message);
    return fmt::format(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{0}\" height=\"20\" role=\"img\" aria-label=\"{1}: {2}\">\n"
        "<title>{1}: {2}</title>\n"
        "<clipPath id=\"r\"><rect width=\"{0}\" height=\"20\" rx=\"3\"/></clipPath>\n"
        "<g clip-path=\"url(#r)\"><rect width=\"{3}\" height=\"20\" fill=\"#40464d\"/>"
        "<rect x=\"{3}\" width=\"{4}\" height=\"20\" fill=\"{5}\"/></g>\n"
        "<g fill=\"#fff\" text-anchor=\"middle\" font-family=\"Verdana,DejaVu Sans,sans-serif\" font-size=\"11\">"
        "<text x=\"{6}\" y=\"14\">{1}</text><text x=\"{7}\" y=\"14\">{2}</text></g>\n</svg>\n",
        left + right, label, badge.message, left, right, badge.hex, left / 2, left + right / 2);
}

std::string to_badge_json(const RunResult& run, bool strict) {
    const auto badge = badge_of(run, strict);
    return nlohmann::ordered_json{
               {"schemaVersion", 1}, {"label", label}, {"message", badge.message}, {"color", badge.colour}}
               .dump() +
           "\n";
}

}  // namespace hubspec::reports

#include "reports/stored.hpp"

namespace hubspec::reports {

namespace {

// A device may say what it likes: its JSON comes with this.
constexpr int deepest = 200;

}  // namespace

std::variant<Json, std::string> parse_stored(std::string_view text) {
    // The parser would take a NUL for the end.
    if (const auto nul = text.find('\0'); nul != std::string_view::npos)
        return "this is no JSON: byte " + std::to_string(nul + 1);
    bool too_deep = false;
    const auto guard = [&](int depth, Json::parse_event_t, Json&) {
        too_deep = too_deep || depth > deepest;
        return !too_deep;
    };
    const std::string deep = "the JSON is nested deeper than " + std::to_string(deepest) + " levels";
    try {
        auto json = Json::parse(text, guard);
        if (too_deep) return deep;
        return json;
    } catch (const Json::parse_error& error) {
        return too_deep ? deep : "this is no JSON: byte " + std::to_string(error.byte);
    } catch (const Json::out_of_range&) {  // 1e999
        return std::string("this is no JSON: a number is out of range");
    }
}

}  // namespace hubspec::reports

#include "harness/cli/load_terms.hpp"

#include <array>
#include <charconv>
#include <cmath>
#include <utility>

#include "harness/scenario/read.hpp"

namespace hubspec::cli {

namespace yaml = scenario::yaml;
using namespace model;

namespace {

constexpr double highest_rate = 1'000'000;

/// A number without sign, and what stands behind it.
std::optional<std::pair<double, std::string_view>> number_and_unit(const yaml::Node& node) {
    const auto* text = node.text();
    if (text == nullptr || text->empty() || (*text)[0] < '0' || (*text)[0] > '9') return std::nullopt;
    double number = 0;
    const auto* end = text->data() + text->size();
    const auto [rest, error] = std::from_chars(text->data(), end, number, std::chars_format::fixed);
    if (error != std::errc{} || !std::isfinite(number)) return std::nullopt;
    return std::pair(number, std::string_view(rest, static_cast<std::size_t>(end - rest)));
}

template <std::size_t count>
std::optional<double> scaled(const yaml::Node& node,
                             const std::array<std::pair<std::string_view, double>, count>& units) {
    const auto given = number_and_unit(node);
    if (!given) return std::nullopt;
    for (const auto& [unit, scale] : units)
        if (unit == given->second) return given->first * scale;
    return std::nullopt;
}

}  // namespace

std::optional<double> LoadTerms::rate(const yaml::Node& node, std::string_view name) {
    static constexpr std::array<std::pair<std::string_view, double>, 3> units{
        {{"/s", 1}, {"/m", 1.0 / 60}, {"/h", 1.0 / 3600}}};
    const auto rate = scaled(node, units);
    if (rate && *rate > 0 && *rate <= highest_rate) return rate;
    if (!node.broken) diagnostics_.push_back(yaml::misfit(node, name, "a rate such as 50/s or 600/m"));
    return std::nullopt;
}

std::optional<Micros> LoadTerms::latency(const yaml::Node& node, std::string_view name) {
    static constexpr std::array<std::pair<std::string_view, double>, 4> units{
        {{"us", 1}, {"ms", 1e3}, {"s", 1e6}, {"m", 6e7}}};
    const auto time = scaled(node, units);
    if (time && *time >= 1 && *time <= 6e7 * 60 * 24) return Micros(std::llround(*time));
    if (!node.broken) diagnostics_.push_back(yaml::misfit(node, name, "a time such as 20ms, 500us or 1.5s"));
    return std::nullopt;
}

std::optional<double> LoadTerms::percent(const yaml::Node& node, std::string_view name) {
    static constexpr std::array<std::pair<std::string_view, double>, 1> units{{{"%", 1}}};
    const auto percent = scaled(node, units);
    if (percent && *percent <= 100) return percent;
    if (!node.broken) diagnostics_.push_back(yaml::misfit(node, name, "a share from 0% to 100%, such as 0.1%"));
    return std::nullopt;
}

std::int64_t largest_payload(Operation operation) {
    switch (operation) {
        case Operation::telemetry:
            return 262'144;
        case Operation::reported:
            return 32'768;
        case Operation::method:
            return 131'072;
        case Operation::cloud_to_device:
            return 65'536;
        case Operation::connect:
        case Operation::twin_get:
        case Operation::reconnect:
            return 0;
    }
    return 0;
}

}  // namespace hubspec::cli

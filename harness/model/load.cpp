#include "harness/model/load.hpp"

#include <algorithm>
#include <cmath>
#include <cstdio>

namespace hubspec::model {

namespace {

std::string printed(const char* form, int places, double figure) {
    char text[64];
    std::snprintf(text, sizeof text, form, places, figure);
    return text;
}

// No exponent where numbers get large, and no zeros at the end.
std::string digits(double figure) {
    const auto rounded = three_digits(figure);
    if (rounded == 0) return "0";
    const int whole = static_cast<int>(std::floor(std::log10(std::abs(rounded)))) + 1;
    auto text = printed("%.*f", std::clamp(3 - whole, 0, 9), rounded);
    if (text.find('.') == std::string::npos) return text;
    text.erase(text.find_last_not_of('0') + 1);
    if (text.back() == '.') text.pop_back();
    return text;
}

std::string percentile_name(double percent) { return "p" + printed("%.*g", 6, percent); }

}  // namespace

std::string_view to_string(Operation operation) {
    static constexpr std::array<std::string_view, all_operations.size()> names{
        "connect", "telemetry", "twin_get", "reported", "method", "cloud_to_device", "reconnect"};
    return names[number_of(operation)];
}

std::optional<Operation> operation_named(std::string_view name) {
    for (const auto one : all_operations)
        if (to_string(one) == name) return one;
    return std::nullopt;
}

double three_digits(double figure) {
    if (figure == 0 || !std::isfinite(figure)) return figure;
    const double scale = std::pow(10.0, 2 - std::floor(std::log10(std::abs(figure))));
    return std::round(figure * scale) / scale;
}

std::string describe_time(std::uint64_t microseconds) {
    const auto us = three_digits(static_cast<double>(microseconds));
    if (us < 1000) return digits(us) + " us";
    if (us < 1'000'000) return digits(us / 1000) + " ms";
    return digits(us / 1'000'000) + " s";
}

std::string describe_rate(double per_second) { return digits(per_second) + "/s"; }
std::string describe_percent(double percent) { return digits(percent) + " %"; }

std::string name_of(const Threshold& threshold) {
    std::string name = threshold.operation ? std::string(to_string(*threshold.operation)) + " " : "";
    switch (threshold.kind) {
        case Threshold::Kind::errors:
            return name + "errors";
        case Threshold::Kind::percentile:
            return name + percentile_name(threshold.percent);
        case Threshold::Kind::most:
            return name + "max";
        case Threshold::Kind::rate:
            return name + "rate";
    }
    return name;
}

std::string describe_limit(const Threshold& threshold) {
    switch (threshold.kind) {
        case Threshold::Kind::errors:
            return "at most " + describe_percent(threshold.limit);
        case Threshold::Kind::percentile:
        case Threshold::Kind::most:
            return "at most " + describe_time(static_cast<std::uint64_t>(threshold.limit));
        case Threshold::Kind::rate:
            return "at least " + describe_rate(threshold.limit);
    }
    return {};
}

double rate_of(const LoadResult& result, Operation operation) {
    const auto& tally = result.operations[number_of(operation)];
    const bool connects = operation == Operation::connect;
    const auto began = connects ? Micros{} : result.mix_began;
    const auto lasted = connects ? std::min(result.mix_began, result.duration) : result.mix_lasted;
    const auto span = std::max(lasted, tally.last - began);
    return span.count() <= 0 ? 0 : static_cast<double>(tally.done) * 1e6 / static_cast<double>(span.count());
}

double errors_of(const OperationTally& tally) {
    const auto tried = tally.done + tally.errors;
    return tried == 0 ? 0 : 100.0 * static_cast<double>(tally.errors) / static_cast<double>(tried);
}

std::uint64_t throttled_in(const LoadResult& result) {
    std::uint64_t count = 0;
    for (const auto& tally : result.operations)
        for (const auto& [cause, times] : tally.causes)
            if (cause.find(throttled_mark) != std::string::npos) count += times;
    return count;
}

}  // namespace hubspec::model

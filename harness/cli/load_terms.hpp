#pragma once

#include <optional>
#include <string_view>

#include "harness/model/load.hpp"
#include "harness/scenario/yaml.hpp"

namespace hubspec::cli {

/// The values of a load file that no other file has: rates, latencies and shares.
class LoadTerms {
public:
    explicit LoadTerms(scenario::Diagnostics& diagnostics) : diagnostics_(diagnostics) {}
    /// "50/s", "0.5/s", "600/m"; in a second.
    std::optional<double> rate(const scenario::yaml::Node& node, std::string_view name);
    /// "20ms", "500us", "1.5s"; longer than nothing.
    std::optional<model::Micros> latency(const scenario::yaml::Node& node, std::string_view name);
    /// "0%", "0.1%".
    std::optional<double> percent(const scenario::yaml::Node& node, std::string_view name);

private:
    scenario::Diagnostics& diagnostics_;
};

/// Bytes, so that no hub must refuse it for its size; 0: it has no payload of its own.
std::int64_t largest_payload(model::Operation operation);

inline constexpr const char* rate_pattern = "^[0-9]+(\\.[0-9]+)?/(s|m|h)$";
inline constexpr const char* latency_pattern = "^[0-9]+(\\.[0-9]+)?(us|ms|s|m)$";
inline constexpr const char* percent_pattern = "^[0-9]+(\\.[0-9]+)?%$";

}  // namespace hubspec::cli

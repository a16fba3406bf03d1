#include "harness/cli/hub_bounds.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <cstdio>

#include "harness/cli/nearest.hpp"

namespace hubspec::cli {

namespace {

std::optional<std::string> set_bound(hub::Bounds& bounds, const std::string& given) {
    const auto equals = std::min(given.find('='), given.size());
    const auto name = given.substr(0, equals), number = given.substr(std::min(equals + 1, given.size()));
    const auto known = hub::named_bounds();
    const auto found = std::ranges::find(known, name, &hub::NamedBound::name);
    if (found == known.end()) {
        std::vector<std::string> names;
        for (const auto& one : known) names.emplace_back(one.name);
        return fmt::format("there is no bound '{}'{} (`hubspec hub --help` names them all)", name,
                           did_you_mean(name, names));
    }
    std::uint32_t value = 0;
    const auto [end, error] = std::from_chars(number.data(), number.data() + number.size(), value);
    if (error != std::errc() || end != number.data() + number.size() || value == 0)
        return fmt::format("--bound {}: '{}' is no whole number from 1 to 4294967295", name, number);
    bounds.*(found->member) = value;
    return std::nullopt;
}

}  // namespace

std::optional<hub::Bounds> read_bounds(const std::vector<std::string>& given) {
    hub::Bounds bounds;
    for (const auto& one : given)
        if (const auto problem = set_bound(bounds, one)) {
            fmt::print(stderr, "hubspec: {}\n", *problem);
            return std::nullopt;
        }
    return bounds;
}

std::string describe_bounds() {
    std::string text;
    const hub::Bounds defaults;
    for (const auto& one : hub::named_bounds())
        text += fmt::format("{}{}={} ({})", text.empty() ? "" : "; ", one.name, defaults.*(one.member), one.meaning);
    return text;
}

}  // namespace hubspec::cli

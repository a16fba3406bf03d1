#pragma once

#include <optional>
#include <string>
#include <variant>

#include "harness/model/scenario.hpp"
#include "harness/scenario/scope.hpp"
#include "harness/scenario/vocabulary.hpp"
#include "harness/scenario/yaml.hpp"

namespace hubspec::scenario {

/// `device: {publish: {...}}`: what stands behind the speaker.
struct Line {
    const LineSpec* spec = nullptr;
    std::variant<model::Action, model::Expectation> form;
};

/// Reads it; nullopt when the line itself is unknown. Its fields may have problems all the same.
std::optional<Line> read_line(model::Speaker speaker, const yaml::Node& node, Scope& scope);

/// The list of `wire: {send: [...]}`: each item an object with one member, the packet.
model::Pattern sent_packets(const yaml::Node& node, Scope& scope);

}  // namespace hubspec::scenario

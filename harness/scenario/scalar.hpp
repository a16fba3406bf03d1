#pragma once

#include <string>
#include <string_view>

#include "harness/model/value.hpp"

namespace hubspec::scenario::yaml {

/// What a scalar without quotes stands for: the YAML 1.2 core schema, without the spellings that readers disagree
/// about.
struct Plain {
    model::Value value;
    std::string problem;  ///< why it is refused; empty: it is fine
};

/// `null`, `~`, `true`, `false`, `-12`, `1.5` are what they look like; `yes`, `on` and `5s` are text; `010`, `0x10`,
/// `1e3`, `1_000`, `.5`, `True` and `NULL` mean different things to different readers and are refused.
Plain resolve_plain(std::string_view text);

}  // namespace hubspec::scenario::yaml

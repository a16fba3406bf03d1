#pragma once

#include <functional>
#include <string>
#include <variant>

#include "harness/run/plan.hpp"

namespace hubspec::cli {

/// A variable of the environment; nullptr: it is not set.
using Variables = std::function<const char*(const char* name)>;
/// Those of this process.
const char* variable_of_process(const char* name);

struct ChosenShard {
    run::Shard shard;
    std::string said_by;  ///< "GitLab's CI_NODE_INDEX and CI_NODE_TOTAL"; empty: it was given as I/N
};

/// What `--shard` says: "2/4", or "auto", which is what the CI's variables have. A text says what is wrong and what to
/// do about it.
std::variant<ChosenShard, std::string> parse_shard(const std::string& text,
                                                   const Variables& variables = variable_of_process);

/// Says which part this is where the CI's variables did, and nothing where it was given.
void say_shard(const ChosenShard& chosen);

}  // namespace hubspec::cli

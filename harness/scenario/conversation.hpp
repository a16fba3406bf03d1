#pragma once

#include <vector>

#include "harness/model/scenario.hpp"
#include "harness/scenario/diagnostic.hpp"
#include "harness/scenario/source_file.hpp"

/// What the steps mean for each other, once all of them are read.
namespace hubspec::scenario {

/// Connections that are spoken of but never opened, or that belong to another actor.
void check_connections(const std::vector<model::Step>& steps, const SourceFile& file, Diagnostics& diagnostics);

/// Makes explicit which exchange each `answer` means, and says where there is none.
void link_answers(std::vector<model::Step>& steps, const SourceFile& file, Diagnostics& diagnostics);

/// Fills Step::left_to_later.
void leave_to_later(std::vector<model::Step>& steps);

/// Capabilities that the lines need, in the order of capabilities().
std::vector<std::string> needs_of(const std::vector<model::Step>& steps);

}  // namespace hubspec::scenario

#pragma once

#include "harness/model/result.hpp"

namespace hubspec::test {

/// A run with a case of each verdict, in two folders, with everything that a finding can have.
model::RunResult sample_run();

/// A run whose every text holds bytes that XML, JSON and terminals cannot take as they are; one is a megabyte long and
/// one case is there twice.
model::RunResult hostile_run();

/// "tests/reports/golden/NAME", compared with `text`. HUBSPEC_UPDATE_GOLDEN=1 writes it anew.
std::string golden(const std::string& name, const std::string& text);

}  // namespace hubspec::test

#pragma once

#include <string>
#include <utility>
#include <vector>

#include "harness/cli/statement.hpp"
#include "harness/cli/suite.hpp"
#include "harness/model/result.hpp"

namespace hubspec::cli {

/// Requirement and reason of each fault that the maker knows of.
using KnownFaults = std::vector<std::pair<std::string, std::string>>;

KnownFaults known_faults(const Statement& statement);

/// What the maker knows of is told, and fails nothing.
void forgive(model::CaseResult& result, const KnownFaults& known);

/// SHA-256 of all scenarios that certify devices, hex.
std::string hash_of_suite(const Suite& suite);

/// What was certified, by what and where.
model::Certification certification_of(const Statement& statement, const Suite& suite, const SuiteOptions& chosen,
                                      const std::vector<model::CaseResult>& cases);

}  // namespace hubspec::cli

#pragma once

#include <string>

#include "harness/model/result.hpp"

namespace hubspec::reports {

/// The certificate of conformance in short, to be kept or published: verdict, claims, levels, findings, what was not
/// tested and why, versions and hashes. YAML.
std::string to_certificate_yaml(const model::RunResult& run);

/// The same for people, with the packets behind each finding: one page without anything from elsewhere.
std::string to_certificate_html(const model::RunResult& run);

/// "conformant", "conformant with warnings", "not conformant", "not complete".
std::string certificate_verdict(const model::RunResult& run);

}  // namespace hubspec::reports

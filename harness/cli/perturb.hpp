#pragma once

#include <string>

#include "fixtures/hub/server/server.hpp"
#include "harness/run/fields.hpp"

namespace hubspec::cli {

/// Carries out a hub line of the hub seat: `drop`, `withhold`, `answer_connect`, ... Throws std::invalid_argument when
/// it cannot be done.
void perturb(hub::Server& server, const std::string& verb, const run::Fields& fields);

}  // namespace hubspec::cli

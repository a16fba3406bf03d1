#pragma once

#include <string>

#include "reports/protocol.hpp"
#include "reports/write.hpp"

namespace hubspec::cli {

/// The protocol as the suite that comes with hubspec covers it for a seat ("device" or "hub"); empty for a report that
/// does not show it.
const reports::Protocol& protocol_for(const reports::Destination& destination, const std::string& seat);

}  // namespace hubspec::cli

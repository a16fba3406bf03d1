#pragma once

#include <string>
#include <vector>

#include "harness/mqtt/decode.hpp"

namespace hubspec::mqtt {

/// A packet and its bytes, written down from the figures of the standard and not from our encoder.
struct Golden {
    std::string name;
    Sender sender;
    Packet packet;
    std::string bytes;  ///< as bytes_of() reads them
};

/// Every control packet, every flag and every optional field at least once.
const std::vector<Golden>& golden_packets();

}  // namespace hubspec::mqtt

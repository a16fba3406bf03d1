#pragma once

#include <string>
#include <vector>

#include "harness/mqtt/decode.hpp"

namespace hubspec::mqtt {

/// Bytes with a '|' behind the one that proves the malformation.
struct MalformedCase {
    Sender sender;
    std::string bytes;
    Malformed expected;
};

/// Every shorter piece is Incomplete, every longer one malformed in the same words, whole or through a StreamDecoder.
void expect_all(const std::vector<MalformedCase>& cases);

}  // namespace hubspec::mqtt

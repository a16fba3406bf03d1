#pragma once

#include <string>
#include <string_view>

#include "harness/mqtt/packet.hpp"

namespace hubspec::mqtt {

/// "10 0C 'MQTT' 04": hex pairs and quoted ASCII, blanks and '|' between them ignored.
Bytes bytes_of(std::string_view written);

/// `count` times the byte.
std::string repeated(char c, std::size_t count);

}  // namespace hubspec::mqtt

#pragma once

#include <ostream>

#include "harness/mqtt/decode.hpp"
#include "harness/mqtt/describe.hpp"

/// What GoogleTest prints instead of the bytes of an object.
namespace hubspec::mqtt {

inline void PrintTo(const Malformed& malformed, std::ostream* out) {
    *out << malformed.clause << " at " << malformed.offset << ": " << malformed.text;
}
inline void PrintTo(const Incomplete&, std::ostream* out) { *out << "incomplete"; }
inline void PrintTo(const Decoded& decoded, std::ostream* out) {
    *out << describe(decoded.packet) << " in " << decoded.size << " bytes";
}

}  // namespace hubspec::mqtt

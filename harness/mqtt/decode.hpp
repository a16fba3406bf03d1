#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <set>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <variant>

#include "harness/mqtt/packet.hpp"

namespace hubspec::mqtt {

/// Who sent the bytes: some packets and flags are legal in one direction only.
enum class Sender { client, server };

/// The bytes end before the packet does.
struct Incomplete {
    bool operator==(const Incomplete&) const = default;
};

/// The bytes break a rule of the standard.
struct Malformed {
    std::string clause;      ///< "MQTT-2.2.2-2"; a section such as "MQTT 2.2.3" where the standard numbers no statement
    std::string text;        ///< what was seen and what is allowed, for a person
    std::size_t offset = 0;  ///< of the offending byte, from the first byte of the packet
    bool operator==(const Malformed&) const = default;
};

struct Decoded {
    Packet packet;
    std::size_t size = 0;  ///< bytes the packet took
    bool operator==(const Decoded&) const = default;
};

/// Clauses that a careless peer does not check, spelled as in Malformed: what breaks them is decoded as it is. Whole
/// packets of another shape (a reserved type, a length without an end) have no meaning that could be read.
using Leniency = std::set<std::string, std::less<>>;

using DecodeResult = std::variant<Incomplete, Decoded, Malformed>;

/// Decodes the control packet at the start of `bytes`. A malformation is reported as soon as the bytes at hand prove
/// it, without waiting for the rest. `largest_packet` bounds the announced size (fixed header included).
///
/// Values that the standard answers with a packet or with a decision are no malformations and are decoded as they are:
/// a protocol name or level other than MQTT 4 [MQTT-3.1.2-1], [MQTT-3.1.2-2], an empty client id with clean session 0
/// [MQTT-3.1.3-8], CONNACK return codes above 5. What follows a foreign protocol level has a layout of its own (MQTT 5
/// has properties there): it is read when it happens to fit ours, else the CONNECT carries its name and level only.
DecodeResult decode(std::span<const std::uint8_t> bytes, Sender sender, std::size_t largest_packet = 268'435'460,
                    const Leniency& leniency = {});

/// How far the packet at the start of a buffer is decoded, so that no byte is looked at twice.
struct Underway {
    Packet packet;            ///< of the announced type, with the fields that are complete
    std::size_t size = 0;     ///< of the whole packet; 0 until its fixed header is complete
    std::size_t row = 0;      ///< the next field of the packet's figure in the standard
    std::size_t taken = 0;    ///< bytes that the fixed header and the fields before `row` took
    bool may_trail = false;   ///< bytes behind the last field are let pass
    std::size_t checked = 0;  ///< end of what is proven well formed of the string under way
};

/// Collects bytes as they arrive and hands out packets: feed() any split, then next() until Incomplete.
/// After Malformed the stream has no packet boundary any more and next() repeats it.
class StreamDecoder {
public:
    explicit StreamDecoder(Sender sender, std::size_t largest_packet = 268'435'460, Leniency leniency = {})
        : sender_(sender), largest_packet_(largest_packet), leniency_(std::move(leniency)) {}

    void feed(std::span<const std::uint8_t> bytes);
    DecodeResult next();
    /// Bytes that belong to no packet handed out so far. What arrives after Malformed is not kept.
    std::size_t buffered() const { return buffer_.size() - read_; }

private:
    Sender sender_;
    std::size_t largest_packet_;
    Leniency leniency_;
    Bytes buffer_;
    std::size_t read_ = 0;  // bytes of buffer_ already handed out
    Underway underway_;     // the packet that starts there
    std::optional<Malformed> broken_;
};

/// True when `text` is a legal MQTT string: well-formed UTF-8 without U+0000 and surrogates, section 1.5.3.
bool is_mqtt_utf8(std::string_view text);

}  // namespace hubspec::mqtt

#include "harness/mqtt/decode.hpp"

#include <algorithm>
#include <stdexcept>
#include <utility>

#include "harness/mqtt/cursor.hpp"
#include "harness/mqtt/figures.hpp"
#include "harness/mqtt/fixed_header.hpp"
#include "harness/mqtt/hex.hpp"

namespace hubspec::mqtt {
namespace {

Publish publish_of(std::uint8_t flags) {
    Publish publish;
    publish.dup = (flags & 8) != 0;
    publish.qos = flags >> 1 & 3;
    publish.retain = (flags & 1) != 0;
    return publish;
}

Packet empty_packet(const FixedHeader& header) {
    switch (header.type) {
        case 1:
            return Connect{};
        case 2:
            return Connack{};
        case 3:
            return publish_of(header.flags);
        case 4:
            return Puback{};
        case 5:
            return Pubrec{};
        case 6:
            return Pubrel{};
        case 7:
            return Pubcomp{};
        case 8:
            return Subscribe{};
        case 9:
            return Suback{};
        case 10:
            return Unsubscribe{};
        case 11:
            return Unsuback{};
        case 12:
            return Pingreq{};
        case 13:
            return Pingresp{};
        case 14:
            return Disconnect{};
        default:
            throw std::logic_error("decode_fixed_header let a reserved control packet type pass");
    }
}

/// True when every row of the figure is taken.
template <class P>
bool take_rows(Cursor& cursor, Underway& underway, P& packet) {
    const Figure<P> figure = figure_of(packet);
    while (underway.row < figure.rows.size()) {
        if (!figure.rows[underway.row](cursor, packet)) return false;
        cursor.commit();
        const bool last = underway.row + 1 == figure.rows.size();
        if (!(last && figure.last_row_repeats && cursor.left() > 0)) ++underway.row;
    }
    return true;
}

bool take_rows(Cursor& cursor, Underway& underway) {
    return std::visit([&](auto& packet) { return take_rows(cursor, underway, packet); }, underway.packet);
}

constexpr std::size_t connect_flags_row = 2;

/// From the connect flags on, the layout belongs to the protocol level that was named before.
bool has_foreign_layout(const Underway& underway) {
    const auto* connect = std::get_if<Connect>(&underway.packet);
    return connect != nullptr && underway.row >= connect_flags_row && is_foreign(*connect);
}

DecodeResult finish(std::span<const std::uint8_t> here, Underway& underway) {
    if (here.size() < underway.size) return Incomplete{};
    return Decoded{std::move(underway.packet), underway.size};
}

/// Keeps the name and the level, which is all there is to know.
DecodeResult finish_foreign(std::span<const std::uint8_t> here, Underway& underway) {
    if (here.size() < underway.size) return Incomplete{};
    const auto& seen = std::get<Connect>(underway.packet);
    Connect connect;
    connect.protocol_name = seen.protocol_name;
    connect.protocol_level = seen.protocol_level;
    return Decoded{std::move(connect), underway.size};
}

Malformed trailing_bytes(const Cursor& cursor, const Packet& packet) {
    // Only CONNECT gets here: the other packets have a fixed length or use all of it [MQTT-3.1.3-1].
    return {"MQTT 3.1.3",
            std::string(packet_name(packet)) + " has " + count_bytes(cursor.left()) +
                " behind the last field that its connect flags announce",
            cursor.offset()};
}

DecodeResult decode_body(std::span<const std::uint8_t> here, Underway& underway, const Leniency& leniency) {
    Cursor cursor(here, underway, leniency);
    const bool complete = take_rows(cursor, underway);
    const bool fits = complete ? cursor.left() == 0 : !cursor.malformed();
    if (!fits && has_foreign_layout(underway)) return finish_foreign(here, underway);
    if (cursor.malformed()) return *cursor.malformed();
    if (!complete) return Incomplete{};
    if (!fits && !underway.may_trail && !leniency.contains("MQTT 3.1.3"))
        return trailing_bytes(cursor, underway.packet);
    return finish(here, underway);
}

/// Goes on with the packet at the start of `bytes` where `underway` stopped.
DecodeResult resume(std::span<const std::uint8_t> bytes, Sender sender, std::size_t largest_packet,
                    const Leniency& leniency, Underway& underway) {
    if (underway.size == 0) {
        const FixedHeaderResult result = decode_fixed_header(bytes, sender, largest_packet, leniency);
        if (std::holds_alternative<Incomplete>(result)) return Incomplete{};
        if (const auto* malformed = std::get_if<Malformed>(&result)) return *malformed;
        const auto& header = std::get<FixedHeader>(result);
        underway.packet = empty_packet(header);
        underway.size = header.size + header.remaining_length;
        underway.taken = header.size;
        underway.may_trail = header.is_overlong;
    }
    return decode_body(bytes.first(std::min(bytes.size(), underway.size)), underway, leniency);
}

}  // namespace

DecodeResult decode(std::span<const std::uint8_t> bytes, Sender sender, std::size_t largest_packet,
                    const Leniency& leniency) {
    Underway underway;
    return resume(bytes, sender, largest_packet, leniency, underway);
}

void StreamDecoder::feed(std::span<const std::uint8_t> bytes) {
    if (broken_) return;
    // Moving no more bytes than were handed out since the last time keeps the whole stream linear.
    if (read_ > 0 && read_ >= buffer_.size() - read_) {
        buffer_.erase(buffer_.begin(), buffer_.begin() + static_cast<std::ptrdiff_t>(read_));
        read_ = 0;
    }
    buffer_.insert(buffer_.end(), bytes.begin(), bytes.end());
}

DecodeResult StreamDecoder::next() {
    if (broken_) return *broken_;
    DecodeResult result = resume(std::span(buffer_).subspan(read_), sender_, largest_packet_, leniency_, underway_);
    if (const auto* decoded = std::get_if<Decoded>(&result)) {
        read_ += decoded->size;
        underway_ = {};
    }
    if (const auto* malformed = std::get_if<Malformed>(&result)) broken_ = *malformed;
    return result;
}

}  // namespace hubspec::mqtt

#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "harness/mqtt/decode.hpp"
#include "harness/mqtt/text.hpp"

namespace hubspec::mqtt {

/// A field as messages call it, and the section that describes it.
struct Field {
    std::string_view name;
    std::string_view section;
};

/// Reads the fields of one packet in order. It alone compares lengths: with the bytes that are here and with the bytes
/// that the packet announces. A read that returns nothing left either a malformation or the wish for more bytes.
class Cursor {
public:
    /// `here` starts at the first byte of the packet and may end before or at the end of the packet.
    Cursor(std::span<const std::uint8_t> here, Underway& underway, const Leniency& leniency)
        : here_(here), underway_(underway), leniency_(leniency), at_(underway.taken) {}

    std::optional<std::uint8_t> byte(const Field& field);
    std::optional<std::uint16_t> two_bytes(const Field& field);
    /// A length of two bytes and a string; `owed` bytes at least follow it in the packet.
    std::optional<std::string_view> text(const Field& field, TextKind kind, std::size_t owed = 0);
    /// A length of two bytes and bytes without a meaning here.
    std::optional<std::span<const std::uint8_t>> binary(const Field& field);
    /// All that is left of the packet.
    std::optional<std::span<const std::uint8_t>> rest();

    /// Names the broken rule; the first one stands. True when it is let pass, and the row goes on.
    bool fail(std::string_view clause, std::string text, std::size_t offset);

    std::size_t offset() const { return at_; }
    /// Bytes of the packet, arrived or not, that no field has taken.
    std::size_t left() const { return underway_.size - at_; }
    const std::optional<Malformed>& malformed() const { return malformed_; }
    /// The row's fields are taken for good.
    void commit() { underway_.taken = at_; }

private:
    bool fits(const Field& field, std::size_t needed);
    bool arrived(std::size_t size) const { return here_.size() - at_ >= size; }
    std::optional<std::size_t> length(const Field& field, std::size_t owed);

    std::span<const std::uint8_t> here_;
    Underway& underway_;
    const Leniency& leniency_;
    std::size_t at_;
    std::optional<Malformed> malformed_;
};

}  // namespace hubspec::mqtt

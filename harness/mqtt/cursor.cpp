#include "harness/mqtt/cursor.hpp"

#include <algorithm>
#include <utility>

#include "harness/mqtt/hex.hpp"

namespace hubspec::mqtt {

bool Cursor::fail(std::string_view clause, std::string text, std::size_t offset) {
    if (leniency_.contains(clause)) return true;
    if (!malformed_) malformed_ = Malformed{std::string(clause), std::move(text), offset};
    return false;
}

bool Cursor::fits(const Field& field, std::size_t needed) {
    if (left() >= needed) return true;
    fail(field.section,
         std::string(field.name) + " needs at least " + count_bytes(needed) + ", the packet has " +
             std::to_string(left()) + " left",
         at_);
    return false;
}

std::optional<std::uint8_t> Cursor::byte(const Field& field) {
    if (!fits(field, 1) || !arrived(1)) return std::nullopt;
    return here_[at_++];
}

std::optional<std::uint16_t> Cursor::two_bytes(const Field& field) {
    if (!fits(field, 2) || !arrived(2)) return std::nullopt;
    const unsigned value = here_[at_] * 256U + here_[at_ + 1];
    at_ += 2;
    return static_cast<std::uint16_t>(value);
}

/// The two length bytes, when what they announce fits into the packet.
std::optional<std::size_t> Cursor::length(const Field& field, std::size_t owed) {
    if (!fits(field, 2 + owed)) return std::nullopt;
    const std::size_t start = at_;
    const auto size = two_bytes(field);
    if (!size) return std::nullopt;
    if (*size + owed <= left()) return *size;
    std::string seen = std::string(field.name) + " announces " + count_bytes(*size) + ", the packet has " +
                       std::to_string(left()) + " left";
    if (owed > 0) seen += ", " + std::to_string(owed) + " of them for what follows";
    if (fail(field.section, std::move(seen), start)) return left() - owed;
    return std::nullopt;
}

std::optional<std::string_view> Cursor::text(const Field& field, TextKind kind, std::size_t owed) {
    const std::size_t prefix = at_;
    const auto size = length(field, owed);
    if (!size) return std::nullopt;
    const auto bytes = here_.subspan(at_, std::min(*size, here_.size() - at_));
    const std::string_view here(reinterpret_cast<const char*>(bytes.data()), bytes.size());
    const auto check = check_text(here, *size, kind, std::max(underway_.checked, at_) - at_);
    underway_.checked = at_ + check.checked;
    if (check.fault) {
        const std::size_t offset = *size == 0 ? prefix : at_ + check.fault->offset;
        if (!fail(check.fault->clause, std::string(field.name) + " " + check.fault->text, offset)) return std::nullopt;
        underway_.checked = at_ + *size;  // one rule let pass, and the text is looked at no more
    }
    if (here.size() < *size) return std::nullopt;
    at_ += *size;
    return here;
}

std::optional<std::span<const std::uint8_t>> Cursor::binary(const Field& field) {
    const auto size = length(field, 0);
    if (!size || !arrived(*size)) return std::nullopt;
    at_ += *size;
    return here_.subspan(at_ - *size, *size);
}

std::optional<std::span<const std::uint8_t>> Cursor::rest() {
    const std::size_t size = left();
    if (!arrived(size)) return std::nullopt;
    at_ += size;
    return here_.subspan(at_ - size, size);
}

}  // namespace hubspec::mqtt

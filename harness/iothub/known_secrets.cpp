#include "harness/iothub/known_secrets.hpp"

#include <cstdint>
#include <mutex>
#include <shared_mutex>
#include <span>

#include "harness/iothub/sas_token.hpp"

namespace hubspec::iothub {

namespace {

using Bytes = std::vector<std::uint8_t>;

constexpr std::string_view lower_digits = "0123456789abcdef", upper_digits = "0123456789ABCDEF";

std::string hex_of(std::span<const std::uint8_t> bytes, std::string_view digits, std::string_view before) {
    std::string text;
    for (const auto byte : bytes) {
        text += before;
        text += digits[byte >> 4U];
        text += digits[byte & 15U];
    }
    return text;
}

bool is_plain(char c) {
    return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || c == '-' || c == '_' ||
           c == '.' || c == '~';
}

/// What stands for a character that is not plain: `%2B`, `%252B`, `\u002b`.
std::string escaped(std::string_view text, std::string_view before, std::string_view digits) {
    std::string out;
    for (const char c : text) {
        const auto byte = static_cast<std::uint8_t>(c);
        out += is_plain(c) ? std::string(1, c) : hex_of(std::span(&byte, 1), digits, before);
    }
    return out;
}

std::string replaced(std::string text, char from, std::string_view to) {
    for (std::size_t at = 0; (at = text.find(from, at)) != std::string::npos; at += to.size()) text.replace(at, 1, to);
    return text;
}

/// How it looks within the Base64 of something longer, at each of the three places where it may begin there; without
/// the characters that others share.
std::vector<std::string> within_base64(const Bytes& bytes) {
    std::vector<std::string> forms;
    for (std::size_t before = 0; before < 3; ++before) {
        Bytes padded(before, 0);
        padded.insert(padded.end(), bytes.begin(), bytes.end());
        const auto text = base64_encode(padded);
        const auto first = (before * 8 + 5) / 6, whole = padded.size() * 8 / 6;
        if (whole > first) forms.push_back(text.substr(first, whole - first));
    }
    return forms;
}

std::vector<std::string> forms_of(const Bytes& bytes) {
    const std::string text(bytes.begin(), bytes.end());
    std::vector<std::string> forms{text, replaced(text, '/', "\\/")};
    for (const auto digits : {lower_digits, upper_digits}) {
        for (const auto* before : {"%", "%25", "\\u00"}) forms.push_back(escaped(text, before, digits));
        for (const auto* before : {"", " ", ":", "\\x", "%"}) forms.push_back(hex_of(bytes, digits, before));
    }
    for (auto& form : within_base64(bytes)) {
        forms.push_back(replaced(replaced(form, '+', "-"), '/', "_"));
        forms.push_back(std::move(form));
    }
    return forms;
}

/// Of each `size` bytes of a text, told as the window moves on.
class RollingHash {
public:
    explicit RollingHash(std::size_t size) {
        for (std::size_t i = 1; i < size; ++i) outgoing_ *= base;
    }
    void take(char in) { hash_ = hash_ * base + static_cast<std::uint8_t>(in); }
    void drop(char out) { hash_ -= outgoing_ * static_cast<std::uint8_t>(out); }
    std::uint32_t folded() const { return (hash_ ^ (hash_ >> 16U)) & 0xFFFFU; }

private:
    static constexpr std::uint32_t base = 0x01000193U;
    std::uint32_t hash_ = 0, outgoing_ = 1;
};

}  // namespace

void SecretScan::add(std::string_view secret, const std::string& what) {
    if (secret.size() < shortest || !added_.emplace(secret).second) return;
    names_.push_back(what);
    const Bytes bytes(secret.begin(), secret.end());
    for (const auto& form : forms_of(bytes)) add_form(form);
    const auto decoded = base64_decode(secret);
    if (decoded && decoded->size() >= piece)
        for (const auto& form : forms_of(*decoded)) add_form(form);
}

void SecretScan::add_form(const std::string& form) {
    const auto index = names_.size() - 1;
    if (form.size() < piece) {
        short_secrets_.emplace_back(form, index);
        return;
    }
    RollingHash hash(piece);
    for (std::size_t i = 0; i < form.size(); ++i) {
        if (i >= piece) hash.drop(form[i - piece]);
        hash.take(form[i]);
        if (i + 1 < piece) continue;
        may_be_.set(hash.folded());
        pieces_.emplace(form.substr(i + 1 - piece, piece), index);
    }
}

std::optional<std::string> SecretScan::find_in(std::string_view text) const {
    if (is_empty()) return std::nullopt;
    RollingHash hash(piece);
    for (std::size_t i = 0; i < text.size(); ++i) {
        if (i >= piece) hash.drop(text[i - piece]);
        hash.take(text[i]);
        if (i + 1 < piece || !may_be_[hash.folded()]) continue;
        const auto found = pieces_.find(std::string(text.substr(i + 1 - piece, piece)));
        if (found != pieces_.end()) return names_[found->second];
    }
    for (const auto& [secret, index] : short_secrets_)
        if (text.find(secret) != std::string_view::npos) return names_[index];
    return std::nullopt;
}

namespace {

struct Known {
    std::shared_mutex mutex;
    SecretScan scan;
};

Known& known() {
    static Known all;
    return all;
}

}  // namespace

void keep_secret(std::string_view secret, const std::string& what) {
    const std::unique_lock lock(known().mutex);
    known().scan.add(secret, what);
}

bool keeps_secrets() {
    const std::shared_lock lock(known().mutex);
    return !known().scan.is_empty();
}

std::optional<std::string> secret_in(std::string_view text) {
    const std::shared_lock lock(known().mutex);
    return known().scan.find_in(text);
}

}  // namespace hubspec::iothub

#include "harness/net/amqp_message.hpp"

#include <proton/binary.hpp>
#include <proton/codec/vector.hpp>
#include <proton/scalar.hpp>
#include <proton/types.hpp>

namespace hubspec::net {

using Pairs = std::vector<std::pair<std::string, proton::scalar>>;

TextPairs properties_of(const proton::message& message) {
    TextPairs all;
    const auto& encoded = message.properties().value();  // as it came: asked otherwise, the map sorts itself
    if (encoded.empty()) return all;
    for (const auto& [name, value] : proton::get<Pairs>(encoded)) all.emplace_back(name, text_of(value));
    return all;
}

void set_properties(proton::message& message, const TextPairs& properties) {
    Pairs pairs;
    for (const auto& [name, value] : properties)
        pairs.emplace_back(name, value ? proton::scalar(*value) : proton::scalar());
    if (!pairs.empty()) message.properties().value(proton::value(pairs));
}

namespace {

template <class Scalar>
std::optional<std::string> as_text(const Scalar& scalar) {
    if (scalar.empty()) return std::nullopt;
    if (scalar.type() == proton::BINARY) {
        const auto bytes = proton::coerce<proton::binary>(scalar);
        return std::string(bytes.begin(), bytes.end());
    }
    if (scalar.type() == proton::STRING || scalar.type() == proton::SYMBOL) return proton::coerce<std::string>(scalar);
    return proton::to_string(scalar);
}

}  // namespace

std::optional<std::string> text_of(const proton::scalar& scalar) { return as_text(scalar); }
std::optional<std::string> text_of(const proton::message_id& id) { return as_text(id); }

std::optional<std::vector<std::uint8_t>> body_of(const proton::message& message) {
    const auto& body = message.body();
    if (body.empty()) return std::vector<std::uint8_t>{};
    if (body.type() == proton::BINARY) {
        const auto bytes = proton::get<proton::binary>(body);
        return std::vector<std::uint8_t>(bytes.begin(), bytes.end());
    }
    if (body.type() != proton::STRING) return std::nullopt;
    const auto text = proton::get<std::string>(body);
    return std::vector<std::uint8_t>(text.begin(), text.end());
}

void set_body(proton::message& message, std::span<const std::uint8_t> bytes) {
    message.body(proton::binary(bytes.begin(), bytes.end()));
    message.inferred(true);
}

}  // namespace hubspec::net

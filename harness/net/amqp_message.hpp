#pragma once

#include <cstdint>
#include <optional>
#include <proton/message.hpp>
#include <proton/message_id.hpp>
#include <proton/scalar.hpp>
#include <span>
#include <string>
#include <utility>
#include <vector>

/// AMQP messages as the values that the rooms around them use.
namespace hubspec::net {

/// Names and texts in their order; nullopt: null.
using TextPairs = std::vector<std::pair<std::string, std::optional<std::string>>>;

/// Application properties; numbers, booleans and the like as text.
TextPairs properties_of(const proton::message& message);
void set_properties(proton::message& message, const TextPairs& properties);

/// Any scalar as text: of binary its bytes; nullopt: null.
std::optional<std::string> text_of(const proton::scalar& scalar);
std::optional<std::string> text_of(const proton::message_id& id);

/// The bytes of a data section, or of a value that is text or binary; nullopt: the body is neither.
std::optional<std::vector<std::uint8_t>> body_of(const proton::message& message);
/// One data section (X-AMQP-13).
void set_body(proton::message& message, std::span<const std::uint8_t> bytes);

}  // namespace hubspec::net

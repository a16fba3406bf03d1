#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

/// What IoT Hub writes on top of MQTT: topics, property bags, tokens, user names, connection strings. Both directions.
namespace hubspec::iothub {

/// One entry of a property bag, decoded. No value is `key`, an empty one `key=` (base document lines 273-275).
struct Property {
    std::string name;
    std::optional<std::string> value;
    bool operator==(const Property&) const = default;
};

/// In the order of the wire; duplicates are kept.
using PropertyBag = std::vector<Property>;

/// Decodes `a=1&b=&c`: percent sequences in names and values, '+' stays '+' (X-TOPIC-11). A malformed percent
/// sequence is kept as it is written, an empty entry (`a&&b`) is none. A leading '?' is not special here (X-TOPIC-08).
PropertyBag parse_property_bag(std::string_view text);

/// RFC 2396 encoding with upper-case hex; `name` alone for a missing value, `name=` for an empty one.
std::string format_property_bag(const PropertyBag& bag);

/// First value of that name; nullptr when absent.
const Property* find(const PropertyBag& bag, std::string_view name);

/// Percent-decoding of one component; '+' is a literal.
std::string percent_decode(std::string_view text);
/// Everything but RFC 3986's unreserved characters becomes %XX.
std::string percent_encode(std::string_view text);

}  // namespace hubspec::iothub

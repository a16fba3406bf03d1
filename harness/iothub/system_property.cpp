#include <algorithm>
#include <array>

#include "harness/iothub/topic.hpp"

namespace hubspec::iothub {
namespace {

struct SystemProperty {
    std::string_view name;
    std::string_view key;
};

/// X-TOPIC-01, then the reserved names without a prefix (X-TOPIC-02). Where two keys share a name the first is written.
/// `iothub-MessageType` is not here: a Will carries it as a property of that very name (WILL-07).
constexpr std::array<SystemProperty, 20> table{{
    {"messageId", "$.mid"},
    {"correlationId", "$.cid"},
    {"userId", "$.uid"},
    {"to", "$.to"},
    {"expiryTimeUtc", "$.exp"},
    {"contentType", "$.ct"},
    {"contentEncoding", "$.ce"},
    {"creationTimeUtc", "$.ctime"},
    {"outputName", "$.on"},
    {"connectionDeviceId", "$.cdid"},
    {"connectionModuleId", "$.cmid"},
    {"interfaceId", "$.ifid"},
    {"subject", "$.sub"},
    {"messageSchema", "$.schema"},
    {"diagnosticId", "$.diagid"},
    {"diagnosticCorrelation", "$.diagctx"},
    {"ack", "iothub-ack"},
    {"operation", "iothub-operation"},
    {"creationTimeUtc", "iothub-creation-time-utc"},
    {"messageSchema", "iothub-message-schema"},
}};

std::optional<std::string_view> look_up(std::string_view wanted, std::string_view SystemProperty::*from,
                                        std::string_view SystemProperty::*to) {
    const auto found = std::ranges::find(table, wanted, from);
    return found == table.end() ? std::nullopt : std::optional((*found).*to);
}

}  // namespace

std::optional<std::string_view> system_property_key(std::string_view name) {
    return look_up(name, &SystemProperty::name, &SystemProperty::key);
}

std::optional<std::string_view> system_property_name(std::string_view key) {
    return look_up(key, &SystemProperty::key, &SystemProperty::name);
}

}  // namespace hubspec::iothub

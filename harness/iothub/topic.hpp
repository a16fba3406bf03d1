#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <variant>

#include "harness/iothub/property_bag.hpp"

namespace hubspec::iothub {

/// `devices/D/messages/events/{bag}` or `devices/D/modules/M/messages/events/{bag}` (D2C-01, D2C-02, MODULE-05).
struct TelemetryTopic {
    std::string device_id;
    std::optional<std::string> module_id;
    PropertyBag properties;
    bool operator==(const TelemetryTopic&) const = default;
};
/// `$iothub/twin/GET/?$rid=R` (TWIN-02); no request id when the topic has none. Here and below a request id is as
/// written on the wire, percent sequences included: the answer repeats it exactly (TWIN-05, TWIN-06).
struct TwinGetTopic {
    std::optional<std::string> request_id;
    bool operator==(const TwinGetTopic&) const = default;
};
/// `$iothub/twin/PATCH/properties/reported/?$rid=R[&$version=N]` (REPORTED-04, X-TOPIC-23).
struct ReportedPatchTopic {
    std::optional<std::string> request_id;
    std::optional<std::string> version;  ///< as written: may be no number
    bool operator==(const ReportedPatchTopic&) const = default;
};
/// `$iothub/methods/res/{status}/?$rid=R` (METHOD-04).
struct MethodResponseTopic {
    std::string status;  ///< as written: the reader decides what is an integer (METHOD-07)
    std::optional<std::string> request_id;
    bool operator==(const MethodResponseTopic&) const = default;
};
/// Anything else.
struct UnsupportedTopic {
    bool operator==(const UnsupportedTopic&) const = default;
};

using DeviceTopic =
    std::variant<TelemetryTopic, TwinGetTopic, ReportedPatchTopic, MethodResponseTopic, UnsupportedTopic>;

/// Reads the topic of a PUBLISH from a device. Tolerates a missing final slash and a trailing one after the bag
/// (X-TOPIC-09); a raw '/' within the bag ends it (X-TOPIC-12). Fixed parts are case-sensitive (X-TOPIC-25), ids raw.
DeviceTopic parse_device_topic(std::string_view topic);

// Topics of what a hub publishes. Device and request ids go in as they are; properties and method names are encoded.
std::string cloud_to_device_topic(std::string_view device_id, const PropertyBag& properties);
std::string module_input_topic(std::string_view device_id, std::string_view module_id, std::string_view input,
                               const PropertyBag& properties);
std::string twin_response_topic(int status, std::string_view request_id, std::optional<std::uint64_t> version);
std::string desired_topic(std::uint64_t version);
std::string method_request_topic(std::string_view method, std::string_view request_id);

/// What a topic filter of SUBSCRIBE asks for (X-SUB-03, X-MOD-01, Appendix B-04).
enum class Channel { cloud_to_device, twin_responses, desired_properties, methods, module_inputs, unsupported };

/// The channel that `filter` opens for this identity. The tolerated catch-alls (`#`, `devices/D/#`,
/// `devices/D/messages/#`, `devices/+/messages/devicebound/#`) are cloud_to_device; for a module, `#`,
/// `devices/D/modules/M/#` and the narrower forms of X-MOD-01 are module_inputs.
Channel channel_of_filter(std::string_view filter, std::string_view device_id,
                          const std::optional<std::string>& module_id);

/// A topic cut in two for comparison: `path` up to and including the last '/' before the bag, the bag decoded.
/// `$iothub/twin/res/204/?$rid=1` gives {"$iothub/twin/res/204/", {{"$rid","1"}}, question_mark}. For telemetry and
/// cloud-to-device topics the bag follows `messages/events/` or `messages/devicebound/`, for a module's inputs
/// `inputs/{name}/` (X-MOD-02); other topics have none.
struct SplitTopic {
    std::string path;
    PropertyBag bag;
    bool question_mark = false;  ///< a '?' came before the bag; in telemetry it is part of a name (X-TOPIC-08)
    bool operator==(const SplitTopic&) const = default;
};
SplitTopic split_topic(std::string_view topic);

/// A message's system properties and their keys on the wire, decoded (X-TOPIC-01, X-TOPIC-02). Both directions of one
/// table; what is not in it gives nullopt.
std::optional<std::string_view> system_property_key(std::string_view name);  ///< "messageId" -> "$.mid"
std::optional<std::string_view> system_property_name(std::string_view key);  ///< "$.mid" -> "messageId"

}  // namespace hubspec::iothub

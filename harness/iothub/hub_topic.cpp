#include "harness/iothub/topic.hpp"

/// Topics of what a hub publishes.
namespace hubspec::iothub {

std::string cloud_to_device_topic(std::string_view device_id, const PropertyBag& properties) {
    // No '?' before the bag: live hubs write none, whatever the base document's example shows (X-TOPIC-05).
    return "devices/" + std::string(device_id) + "/messages/devicebound/" + format_property_bag(properties);
}

std::string module_input_topic(std::string_view device_id, std::string_view module_id, std::string_view input,
                               const PropertyBag& properties) {
    // An input's name is encoded for the same reason as a method's; ids are raw as everywhere (X-MOD-02, X-MOD-10).
    return "devices/" + std::string(device_id) + "/modules/" + std::string(module_id) + "/inputs/" +
           percent_encode(input) + "/" + format_property_bag(properties);
}

std::string twin_response_topic(int status, std::string_view request_id, std::optional<std::uint64_t> version) {
    std::string topic = "$iothub/twin/res/" + std::to_string(status) + "/?$rid=" + std::string(request_id);
    if (version) topic += "&$version=" + std::to_string(*version);  // after $rid (X-TOPIC-23)
    return topic;
}

std::string desired_topic(std::uint64_t version) {
    return "$iothub/twin/PATCH/properties/desired/?$version=" + std::to_string(version);
}

std::string method_request_topic(std::string_view method, std::string_view request_id) {
    // '#' and '+' may be in a method's name but not in a topic name, so the name is encoded (X-METH-06).
    return "$iothub/methods/POST/" + percent_encode(method) + "/?$rid=" + std::string(request_id);
}

}  // namespace hubspec::iothub

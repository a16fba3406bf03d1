#include <algorithm>
#include <array>

#include "harness/iothub/text.hpp"
#include "harness/iothub/topic.hpp"

namespace hubspec::iothub {
namespace {

/// Filters without ids in them (X-SUB-03, MODULE-08).
Channel channel_without_ids(std::string_view filter) {
    if (filter == "$iothub/twin/res/#") return Channel::twin_responses;
    if (filter == "$iothub/twin/PATCH/properties/desired/#") return Channel::desired_properties;
    if (filter == "$iothub/methods/POST/#") return Channel::methods;
    return Channel::unsupported;
}

/// C2D-01, and what is tolerated in its place (B-04, X-SUB-06).
bool opens_cloud_to_device(std::string_view filter, std::string_view device_id) {
    if (filter == "#" || filter == "devices/+/messages/devicebound/#") return true;
    constexpr std::array<std::string_view, 3> endings{"/messages/devicebound/#", "/messages/#", "/#"};
    const auto below = after(filter, "devices/" + std::string(device_id));
    return below && std::ranges::find(endings, *below) != endings.end();
}

/// X-MOD-01; the bare `#` is as good for a module as for a device.
bool opens_module_inputs(std::string_view filter, std::string_view device_id, std::string_view module_id) {
    if (filter == "#") return true;
    constexpr std::array<std::string_view, 3> endings{"/#", "/inputs/#", "/messages/devicebound/#"};
    const auto below = after(filter, "devices/" + std::string(device_id) + "/modules/" + std::string(module_id));
    return below && std::ranges::find(endings, *below) != endings.end();
}

}  // namespace

Channel channel_of_filter(std::string_view filter, std::string_view device_id,
                          const std::optional<std::string>& module_id) {
    if (module_id) {
        if (opens_module_inputs(filter, device_id, *module_id)) return Channel::module_inputs;
    } else if (opens_cloud_to_device(filter, device_id)) {
        return Channel::cloud_to_device;
    }
    return channel_without_ids(filter);
}

}  // namespace hubspec::iothub

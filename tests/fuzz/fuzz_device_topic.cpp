#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>
#include <variant>

#include "harness/iothub/topic.hpp"

using namespace hubspec::iothub;

namespace {

std::string with_request_id(std::string path, const std::optional<std::string>& request_id) {
    return request_id ? path + "?$rid=" + *request_id : path;
}

/// The plainest spelling of what was read.
struct Spelling {
    std::string operator()(const TelemetryTopic& topic) const {
        const std::string of_module = topic.module_id ? "modules/" + *topic.module_id + "/" : "";
        return "devices/" + topic.device_id + "/" + of_module + "messages/events/" +
               format_property_bag(topic.properties);
    }
    std::string operator()(const TwinGetTopic& topic) const {
        return with_request_id("$iothub/twin/GET/", topic.request_id);
    }
    std::string operator()(const ReportedPatchTopic& topic) const {
        const std::string version = topic.version ? "&$version=" + *topic.version : "";
        const std::string mark = topic.version && !topic.request_id ? "?" : "";
        return with_request_id("$iothub/twin/PATCH/properties/reported/", topic.request_id) + mark + version;
    }
    std::string operator()(const MethodResponseTopic& topic) const {
        return with_request_id("$iothub/methods/res/" + topic.status + "/", topic.request_id);
    }
    std::string operator()(const UnsupportedTopic&) const { return "unsupported"; }
};

/// A request id that a device sent comes back to it in the answer's topic.
void answer(const std::string& request_id) {
    const SplitTopic response = split_topic(twin_response_topic(204, request_id, 6));
    const Property* echoed = find(response.bag, "$rid");
    const bool sound = response.path == "$iothub/twin/res/204/" && response.question_mark && echoed != nullptr &&
                       echoed->value == percent_decode(request_id);
    if (!sound) std::abort();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::string_view text(reinterpret_cast<const char*>(data), size);
    const DeviceTopic topic = parse_device_topic(text);
    if (parse_device_topic(std::visit(Spelling{}, topic)) != topic) std::abort();
    if (const auto* get = std::get_if<TwinGetTopic>(&topic); get && get->request_id) answer(*get->request_id);
    const SplitTopic cut = split_topic(text);
    if (!text.starts_with(cut.path)) std::abort();
    const SplitTopic sent = split_topic(cloud_to_device_topic("D", cut.bag));
    if (sent.bag != cut.bag || sent.path != "devices/D/messages/devicebound/") std::abort();
    if (channel_of_filter(text, "D", std::nullopt) == Channel::module_inputs) std::abort();
    return 0;
}

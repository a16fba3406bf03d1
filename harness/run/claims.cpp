#include "harness/run/claims.hpp"

#include <set>

#include "harness/iothub/sas_token.hpp"
#include "harness/iothub/topic.hpp"
#include "harness/iothub/user_name.hpp"

namespace hubspec::run {

using namespace model;
using iothub::Channel;

namespace {

std::optional<std::int64_t> expiry_of(const mqtt::Connect& connect) {
    if (!connect.password) return std::nullopt;
    const auto token = iothub::parse_sas_token(std::string(connect.password->begin(), connect.password->end()));
    const auto* sas = std::get_if<iothub::SasToken>(&token);
    return sas == nullptr ? std::nullopt : std::optional(sas->expiry);
}

bool announces_model(const mqtt::Connect& connect) {
    const auto parsed = iothub::parse_user_name(connect.user_name.value_or(""));
    const auto* name = std::get_if<iothub::UserName>(&parsed);
    return name != nullptr && name->model_id().has_value();
}

const char* feature_of(Channel channel) {
    switch (channel) {
        case Channel::cloud_to_device:
        case Channel::module_inputs:
            return "cloud_to_device";
        case Channel::desired_properties:
            return "desired";
        case Channel::methods:
            return "methods";
        case Channel::twin_responses:
        case Channel::unsupported:
            return nullptr;
    }
    return nullptr;
}

const char* feature_of(const iothub::DeviceTopic& topic) {
    if (std::holds_alternative<iothub::TelemetryTopic>(topic)) return "telemetry";
    if (std::holds_alternative<iothub::TwinGetTopic>(topic)) return "twin";
    if (std::holds_alternative<iothub::ReportedPatchTopic>(topic)) return "reported";
    if (std::holds_alternative<iothub::MethodResponseTopic>(topic)) return "methods";
    return nullptr;
}

}  // namespace

std::vector<std::string> shown_features(const Trace& trace, const DeviceFacts& device) {
    std::set<std::string> shown;
    std::optional<std::int64_t> expiry;
    std::size_t connects = 0;
    bool left = false;  // with DISCONNECT
    const auto module = device.module_id.empty() ? std::nullopt : std::optional(device.module_id);
    const auto show = [&](const char* feature) {
        if (feature != nullptr) shown.insert(feature);
    };
    for (const auto& event : trace) {
        const auto* received = std::get_if<PacketReceived>(&event.form);
        if (received == nullptr) continue;
        if (const auto* connect = std::get_if<mqtt::Connect>(&received->packet)) {
            if (++connects > 1) show("reconnects");
            if (!connect->clean_session) show("persistent_session");
            if (connect->will) show("will");
            if (announces_model(*connect)) show("plug_and_play");
            const auto newer = expiry_of(*connect);
            if (left && expiry && newer && *newer > *expiry) show("sas_renewal");  // X-SAS-20
            expiry = newer;
            left = false;
        }
        if (std::holds_alternative<mqtt::Disconnect>(received->packet)) left = true;
        if (const auto* publish = std::get_if<mqtt::Publish>(&received->packet))
            show(feature_of(iothub::parse_device_topic(publish->topic)));
        if (const auto* subscribe = std::get_if<mqtt::Subscribe>(&received->packet))
            for (const auto& one : subscribe->subscriptions)
                show(feature_of(iothub::channel_of_filter(one.filter, device.device_id, module)));
    }
    return {shown.begin(), shown.end()};
}

}  // namespace hubspec::run

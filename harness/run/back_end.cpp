#include "harness/run/back_end.hpp"

#include <algorithm>
#include <stdexcept>

#include "harness/iothub/sas_token.hpp"
#include "harness/run/service_requests.hpp"

namespace hubspec::run {

using namespace model;
using actors::Service;

Credentials credentials_of(const Session& session, const actors::Identity& identity, std::chrono::milliseconds ahead) {
    return {session.endpoint().host_name, identity, std::chrono::system_clock::now() + ahead,
            [&session](const std::string& policy) { return session.policy_key(policy); }};
}

void BackEnd::start(const std::vector<std::string>& needs, bool from_now) {
    const auto needed = [&](const std::string& what) {
        return std::find(needs.begin(), needs.end(), what) != needs.end();
    };
    const bool service =
        std::any_of(needs.begin(), needs.end(), [](const std::string& one) { return one != "clock" && one != "wss"; });
    const auto access = session_.service_access();
    if (!access || !service) return;
    service_ = std::make_unique<Service>(session_.endpoint(), *access, inbox_);
    if (needed("cloud_to_device"))
        messages_ = std::make_unique<actors::DeviceMessages>(loop_, session_.endpoint(), *access, inbox_);
    if (needed("telemetry")) follow_telemetry(*access, from_now);
    if (needed("log")) service_->follow_log(from_now ? service_->newest_log() : 0);
}

void BackEnd::follow_telemetry(const actors::ServiceAccess& access, bool from_now) {
    const auto is_wanted = [this](const std::string& id) { return is_ours(id); };
    if (auto* shared = session_.shared_telemetry()) {
        subscription_ = shared->subscribe(inbox_, is_wanted);
        return;
    }
    telemetry_ = std::make_unique<actors::TelemetryReader>(
        loop_, session_.endpoint(), session_.events(loop_), access,
        [this](EventForm event) { inbox_.put(std::move(event)); },
        actors::TelemetryReader::Options{from_now, is_wanted});
}

bool BackEnd::is_ours(const std::string& device_id) const {
    return std::any_of(identities_.begin(), identities_.end(),
                       [&](const auto& one) { return one.second.device_id == device_id; });
}

std::optional<BackEnd::Counts> BackEnd::counts() const {
    if (!service_) return std::nullopt;
    const auto [asked, answered] = service_->counts();
    Counts counts{asked, answered};
    const auto add = [&](const actors::AmqpBytes& bytes) {
        counts.amqp_sent += bytes.sent, counts.amqp_received += bytes.received;
    };
    if (messages_) add(messages_->bytes()), counts.unsettled = messages_->unsettled();
    if (telemetry_) add(telemetry_->bytes());
    return counts;
}

bool BackEnd::sees_connected(const actors::Identity& identity) {
    if (!service_) return false;
    auto body = service_->fetch({"GET", identity_path("/devices/", identity), {}, {}}).body;
    std::erase_if(body, [](char c) { return c == ' '; });
    return body.find("\"connectionState\":\"Connected\"") != std::string::npos;
}

void BackEnd::perform(const std::string& verb, const Fields& fields, const std::string& exchange,
                      std::chrono::milliseconds ahead) {
    if (!service_)
        throw std::runtime_error("the target has no service connection string, so `service` lines cannot be performed");
    auto& identity = identities_.at(fields.text("identity", "device"));
    if (verb == "update_identity" && fields.flag("rotate_keys", false)) rotate_keys(identity);
    if (verb == "send") return send(fields, identity, exchange);
    auto request = service_request(verb, fields, identity);
    if (verb == "request" && fields.has("auth")) authorize(request, fields, ahead);
    service_->ask(exchange, std::move(request));
}

// The last of several is the one that a line may speak of; the hub must take those before it.
void BackEnd::send(const Fields& fields, const actors::Identity& identity, const std::string& exchange) {
    const auto message = cloud_message(fields, identity.device_id, session_.hub_time());
    for (std::int64_t i = 1; i < fields.integer("times", 1); ++i) messages_->send({}, message);
    messages_->send(exchange, message);
}

void BackEnd::rotate_keys(actors::Identity& identity) {
    const auto fresh = [this] {
        std::vector<std::uint8_t> key(32);
        for (auto& byte : key) byte = static_cast<std::uint8_t>(random_());
        return iothub::base64_encode(key);
    };
    identity.former_key = std::exchange(identity.primary_key, fresh());
    identity.secondary_key = fresh();
}

void BackEnd::authorize(HttpRequest& request, const Fields& fields, std::chrono::milliseconds ahead) {
    const auto members = fields.members("auth");
    const Fields auth(members, fields.bindings());
    std::string token = auth.text("token");
    if (!auth.has("token") && !auth.flag("none", false)) {
        auto sas = members;
        if (!auth.has("resource")) sas.push_back({"resource", {TextPattern{session_.endpoint().host_name}, {}}, {}});
        token = sas_token(Fields(sas, fields.bindings()), credentials_of(session_, identities_.at("device"), ahead));
    }
    request.headers.emplace_back("Authorization", token);
}

}  // namespace hubspec::run

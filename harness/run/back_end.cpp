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
    if (const auto access = session_.service_access(); access && service)
        service_ = std::make_unique<Service>(session_.endpoint(), *access, inbox_);
    const auto after = [&](const char* list) { return from_now ? service_->newest(list) : 0; };
    if (service_ && needed("telemetry")) service_->follow_telemetry(after("telemetry"));
    if (service_ && needed("log")) service_->follow_log(after("log"));
}

std::optional<Service::Counts> BackEnd::counts() const {
    return service_ ? std::optional(service_->counts()) : std::nullopt;
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
    auto request = service_request(verb, fields, identity);
    if (verb == "request" && fields.has("auth")) authorize(request, fields, ahead);
    for (std::int64_t i = 1; i < fields.integer("times", 1); ++i) {
        const auto response = service_->fetch(request);
        if (response.status >= 300)
            throw std::runtime_error("send " + std::to_string(i) + " of " + fields.text("times") + " was answered " +
                                     std::to_string(response.status));
    }
    service_->ask(exchange, std::move(request));
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

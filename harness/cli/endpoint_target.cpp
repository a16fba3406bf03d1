#include "harness/cli/endpoint_target.hpp"

#include <algorithm>
#include <condition_variable>
#include <cstdio>
#include <mutex>

#include "harness/actors/wire.hpp"
#include "harness/cli/device_certificates.hpp"
#include "harness/cli/random.hpp"
#include "harness/iothub/sas_token.hpp"
#include "harness/net/loop.hpp"
#include "harness/run/service_requests.hpp"

namespace hubspec::cli {

namespace {

std::string fresh_id() {
    std::string id = "hubspec-";
    char digits[3];
    for (const auto byte : random_bytes(6)) std::snprintf(digits, sizeof digits, "%02x", byte), id += digits;
    return id;
}

std::string answer_text(const model::HttpResponse& response) {
    return std::to_string(response.status) + (response.body.empty() ? "" : " " + response.body.substr(0, 300));
}

/// Creates identities through the service API and deletes them when the case is over.
class FreshSession : public run::Session {
public:
    FreshSession(const TargetFile& file, DeviceCertificates& certificates)
        : file_(file), certificates_(certificates), service_(file.endpoint, *file.service, inbox_) {}

    ~FreshSession() override {
        for (const auto& id : made_) try {
                service_.fetch({"DELETE", run::service_path("/devices/", id), {{"If-Match", "\"*\""}}, {}});
            } catch (const std::exception&) {
                // The hub has gone; what it kept has a name that says where it came from.
            }
    }

    const actors::Endpoint& endpoint() const override { return file_.endpoint; }

    actors::Identity identity(const model::IdentitySpec& spec, const std::string& device_id) override {
        auto identity = fresh_identity(spec.name);
        if (spec.is_module) {
            if (device_id.empty())
                create(identity);
            else
                identity.device_id = device_id;
            identity.module_id = "module";
        }
        certificates_.equip(identity, spec);
        create(identity);
        return identity;
    }

    std::optional<actors::ServiceAccess> service_access() const override { return file_.service; }
    std::optional<std::string> policy_key(const std::string& policy) const override {
        return policy == file_.service->policy ? std::optional(file_.service->key) : std::nullopt;
    }
    bool advance(std::chrono::milliseconds) override { return false; }
    std::optional<run::HubCounts> counts(const std::string&, std::size_t) override { return std::nullopt; }

private:
    static actors::Identity fresh_identity(const std::string& name) {
        return {name, fresh_id(), iothub::base64_encode(random_bytes(32)), iothub::base64_encode(random_bytes(32)), {}};
    }

    void create(const actors::Identity& identity) {
        const auto response = service_.fetch(
            {"PUT", run::identity_path("/devices/", identity), {}, run::identity_body(identity, "enabled")});
        if (response.status != 200)
            throw std::runtime_error("the service API did not create the identity " + identity.client_id() + ": " +
                                     answer_text(response));
        if (identity.module_id.empty()) made_.push_back(identity.device_id);
    }

    const TargetFile& file_;
    DeviceCertificates& certificates_;
    actors::Inbox inbox_;
    actors::Service service_;
    std::vector<std::string> made_;
};

/// The listed identities in groups: a case has one group to itself, so that cases can run side by side.
class IdentityPool {
public:
    explicit IdentityPool(const std::vector<actors::Identity>& all) {
        const std::size_t size = group_size(all.size());
        for (std::size_t i = 0; size > 0 && i + size <= all.size(); i += size)
            free_.emplace_back(all.begin() + static_cast<std::ptrdiff_t>(i),
                               all.begin() + static_cast<std::ptrdiff_t>(i + size));
        groups_ = free_.size();
    }

    /// Two, because few scenarios need more.
    static std::size_t group_size(std::size_t identities) { return identities < 4 ? identities : 2; }
    std::size_t groups() const { return groups_; }

    std::vector<actors::Identity> take() {
        std::unique_lock lock(mutex_);
        returned_.wait(lock, [this] { return !free_.empty(); });
        auto group = std::move(free_.back());
        free_.pop_back();
        return group;
    }
    void give_back(std::vector<actors::Identity> group) {
        const std::lock_guard lock(mutex_);
        free_.push_back(std::move(group));
        returned_.notify_one();
    }

private:
    std::mutex mutex_;
    std::condition_variable returned_;
    std::vector<std::vector<actors::Identity>> free_;
    std::size_t groups_ = 0;
};

class ListedSession : public run::Session {
public:
    ListedSession(const TargetFile& file, IdentityPool& pool) : file_(file), pool_(pool), group_(pool.take()) {}
    ~ListedSession() override { pool_.give_back(std::move(group_)); }

    const actors::Endpoint& endpoint() const override { return file_.endpoint; }
    actors::Identity identity(const model::IdentitySpec& spec, const std::string&) override {
        if (used_ == group_.size())
            throw std::runtime_error("the scenario needs more identities than the target file lists");
        auto identity = group_[used_++];
        identity.name = spec.name;
        return identity;
    }
    std::optional<actors::ServiceAccess> service_access() const override { return std::nullopt; }
    std::optional<std::string> policy_key(const std::string&) const override { return std::nullopt; }
    bool advance(std::chrono::milliseconds) override { return false; }
    std::optional<run::HubCounts> counts(const std::string&, std::size_t) override { return std::nullopt; }

private:
    const TargetFile& file_;
    IdentityPool& pool_;
    std::vector<actors::Identity> group_;
    std::size_t used_ = 0;
};

void set(model::Object& capabilities, const std::string& name, model::Value value) {
    const bool given = std::any_of(capabilities.begin(), capabilities.end(),
                                   [&](const model::Entry& one) { return one.name == name; });
    if (!given) capabilities.push_back({name, std::move(value)});
}

}  // namespace

struct EndpointTarget::Impl {
    explicit Impl(TargetFile what)
        : file(std::move(what)),
          pool(file.identities),
          certificates(file.device_authority.value_or(pki::make_root("hubspec device root"))) {
        set(file.capabilities, "tier", "standard");
        set(file.capabilities, "embedded", false);
        set(file.capabilities, "service", file.service.has_value());
        set(file.capabilities, "fresh_identities", file.service.has_value());
        set(file.capabilities, "wss", file.has_https_port);
        set(file.capabilities, "modules", file.service.has_value());
        set(file.capabilities, "x509", file.service.has_value());
        set(file.capabilities, "x509_ca", file.service.has_value() && file.device_authority.has_value());
        set(file.capabilities, "tls_1_2", true);
        set(file.capabilities, "tls_1_3", true);
        if (!file.service)
            set(file.capabilities, "identities",
                static_cast<std::int64_t>(IdentityPool::group_size(file.identities.size())));
        capabilities = model::Value(file.capabilities);
    }

    TargetFile file;
    IdentityPool pool;
    DeviceCertificates certificates;
    model::Value capabilities;

    /// What only a hub with `/_hubspec/` offers, when this is one.
    std::optional<std::string> ask_service() {
        actors::Inbox inbox;
        actors::Service service(file.endpoint, *file.service, inbox);
        const auto answer = service.fetch({"GET", run::service_path("/devices/", "hubspec-probe"), {}, {}});
        if (answer.status == 401 || answer.status == 403)
            return "the service API refuses the connection string: " + answer_text(answer);
        const auto control = service.fetch({"GET", "/_hubspec/clock", {}, {}});
        if (control.status == 200)
            for (const auto* name : {"telemetry", "log", "cloud_to_device"}) set(file.capabilities, name, true);
        capabilities = model::Value(file.capabilities);
        return std::nullopt;
    }
};

EndpointTarget::EndpointTarget(TargetFile file) : impl_(std::make_unique<Impl>(std::move(file))) {}
EndpointTarget::~EndpointTarget() = default;

std::string EndpointTarget::name() const { return impl_->file.name; }
const model::Value& EndpointTarget::capabilities() const { return impl_->capabilities; }
std::chrono::milliseconds EndpointTarget::window() const { return impl_->file.window; }
std::chrono::milliseconds EndpointTarget::longest_wait() const { return impl_->file.longest_wait; }
bool EndpointTarget::is_parallel() const { return impl_->file.service.has_value() || impl_->pool.groups() > 1; }

std::unique_ptr<run::Session> EndpointTarget::open(const std::string&) {
    if (impl_->file.service) return std::make_unique<FreshSession>(impl_->file, impl_->certificates);
    return std::make_unique<ListedSession>(impl_->file, impl_->pool);
}

std::optional<std::string> EndpointTarget::unreachable() {
    const auto& endpoint = impl_->file.endpoint;
    const auto at = endpoint.address + ":";
    actors::Inbox inbox;
    net::Loop loop;
    loop.start();
    actors::Wire wire(loop, inbox, "main");
    wire.open(endpoint, {});
    const auto event = inbox.take(std::chrono::steady_clock::now() + endpoint.connect_timeout);
    const auto* closed = event ? std::get_if<model::ConnectionClosed>(&event->form) : nullptr;
    const std::string there = "the hub cannot be reached at " + at + std::to_string(endpoint.mqtt_port) + ": ";
    if (!event)
        return there + "no TLS handshake within " + std::to_string(endpoint.connect_timeout.count() / 1000) + " s";
    if (closed != nullptr) return there + closed->how;
    wire.reset();
    if (!impl_->file.service) return std::nullopt;
    try {
        return impl_->ask_service();
    } catch (const std::exception& error) {
        return "the service API cannot be reached at " + at + std::to_string(endpoint.https_port) + ": " + error.what();
    }
}

}  // namespace hubspec::cli

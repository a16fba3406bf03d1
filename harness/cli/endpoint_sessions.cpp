#include "harness/cli/endpoint_sessions.hpp"

#include <algorithm>

#include "harness/run/fields.hpp"

namespace hubspec::cli {

namespace {

/// Creates identities through the service API; the registry removes them when the case is over.
class FreshSession : public run::Session {
public:
    FreshSession(const TargetFile& file, DeviceCertificates& certificates, Registry& registry,
                 actors::SharedTelemetry* telemetry, IdentityPool* pool)
        : file_(file), certificates_(certificates), registry_(registry), telemetry_(telemetry), pool_(pool) {}

    ~FreshSession() override {
        for (auto& identity : borrowed_) pool_->give_back(std::move(identity));
        for (const auto& id : made_) registry_.discard(id);
    }

    const actors::Endpoint& endpoint() const override { return file_.endpoint; }

    actors::Identity identity(const model::IdentitySpec& spec, const std::string& device_id) override {
        if (pool_ != nullptr) return borrow(spec.name);
        auto identity = registry_.fresh_identity(spec.name);
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
    actors::SharedTelemetry* shared_telemetry() override { return telemetry_; }

private:
    actors::Identity borrow(const std::string& name) {
        borrowed_.push_back(pool_->take());
        auto identity = borrowed_.back();
        identity.name = name;
        return identity;
    }

    void create(const actors::Identity& identity) {
        if (identity.module_id.empty()) made_.push_back(identity.device_id);
        registry_.create(identity);
    }

    const TargetFile& file_;
    DeviceCertificates& certificates_;
    Registry& registry_;
    actors::SharedTelemetry* telemetry_;
    IdentityPool* pool_;
    std::vector<std::string> made_;
    std::vector<actors::Identity> borrowed_;
};

class ListedSession : public run::Session {
public:
    ListedSession(const TargetFile& file, ListedIdentities& all) : file_(file), all_(all), group_(all.take()) {}
    ~ListedSession() override { all_.give_back(std::move(group_)); }

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
    ListedIdentities& all_;
    std::vector<actors::Identity> group_;
    std::size_t used_ = 0;
};

// Connections with clean sessions and telemetry are forgotten when they end; reading changes nothing.
bool leaves_nothing(const model::Step& step, const run::Bindings& bindings) {
    const auto* action = std::get_if<model::Action>(&step.form);
    if (action == nullptr) return true;
    const run::Fields fields(action->fields, bindings);
    const auto& verb = action->verb;
    if (action->speaker == model::Speaker::service) return verb == "get_twin";
    if (verb == "connect") return fields.flag("clean_session", true);
    if (verb == "publish")
        return !fields.text("topic").starts_with("$iothub/twin/PATCH") && !fields.flag("retain", false);
    return verb == "subscribe" || verb == "unsubscribe" || verb == "disconnect" || verb == "drop" ||
           verb == "pingreq" || verb == "close" || verb == "open";
}

}  // namespace

ListedIdentities::ListedIdentities(const std::vector<actors::Identity>& all) {
    const std::size_t size = group_size(all.size());
    for (std::size_t i = 0; size > 0 && i + size <= all.size(); i += size)
        free_.emplace_back(all.begin() + static_cast<std::ptrdiff_t>(i),
                           all.begin() + static_cast<std::ptrdiff_t>(i + size));
    groups_ = free_.size();
}

std::vector<actors::Identity> ListedIdentities::take() {
    std::unique_lock lock(mutex_);
    returned_.wait(lock, [this] { return !free_.empty(); });
    auto group = std::move(free_.back());
    free_.pop_back();
    return group;
}

void ListedIdentities::give_back(std::vector<actors::Identity> group) {
    const std::lock_guard lock(mutex_);
    free_.push_back(std::move(group));
    returned_.notify_one();
}

actors::Identity IdentityPool::take() {
    {
        std::unique_lock lock(mutex_);
        returned_.wait(lock, [this] { return !free_.empty() || made_ < size_; });
        if (!free_.empty()) {
            auto identity = std::move(free_.back());
            free_.pop_back();
            return identity;
        }
        ++made_;
    }
    auto identity = registry_.fresh_identity("device");
    try {
        registry_.create(identity);
    } catch (const std::exception&) {
        const std::lock_guard lock(mutex_);
        --made_;
        returned_.notify_one();
        throw;
    }
    return identity;
}

void IdentityPool::give_back(actors::Identity identity) {
    const std::lock_guard lock(mutex_);
    free_.push_back(std::move(identity));
    returned_.notify_one();
}

bool leaves_nothing(const run::Case& one) {
    const auto own = run::own_identity(one);
    const auto& scenario = *one.scenario;
    const auto waits_for = [&](const char* need) {
        return std::find(scenario.needs.begin(), scenario.needs.end(), need) != scenario.needs.end();
    };
    // What an earlier case has sent may still be on its way to who reads all telemetry of an identity.
    if (own.is_module || own.proof != model::Proof::sas || !scenario.identities.empty() || waits_for("telemetry") ||
        waits_for("log"))
        return false;
    return std::all_of(scenario.steps.begin(), scenario.steps.end(),
                       [&](const model::Step& step) { return leaves_nothing(step, one.bindings); });
}

std::unique_ptr<run::Session> fresh_session(const TargetFile& file, DeviceCertificates& certificates,
                                            Registry& registry, actors::SharedTelemetry* telemetry,
                                            IdentityPool* pool) {
    return std::make_unique<FreshSession>(file, certificates, registry, telemetry, pool);
}

std::unique_ptr<run::Session> listed_session(const TargetFile& file, ListedIdentities& identities) {
    return std::make_unique<ListedSession>(file, identities);
}

}  // namespace hubspec::cli

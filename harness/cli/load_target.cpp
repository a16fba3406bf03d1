#include "harness/cli/load_target.hpp"

#include <algorithm>
#include <cstdio>

#include "fixtures/hub/profile.hpp"
#include "fixtures/hub/server/server.hpp"
#include "harness/cli/budget.hpp"
#include "harness/cli/device_certificates.hpp"
#include "harness/cli/endpoint_target.hpp"
#include "harness/cli/random.hpp"
#include "harness/cli/registry.hpp"
#include "harness/cli/server_endpoint.hpp"
#include "harness/cli/survey.hpp"
#include "harness/cli/terminal.hpp"
#include "harness/cli/test_pki.hpp"
#include "harness/iothub/sas_token.hpp"
#include "harness/load/schedule.hpp"

namespace hubspec::cli {

using namespace model;

namespace {

constexpr const char* host_name = "hubspec.azure-devices.net";
constexpr const char* owner = "iothubowner";

IdentitySpec spec_of(const LoadPlan& plan) {
    IdentitySpec spec;
    spec.proof = plan.x509 ? Proof::x509 : Proof::sas;
    return spec;
}

/// The reference hub on this machine's clock, with a loop of its own.
class EmbeddedHub : public LoadTarget {
public:
    EmbeddedHub(const std::vector<std::string>& deviations, const std::string& tier)
        : pki_(make_test_pki(folder_.path(), host_name, {"127.0.0.1"})),
          certificates_(pki::make_root("hubspec device root")) {
        loop_.start();
        hub::Settings settings;
        settings.host_name = host_name;
        settings.random = random_bytes;
        auto policy = *hub::profile(hub::default_profile);
        if (!tier.empty()) policy.limits = *hub::limits_of_tier(tier, 1);
        hub::ServerOptions options;
        server_ = std::make_unique<hub::Server>(loop_, pki_.server_context(certificates_.authority().certificate_pem),
                                                options, hub::Hub(std::move(settings), policy));
        for (const auto& one : deviations) server_->show(one);
        endpoint_ = endpoint_of(*server_, host_name, options.events.entity, pki_);
        server_->with_hub([this](hub::Hub& hub, hub::Time) {
            for (const auto& one : hub.settings().policies)
                if (one.name == owner) access_ = {owner, one.primary_key};
        });
    }

    std::string name() const override { return "the reference hub in this process"; }
    std::string kind() const override { return "embedded"; }
    const actors::Endpoint& endpoint() const override { return endpoint_; }
    std::optional<actors::ServiceAccess> service() const override { return access_; }
    std::optional<std::string> objection(const LoadPlan&) const override { return std::nullopt; }
    std::optional<std::string> unreachable(const LoadPlan&) override { return std::nullopt; }

    std::vector<load::Member> members(const LoadPlan& plan, const std::vector<std::uint32_t>& devices,
                                      const std::stop_token& stop) override {
        std::vector<load::Member> all;
        for (const auto number : devices) {
            if (stop.stop_requested()) break;
            actors::Identity identity{
                "device", "load-" + std::to_string(number + 1), iothub::base64_encode(random_bytes(32)), {}, {}};
            certificates_.equip(identity, spec_of(plan));
            hub::IdentitySeed seed{identity.device_id, identity.primary_key, {}};
            if (plan.x509) seed.authentication = hub::Authentication::self_signed;
            seed.primary_thumbprint = identity.primary_thumbprint;
            seed.secondary_thumbprint = identity.secondary_thumbprint;
            server_->with_hub([&](hub::Hub& hub, hub::Time now) { hub.provision(seed, now); });
            all.push_back({number, std::move(identity)});
        }
        return all;
    }

private:
    TemporaryFolder folder_;
    TestPki pki_;
    DeviceCertificates certificates_;
    net::Loop loop_;
    std::unique_ptr<hub::Server> server_;
    actors::Endpoint endpoint_;
    actors::ServiceAccess access_;
};

/// A hub over the network. Identities are made with a service connection string and removed at the end; without one
/// those that the file lists are used.
class NetworkHub : public LoadTarget {
public:
    explicit NetworkHub(TargetFile file)
        : file_(std::move(file)),
          certificates_(file_.device_authority.value_or(pki::make_root("hubspec device root"))) {
        if (!file_.service) return;
        registry_ = std::make_unique<Registry>(file_.endpoint, *file_.service, new_run_id());
        registry_->remedy(own_command() + " clean --target '" + file_.file + "' --run " + registry_->run_id() +
                          " --yes");
        if (!file_.budget && !is_azure(file_.endpoint.host_name)) return;
        budget_ = budget_of(file_.budget.value_or(BudgetTerms{}), tier());
        pacer_ = std::make_unique<Pacer>(budget_->rates);
        registry_->pace(pacer_.get(), nullptr);
    }

    std::string name() const override { return file_.name; }
    std::string kind() const override { return "endpoint"; }
    const actors::Endpoint& endpoint() const override { return file_.endpoint; }
    std::optional<actors::ServiceAccess> service() const override { return file_.service; }

    std::optional<std::string> objection(const LoadPlan& plan) const override {
        if (load::needs_back_end(plan) && !file_.service)
            return "methods and messages to devices need a back end: 'service' with a connection string in " +
                   file_.file;
        if (plan.web_socket && !file_.has_https_port) return "'transport: wss' needs the port https in " + file_.file;
        if (!file_.service && plan.x509) return "'auth: x509' needs 'service' in " + file_.file;
        const auto messages = static_cast<std::int64_t>(load::messages_of(plan));
        if (budget_ && messages > budget_->messages)
            return "the load would make " + std::to_string(messages) + " messages; the budget of the hub allows " +
                   std::to_string(budget_->messages) + " ('budget: {tier: ..., messages: ...}' in " + file_.file +
                   " says what there is)";
        return std::nullopt;
    }

    std::optional<std::string> unreachable(const LoadPlan& plan) override {
        if (auto why = mqtt_unreachable(file_.endpoint)) return why;
        if (!registry_) return std::nullopt;
        try {
            auto asked = ask_service(file_, *registry_);
            if (const auto* refused = std::get_if<std::string>(&asked)) return *refused;
            if (load::needs_back_end(plan)) ask_amqp(file_, file_.endpoint, std::get<Survey>(asked));
        } catch (const std::exception& error) {
            return service_unreachable(file_.endpoint, error.what());
        }
        return std::nullopt;
    }

    std::vector<load::Member> members(const LoadPlan& plan, const std::vector<std::uint32_t>& devices,
                                      const std::stop_token& stop) override {
        return registry_ ? fresh(plan, devices, stop) : listed(devices);
    }

private:
    std::string tier() const {
        for (const auto& [name, value] : file_.capabilities)
            if (name == "tier" && value.text() != nullptr) return *value.text();
        return {};
    }

    std::vector<load::Member> listed(const std::vector<std::uint32_t>& devices) const {
        std::vector<load::Member> all;
        if (devices.back() >= file_.identities.size())
            throw std::runtime_error(file_.file + " lists " + std::to_string(file_.identities.size()) +
                                     " identities; the load needs " + std::to_string(devices.back() + 1) +
                                     ", or 'service' with a connection string to make them");
        for (const auto number : devices) all.push_back({number, file_.identities[number]});
        return all;
    }

    std::vector<load::Member> fresh(const LoadPlan& plan, const std::vector<std::uint32_t>& devices,
                                    const std::stop_token& stop) {
        constexpr std::size_t portion = 100;  // X-REST-12
        std::vector<load::Member> all;
        std::vector<actors::Identity> some;
        for (const auto number : devices) {
            if (stop.stop_requested()) break;
            some.push_back(registry_->fresh_identity("device"));
            certificates_.equip(some.back(), spec_of(plan));
            all.push_back({number, some.back()});
            if (some.size() == portion) registry_->create_all(std::exchange(some, {}));
        }
        registry_->create_all(some);
        return all;
    }

    TargetFile file_;
    DeviceCertificates certificates_;
    std::optional<Budget> budget_;
    std::unique_ptr<Pacer> pacer_;
    std::unique_ptr<Registry> registry_;
};

}  // namespace

std::unique_ptr<LoadTarget> make_load_target(const std::optional<std::string>& file,
                                             const std::vector<std::string>& deviations, const std::string& tier) {
    if (!file) return std::make_unique<EmbeddedHub>(deviations, tier);
    auto target = read_target_file(*file);
    if (!target) return nullptr;
    return std::make_unique<NetworkHub>(std::move(*target));
}

}  // namespace hubspec::cli

#include "harness/cli/embedded_target.hpp"

#include <atomic>

#include "fixtures/hub/profile.hpp"
#include "fixtures/hub/server/server.hpp"
#include "harness/cli/device_certificates.hpp"
#include "harness/cli/random.hpp"
#include "harness/cli/server_endpoint.hpp"
#include "harness/cli/test_pki.hpp"
#include "harness/iothub/connection_string.hpp"
#include "harness/iothub/sas_token.hpp"
#include "harness/net/loop.hpp"

namespace hubspec::cli {

namespace {

constexpr const char* host_name = "hubspec.azure-devices.net";

model::Value embedded_capabilities(const std::string& profile, const hub::Policy& policy) {
    model::Object all{{"tier", policy.basic_tier ? "basic" : "standard"}, {"profile", profile}, {"embedded", true}};
    for (const auto* name : {"clock", "telemetry", "log", "faults", "service", "cloud_to_device", "fresh_identities",
                             "fault_injection", "tls_1_2", "tls_1_3", "wss", "modules", "x509", "x509_ca"})
        all.push_back({name, true});
    return all;
}

class EmbeddedSession : public run::Session {
public:
    EmbeddedSession(const TestPki& pki, const net::TlsContext& tls, DeviceCertificates& certificates,
                    const hub::Policy& policy, const std::vector<std::string>& deviations)
        : certificates_(certificates) {
        loop_.start();
        hub::Settings settings;
        settings.host_name = host_name;
        settings.random = random_bytes;
        hub::ServerOptions options;
        options.clock = hub::ClockMode::virtual_;
        options.wrong = pki.wrong;
        server_ = std::make_unique<hub::Server>(loop_, tls, options, hub::Hub(std::move(settings), policy));
        for (const auto& name : deviations) server_->show(name);
        endpoint_ = endpoint_of(*server_, host_name, options.events.entity, pki);
    }

    const actors::Endpoint& endpoint() const override { return endpoint_; }

    actors::Identity identity(const model::IdentitySpec& spec, const std::string& device_id) override {
        const auto id = spec.name + "-" + std::to_string(++identities_);
        actors::Identity identity{
            spec.name, id, iothub::base64_encode(random_bytes(32)), iothub::base64_encode(random_bytes(32)), {}};
        if (spec.is_module) {
            identity.module_id = "module-" + std::to_string(identities_);
            if (device_id.empty())
                provision({id, iothub::base64_encode(random_bytes(32)), {}});
            else
                identity.device_id = device_id;
        }
        certificates_.equip(identity, spec);
        hub::IdentitySeed seed{identity.device_id, identity.primary_key, identity.secondary_key};
        if (spec.is_module) seed.module_id = identity.module_id;
        if (spec.proof == model::Proof::x509) seed.authentication = hub::Authentication::self_signed;
        if (spec.proof == model::Proof::x509_ca) seed.authentication = hub::Authentication::certificate_authority;
        seed.primary_thumbprint = identity.primary_thumbprint;
        seed.secondary_thumbprint = identity.secondary_thumbprint;
        provision(seed);
        return identity;
    }

    std::optional<actors::ServiceAccess> service_access() const override {
        return actors::ServiceAccess{"iothubowner", *policy_key("iothubowner")};
    }

    std::optional<std::string> policy_key(const std::string& policy) const override {
        std::optional<std::string> key;
        server_->with_hub([&](hub::Hub& hub, hub::Time) {
            for (const auto& one : hub.settings().policies)
                if (one.name == policy) key = one.primary_key;
        });
        return key;
    }

    bool advance(std::chrono::milliseconds by) override {
        server_->advance(by);
        return true;
    }

    std::optional<run::HubCounts> counts(const std::string& client_id, std::size_t ordinal) override {
        std::optional<run::HubCounts> counts;
        server_->with_hub([&](hub::Hub& hub, hub::Time) {
            std::size_t seen = 0;
            for (const auto& one : hub.connections())
                if (one.client_id == client_id && (one.open || !client_id.empty()) && seen++ == ordinal)
                    counts = {one.open, one.packets_sent, one.requests_received, one.bytes_received,
                              one.acknowledgements_received};
        });
        return counts;
    }

    std::optional<std::uint64_t> transports_taken() override {
        std::uint64_t taken = 0;
        server_->with_hub([&](hub::Hub& hub, hub::Time) { taken = hub.connections_so_far(); });
        return taken;
    }

    std::optional<run::ServiceCounts> service_counts() override {
        const auto so_far = server_->http_so_far();
        const auto amqp = server_->amqp_so_far();
        return run::ServiceCounts{so_far.requests, so_far.responses, amqp.bytes_received, amqp.bytes_sent};
    }

    std::chrono::system_clock::time_point hub_time() override {
        std::chrono::system_clock::time_point time;
        server_->with_hub([&](hub::Hub&, hub::Time now) { time = now; });
        return time;
    }

private:
    void provision(const hub::IdentitySeed& seed) {
        server_->with_hub([&](hub::Hub& hub, hub::Time now) { hub.provision(seed, now); });
    }

    DeviceCertificates& certificates_;
    net::Loop loop_;
    std::unique_ptr<hub::Server> server_;
    actors::Endpoint endpoint_;
    std::size_t identities_ = 0;
};

}  // namespace

struct EmbeddedTarget::Impl {
    Impl(std::vector<std::string> named, const std::string& of_profile)
        : pki(make_test_pki(folder.path(), host_name, {"127.0.0.1"})),
          certificates(pki::make_root("hubspec device root")),
          tls(pki.server_context(certificates.authority().certificate_pem)),
          deviations(std::move(named)),
          profile(of_profile),
          policy(*hub::profile(of_profile)) {}

    TemporaryFolder folder;
    TestPki pki;
    DeviceCertificates certificates;
    net::TlsContext tls;
    std::vector<std::string> deviations;
    std::string profile;
    hub::Policy policy;
    model::Value capabilities = embedded_capabilities(profile, policy);
};

EmbeddedTarget::EmbeddedTarget(std::vector<std::string> deviations, const std::string& profile)
    : impl_(std::make_unique<Impl>(std::move(deviations), profile)) {}
EmbeddedTarget::~EmbeddedTarget() = default;

std::string EmbeddedTarget::name() const {
    return impl_->profile == hub::default_profile ? "reference hub" : "reference hub, profile " + impl_->profile;
}

const model::Value& EmbeddedTarget::capabilities() const { return impl_->capabilities; }

std::unique_ptr<run::Session> EmbeddedTarget::open(const std::string&) {
    return std::make_unique<EmbeddedSession>(impl_->pki, impl_->tls, impl_->certificates, impl_->policy,
                                             impl_->deviations);
}

}  // namespace hubspec::cli

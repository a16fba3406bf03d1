#include "harness/cli/certified_device.hpp"

#include <algorithm>
#include <chrono>
#include <filesystem>
#include <map>
#include <thread>

#include "fixtures/hub/server/server.hpp"
#include "harness/cli/device_certificates.hpp"
#include "harness/cli/perturb.hpp"
#include "harness/cli/random.hpp"
#include "harness/cli/server_endpoint.hpp"
#include "harness/cli/terminal.hpp"
#include "harness/cli/test_pki.hpp"
#include "harness/iothub/sas_token.hpp"
#include "harness/iothub/user_name.hpp"
#include "harness/run/played_hub.hpp"

namespace hubspec::cli {

using namespace model;
namespace fs = std::filesystem;

namespace {

// A device connects to this and nothing else, so it is the hub's own name as well.
constexpr const char* loopback_name = "localhost";
// As far as the connect flags: no password can begin there.
constexpr std::size_t start_of_connect = 10;
constexpr int farewell_looks = 4;
constexpr std::chrono::seconds longest_farewell{1};
// What a device is told that can be told: the defaults of most SDKs, in seconds.
constexpr int usual_keep_alive = 60, usual_token_lifetime = 3600;

/// Turns what passes on the hub's sockets into events. On the loop's thread.
class Watcher {
public:
    explicit Watcher(actors::Inbox& inbox) : inbox_(inbox) {}

    hub::Observer observer() {
        return {[this](hub::ConnectionId id, const hub::Transport& transport) { opened(id, transport); },
                [this](hub::ConnectionId id, std::span<const std::uint8_t> bytes) { received(id, bytes); },
                [this](hub::ConnectionId id, std::span<const std::uint8_t> bytes) { sent(id, bytes); },
                [this](hub::ConnectionId id, bool by_peer, const std::string& how) { closed(id, by_peer, how); },
                [this](const std::string& how) {
                    inbox_.put(ConnectionClosed{"main", true, false, how});
                }};
    }

private:
    struct Connection {
        std::string name;
        mqtt::StreamDecoder from_device{mqtt::Sender::client}, from_hub{mqtt::Sender::server};
        bool has_spoken = false, has_connected = false, broken = false;
    };

    /// Of the packet that is malformed, what may be kept: a CONNECT ends with a password, so only its start may.
    static mqtt::Bytes evidence(const Connection& one, std::span<const std::uint8_t> bytes) {
        const auto unread = one.from_device.buffered();
        const bool began_before = unread > bytes.size();
        auto rest = bytes.last(std::min(unread, bytes.size()));
        if (!one.has_connected) rest = rest.first(began_before ? 0 : std::min(rest.size(), start_of_connect));
        return {rest.begin(), rest.end()};
    }

    void opened(hub::ConnectionId id, const hub::Transport& transport) {
        auto& one = connections_[id];
        one.name = connections_.size() == 1 ? "main" : "main " + std::to_string(connections_.size());
        const auto& certificate = transport.client_certificate;
        inbox_.put(ConnectionOpened{one.name, transport.tls_version, transport.server_name,
                                    transport.protocol == "MqttWs" ? "wss" : "tls", certificate.has_value(),
                                    certificate && certificate->chain_is_valid, transport.path});
    }

    void received(hub::ConnectionId id, std::span<const std::uint8_t> bytes) {
        auto& one = connections_[id];
        if (one.broken) return;
        one.has_spoken = true;
        one.from_device.feed(bytes);
        while (true) {
            auto next = one.from_device.next();
            if (std::holds_alternative<mqtt::Incomplete>(next)) return;
            if (auto* problem = std::get_if<mqtt::Malformed>(&next)) {
                one.broken = true;
                return inbox_.put(MalformedReceived{one.name, std::move(*problem), evidence(one, bytes)});
            }
            auto& packet = std::get<mqtt::Decoded>(next).packet;
            one.has_connected = one.has_connected || std::holds_alternative<mqtt::Connect>(packet);
            inbox_.put(PacketReceived{one.name, std::move(packet)});
        }
    }

    void sent(hub::ConnectionId id, std::span<const std::uint8_t> bytes) {
        auto& one = connections_[id];
        mqtt::StreamDecoder decoder(mqtt::Sender::server);
        decoder.feed(bytes);
        auto next = decoder.next();
        if (auto* decoded = std::get_if<mqtt::Decoded>(&next); decoded != nullptr && decoded->size == bytes.size())
            return inbox_.put(PacketSent{one.name, std::move(decoded->packet), {}});
        inbox_.put(BytesSent{one.name, mqtt::Bytes(bytes.begin(), bytes.end())});
    }

    void closed(hub::ConnectionId id, bool by_peer, const std::string& how) {
        auto& one = connections_[id];
        one.broken = true;
        const bool is_silent = by_peer && !one.has_spoken;
        inbox_.put(
            ConnectionClosed{one.name, by_peer, true, is_silent ? "left before CONNECT: " + how : how, is_silent});
    }

    actors::Inbox& inbox_;
    std::map<hub::ConnectionId, Connection> connections_;
};

class PlayedOnThisMachine : public run::PlayedHub {
public:
    PlayedOnThisMachine(const Statement& statement, const TestPki& pki, const net::TlsContext& tls,
                        DeviceCertificates& certificates, actors::Inbox& inbox)
        : statement_(statement), certificates_(certificates), watcher_(inbox) {
        loop_.start();
        hub::Settings settings;
        settings.host_name = statement.host;
        settings.other_names = {loopback_name, "127.0.0.1"};
        settings.random = random_bytes;
        hub::ServerOptions options;
        options.wrong = pki.wrong;
        options.observer = watcher_.observer();
        if (statement.is_on_bench()) {
            options.host = "0.0.0.0";
            options.mqtt_port = statement.mqtt_port;
            options.https_port = statement.https_port;
        }
        server_ = std::make_unique<hub::Server>(loop_, tls, options, hub::Hub(std::move(settings), {}));
        endpoint_ = endpoint_of(*server_, statement.host, options.events.entity, pki);
    }

    const actors::Endpoint& endpoint() const override { return endpoint_; }

    actors::Identity identity(const IdentitySpec& spec, const std::string& device_id) override {
        const bool own = spec.name == "device" && statement_.is_on_bench();
        const std::string id =
            own ? statement_.device_id : spec.name + "-" + std::to_string(++identities_) + spec.id_suffix;
        actors::Identity identity{
            spec.name,
            id,
            own && !statement_.key.empty() ? statement_.key : iothub::base64_encode(random_bytes(32)),
            iothub::base64_encode(random_bytes(32)),
            {}};
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
        if (spec.proof == Proof::x509) seed.authentication = hub::Authentication::self_signed;
        if (spec.proof == Proof::x509_ca) seed.authentication = hub::Authentication::certificate_authority;
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

    bool advance(std::chrono::milliseconds) override { return false; }
    std::optional<run::HubCounts> counts(const std::string&, std::size_t) override { return std::nullopt; }

    void perform(const std::string& verb, const run::Fields& fields) override { perturb(*server_, verb, fields); }

    // What a process leaves in its sockets is there when it has gone; the loop has still to come to it. Looks that
    // follow each other have the loop ask the system in between, also for connections that were not taken yet.
    void see_off() override {
        const auto end = std::chrono::steady_clock::now() + longest_farewell;
        for (int looks = 0; looks < farewell_looks && std::chrono::steady_clock::now() < end;) {
            looks = server_->device_sockets() == 0 ? looks + 1 : 0;
            std::this_thread::yield();
        }
    }

    std::optional<actors::ProgramSpec> program(const actors::Identity& identity,
                                               const run::Bindings& bindings) override {
        if (statement_.is_on_bench()) return std::nullopt;
        const auto values = values_for(identity, bindings);
        actors::ProgramSpec spec;
        spec.adapter = statement_.adapter;
        spec.patience = statement_.stops_within;
        spec.process.folder = statement_.folder;
        for (const auto& word : statement_.command) spec.process.command.push_back(run::interpolate_text(word, values));
        // Devices that come with hubspec lie beside it.
        auto& program = spec.process.command.front();
        if (const auto own = own_folder() + "/" + program; program.find('/') == std::string::npos && fs::exists(own))
            program = own;
        // Nothing of the harness's own environment but what programs cannot do without.
        for (const auto* name :
             {"PATH", "HOME", "LANG", "LC_ALL", "TZ", "TMPDIR", "NODE_PATH", "PYTHONPATH", "LD_LIBRARY_PATH"})
            if (const auto value = environment(name); !value.empty())
                spec.process.environment.emplace_back(name, value);
        for (const auto& [name, text] : statement_.environment)
            spec.process.environment.emplace_back(name, run::interpolate_text(text, values));
        return spec;
    }

private:
    void provision(const hub::IdentitySeed& seed) {
        server_->with_hub([&](hub::Hub& hub, hub::Time now) { hub.provision(seed, now); });
    }

    std::string connection_string(const actors::Identity& identity) const {
        std::string text = "HostName=" + statement_.host + ";DeviceId=" + identity.device_id;
        if (!identity.module_id.empty()) text += ";ModuleId=" + identity.module_id;
        return text + (identity.has_certificate() ? ";x509=true" : ";SharedAccessKey=" + identity.primary_key);
    }

    std::string sas_token(const actors::Identity& identity) const {
        const auto until = std::chrono::system_clock::now() + std::chrono::hours(1);
        return iothub::make_sas_token(
            {statement_.host + "/devices/" + identity.path(), *iothub::base64_decode(identity.primary_key),
             std::chrono::duration_cast<std::chrono::seconds>(until.time_since_epoch()).count(), std::nullopt});
    }

    run::Bindings values_for(const actors::Identity& identity, const run::Bindings& bindings) {
        const auto bound = [&](const char* name, const Value& otherwise) {
            const auto found = bindings.find(name);
            return found == bindings.end() ? otherwise : found->second;
        };
        const auto transport = run::text_of(bound("transport", "tls"));
        const auto port = transport == "wss" ? endpoint_.https_port : endpoint_.mqtt_port;
        return {{"host", statement_.host},
                {"port", int{port}},
                {"mqtt_port", int{endpoint_.mqtt_port}},
                {"https_port", int{endpoint_.https_port}},
                {"ca", endpoint_.ca_file},
                {"transport", transport},
                {"keep_alive", bound("keep_alive", usual_keep_alive)},
                {"token_lifetime", bound("token_lifetime", usual_token_lifetime)},
                {"device.id", identity.device_id},
                {"module.id", identity.module_id},
                {"client_id", identity.client_id()},
                {"user_name", statement_.host + "/" + identity.client_id() +
                                  "/?api-version=" + std::string(iothub::documented_api_version)},
                {"connection_string", connection_string(identity)},
                {"certificate", identity.credential_file},
                {"private_key", identity.credential_file},
                {"sas_token", identity.has_certificate() ? std::string() : sas_token(identity)}};
    }

    const Statement& statement_;
    DeviceCertificates& certificates_;
    Watcher watcher_;
    net::Loop loop_;
    std::unique_ptr<hub::Server> server_;
    actors::Endpoint endpoint_;
    std::size_t identities_ = 0;
};

}  // namespace

struct CertifiedDevice::Impl {
    explicit Impl(Statement given)
        : statement(std::move(given)),
          pki(make_test_pki(folder.path(), statement.host, {"127.0.0.1"})),
          certificates(pki::make_root("hubspec device root")),
          tls(pki.server_context(certificates.authority().certificate_pem)),
          capabilities(embedded_like(statement)) {}

    // What the played hub can do, and the statement.
    static Value embedded_like(const Statement& statement) {
        Object all{{"ics", statement.capabilities()}, {"adapter", statement.adapter}, {"tier", "standard"}};
        for (const auto* name :
             {"telemetry", "log", "faults", "service", "cloud_to_device", "modules", "x509", "x509_ca", "wss"})
            all.push_back({name, true});
        return all;
    }

    Statement statement;
    TemporaryFolder folder;
    TestPki pki;
    DeviceCertificates certificates;
    net::TlsContext tls;
    Value capabilities;
};

CertifiedDevice::CertifiedDevice(Statement statement) : impl_(std::make_unique<Impl>(std::move(statement))) {}
CertifiedDevice::~CertifiedDevice() = default;

std::string CertifiedDevice::name() const {
    const auto& statement = impl_->statement;
    return statement.device + (statement.version.empty() ? "" : " " + statement.version);
}
const Value& CertifiedDevice::capabilities() const { return impl_->capabilities; }
std::chrono::milliseconds CertifiedDevice::window() const { return impl_->statement.answers_within; }
std::chrono::milliseconds CertifiedDevice::longest_wait() const { return impl_->statement.longest_wait; }
bool CertifiedDevice::is_parallel() const { return !impl_->statement.is_on_bench(); }

std::shared_ptr<run::PlayedHub> CertifiedDevice::play(const std::string&, actors::Inbox& inbox) {
    return std::make_shared<PlayedOnThisMachine>(impl_->statement, impl_->pki, impl_->tls, impl_->certificates, inbox);
}

std::vector<run::Case> for_device(const std::vector<run::Case>& cases, const Statement& statement) {
    std::vector<run::Case> all;
    for (const auto& one : cases)
        for (const auto& transport : statement.transports) {
            const auto own = one.bindings.find("transport");  // the scenario is about this one
            if (own != one.bindings.end() && run::text_of(own->second) != transport) continue;
            auto bound = one;
            if (own == one.bindings.end()) bound.axes.emplace_back("transport", transport);
            bound.bindings["transport"] = transport;
            if (statement.is_module) bound.bindings["identity"] = "module";
            if (statement.proof != Proof::sas)
                bound.bindings["auth"] = statement.proof == Proof::x509 ? "x509" : "x509_ca";
            bound.bindings["ics.method"] =
                statement.methods.empty() || statement.methods.front() == "*" ? "reboot" : statement.methods.front();
            if (own == one.bindings.end()) {
                bound.name = one.name.ends_with("]") ? one.name.substr(0, one.name.size() - 1) + ", " : one.name + " [";
                bound.name += "transport=" + transport + "]";
            }
            all.push_back(std::move(bound));
        }
    return all;
}

}  // namespace hubspec::cli

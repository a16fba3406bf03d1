#include "harness/run/runner.hpp"

#include <algorithm>
#include <random>
#include <utility>

#include "harness/actors/device.hpp"
#include "harness/actors/service.hpp"
#include "harness/actors/wire.hpp"
#include "harness/iothub/sas_token.hpp"
#include "harness/net/loop.hpp"
#include "harness/run/packets.hpp"
#include "harness/run/progress.hpp"
#include "harness/run/service_requests.hpp"

namespace hubspec::run {

using namespace model;
using actors::Device;
using actors::Inbox;
using actors::Service;
using actors::Wire;
using mqtt::overloaded;
using SteadyTime = std::chrono::steady_clock::time_point;

void Interruption::trigger() {
    const std::lock_guard lock(mutex_);
    triggered_ = true;
    for (auto* inbox : waiting_) inbox->stop();
}

bool Interruption::triggered() const {
    const std::lock_guard lock(mutex_);
    return triggered_;
}

Interruption::Watch::Watch(Interruption& interruption, Inbox& inbox) : interruption_(interruption), inbox_(inbox) {
    const std::lock_guard lock(interruption_.mutex_);
    interruption_.waiting_.push_back(&inbox_);
    if (interruption_.triggered_) inbox_.stop();
}

Interruption::Watch::~Watch() {
    const std::lock_guard lock(interruption_.mutex_);
    std::erase(interruption_.waiting_, &inbox_);
}

namespace {

// A fence that does not close in this time proves nothing; the window then counts as over.
constexpr std::chrono::seconds fence_patience{5};
constexpr std::chrono::milliseconds fence_pause{1};
constexpr int fence_rounds = 3;  // in a row: a thread between two counts is not seen by one look

// One connection of the scenario: a device or a wire, and what is needed to ask the hub about it.
struct Connection {
    std::unique_ptr<Device> device;
    std::unique_ptr<Wire> wire;
    std::string identity = "device";
    std::string client_id;
    std::size_t ordinal = 0;  // among the connections with this client identifier
    mqtt::PacketId next_packet_id = 1;
    std::uint64_t requests_sent = 0;    // CONNECT, SUBSCRIBE, UNSUBSCRIBE and PUBLISH
    std::uint64_t received_before = 0;  // packets of the transports before this one
    bool is_open = false;               // the transport has come about
    bool is_opaque = false;             // something else than whole packets was sent: the hub's counts say nothing

    Wire::Received received() const { return device ? device->received() : wire ? wire->received() : Wire::Received{}; }
};

class Conversation {
public:
    Conversation(const Case& plan, Target& target, Interruption& interruption, const RunOptions& options)
        : plan_(plan),
          target_(target),
          interruption_(interruption),
          options_(options),
          progress_(plan_),
          random_(options.seed ^ std::hash<std::string>{}(plan.name)),
          watch_(interruption, inbox_) {}

    Trace run() {
        try {
            open();
            for (std::size_t i = 0; i < plan_.scenario.steps.size() && go_on(); ++i) run_step(i);
            leave();
        } catch (const std::invalid_argument& error) {
            fail("scenario.invalid", error.what());
        } catch (const mqtt::EncodeError& error) {
            fail("scenario.invalid", error.what());
        } catch (const net::TlsError& error) {
            fail("infra.tls", error.what());
        } catch (const std::runtime_error& error) {
            fail("infra.connect", error.what());
        }
        return std::move(trace_);
    }

private:
    void record(Event event) {
        progress_.take(event);
        if (std::holds_alternative<HarnessFailed>(event.form)) broken_ = true;
        if (const auto* opened = std::get_if<ConnectionOpened>(&event.form))
            ++transports_opened_, connections_[opened->connection].is_open = true;
        trace_.push_back(std::move(event));
    }
    void note(EventForm form) { record({inbox_.elapsed(), std::move(form)}); }

    void fail(const std::string& type, const std::string& text) { note(HarnessFailed{type, text}); }

    bool go_on() const {
        if (broken_ || interruption_.triggered()) return false;
        const auto step = progress_.current();
        if (!step) return true;
        const auto state = progress_.record(*step).state;
        return state == StepState::satisfied || state == StepState::warned;
    }

    // --- before and after ---

    void open() {
        session_ = target_.open(plan_.name);
        is_fenced_ = session_->advance({});
        note(NameBound{"hub.host", session_->endpoint().host_name});
        add_identity("device");
        for (const auto& identity : plan_.scenario.identities) add_identity(identity.name);
        loop_.start();
        if (const auto access = session_->service_access(); access && needs("service"))
            service_ = std::make_unique<Service>(session_->endpoint(), *access, inbox_);
        if (service_ && needs("telemetry")) service_->follow_telemetry();
        if (service_ && needs("log")) service_->follow_log();
    }

    bool needs(const std::string& what) const {
        const auto& list = plan_.scenario.needs;
        if (what == "service")
            return std::any_of(list.begin(), list.end(), [](const std::string& one) { return one != "clock"; });
        return std::find(list.begin(), list.end(), what) != list.end();
    }

    void add_identity(const std::string& name) {
        auto identity = session_->identity(name);
        identity.name = name;
        note(NameBound{name + ".id", identity.device_id});
        note(NameBound{name + ".primary_key_length", static_cast<std::int64_t>(identity.primary_key.size())});
        identities_[name] = std::move(identity);
    }

    /// What has already arrived belongs to the trace; nothing is waited for.
    void leave() {
        drain();
        for (auto& [name, connection] : connections_)
            if (connection.device && !connection.received().closed) connection.device->disconnect();
    }

    void drain() {
        while (auto event = inbox_.take(SteadyTime{})) record(std::move(*event));
    }

    // --- steps ---

    const Step& step() const { return plan_.scenario.steps[*progress_.current()]; }

    void run_step(std::size_t index) {
        drain();
        note(StepBegan{index});
        std::visit(overloaded{
                       [&](const Action& action) {
                           perform(action, index);
                           await(window());
                       },
                       [&](const Expectation&) { await(window()); },
                       [&](const AnyOrder&) { await(window()); },
                       [&](const Outcomes&) { await(window()); },
                       [&](const Never& never) { await_silence(never); },
                       [&](const Pass& pass) { let_pass(pass.duration); },
                   },
                   step().form);
    }

    std::chrono::milliseconds window() const {
        const auto base = step().within.value_or(target_.window());
        return std::chrono::milliseconds(
            static_cast<std::int64_t>(static_cast<double>(base.count()) * options_.timeout_scale));
    }

    void await(std::chrono::milliseconds window) {
        const auto deadline = std::chrono::steady_clock::now() + window;
        int quiet = 0;
        while (!progress_.is_decided() && !broken_) {
            auto event =
                inbox_.take(std::min(deadline, std::chrono::steady_clock::now() + (is_fenced_ ? fence_pause : window)));
            if (event) {
                record(std::move(*event));
                quiet = 0;
                continue;
            }
            if (interruption_.triggered()) return;
            quiet = is_quiet(Opaque::is_never_quiet) ? quiet + 1 : 0;
            if (quiet == fence_rounds || std::chrono::steady_clock::now() >= deadline)
                note(StepExpired{*progress_.current()});
        }
    }

    void await_silence(const Never& never) {
        if (!is_fenced_) return await(std::min(never.lasting, target_.longest_wait()));
        fence();
        if (progress_.is_decided()) return;
        move_clock(never.lasting);
        fence();
        if (!progress_.is_decided()) note(StepExpired{*progress_.current()});
    }

    void let_pass(std::chrono::milliseconds duration) {
        if (is_fenced_) fence();
        if (move_clock(duration)) return drain();
        const auto deadline = std::chrono::steady_clock::now() + duration;
        while (auto event = inbox_.take(deadline)) record(std::move(*event));
    }

    bool move_clock(std::chrono::milliseconds by) {
        if (!session_->advance(by)) return false;
        passed_ += by;
        note(ClockMoved{by});
        return true;
    }

    // --- fence: proof that nothing more is under way ---

    enum class Opaque { is_never_quiet, counts_as_quiet };

    /// True when everything that was sent has reached the hub and everything it sent has come back. While its clock
    /// stands still nothing can come then.
    bool is_quiet(Opaque opaque) {
        if (!is_fenced_ || session_->transports_taken().value_or(0) < transports_opened_) return false;
        for (const auto& [name, connection] : connections_)
            if (!has_settled(connection, opaque)) return false;
        return !service_ || has_settled_service();
    }

    bool has_settled(const Connection& connection, Opaque opaque) const {
        const auto received = connection.received();
        if (received.closed) return true;
        if (connection.is_opaque) return opaque == Opaque::counts_as_quiet;
        if (connection.client_id.empty()) return connection.is_open;
        const auto counts = session_->counts(connection.client_id, connection.ordinal);
        return counts && counts->open && counts->requests_received >= connection.requests_sent &&
               received.packets - connection.received_before >= counts->packets_sent;
    }

    bool has_settled_service() const {
        const auto counts = session_->service_counts();
        const auto own = service_->counts();
        return counts && counts->requests_received >= own.asked && own.answered >= counts->responses_sent;
    }

    /// Waits until it is quiet. A fence that does not close in time proves nothing; what follows then counts all the
    /// same.
    void fence() {
        const auto deadline = std::chrono::steady_clock::now() + fence_patience;
        for (int quiet = 0;
             quiet < fence_rounds && std::chrono::steady_clock::now() < deadline && !interruption_.triggered();) {
            if (auto event = inbox_.take(std::chrono::steady_clock::now() + fence_pause))
                record(std::move(*event)), quiet = 0;
            else
                quiet = is_quiet(Opaque::counts_as_quiet) ? quiet + 1 : 0;
        }
    }

    // --- performing ---

    void perform(const Action& action, std::size_t index) {
        invent_names(action.fields);
        const Fields fields(action.fields, progress_.bindings());
        switch (action.speaker) {
            case Speaker::device:
                return perform_device(action.verb, fields);
            case Speaker::wire:
                return perform_wire(action.verb, fields, action);
            case Speaker::service:
                return perform_service(action.verb, fields, exchange_name(step(), index));
            case Speaker::hub:
                return;
        }
    }

    void invent_names(const std::vector<Field>& fields) {
        for (const auto& name : names_to_invent(fields, progress_.bindings())) {
            char suffix[16];
            std::snprintf(suffix, sizeof suffix, "-%06x", static_cast<unsigned>(random_() & 0xFFFFFF));
            note(NameBound{name, name + suffix});
        }
    }

    Credentials credentials(const std::string& identity) const {
        return {session_->endpoint().host_name, identities_.at(identity), std::chrono::system_clock::now() + passed_,
                [this](const std::string& policy) { return session_->policy_key(policy); }};
    }

    void note_client(Connection& connection, const mqtt::Connect& packet) {
        connection.client_id = packet.client_id;
        connection.ordinal = clients_[packet.client_id]++;
        connection.requests_sent = 1;
        connection.received_before = connection.received().packets;
        connection.is_opaque = false;
    }

    void perform_device(const std::string& verb, const Fields& fields) {
        auto& connection = connections_[step().connection];
        if (verb == "connect") return connect_device(connection, fields);
        if (!connection.device)
            throw std::invalid_argument("connection '" + step().connection +
                                        "' is not a device's: a device line needs `device: connect` before it");
        if (verb == "subscribe" || verb == "unsubscribe" || verb == "publish") ++connection.requests_sent;
        if (verb == "subscribe") return connection.device->subscribe(subscribe_packet(fields, 0));
        if (verb == "unsubscribe") return connection.device->unsubscribe(unsubscribe_packet(fields, 0));
        if (verb == "disconnect") return connection.device->disconnect();
        if (verb == "drop") return connection.device->drop();
        connection.device->publish(publish_packet(fields, 0));
    }

    void connect_device(Connection& connection, const Fields& fields) {
        connection.identity = fields.text("identity", "device");
        connection.wire.reset();
        if (connection.device) retired_.push_back(std::move(connection.device));
        connection.device = std::make_unique<Device>(inbox_, step().connection);
        const auto packet = connect_packet(fields, credentials(connection.identity));
        note_client(connection, packet);
        connection.device->connect(session_->endpoint(), packet);
    }

    void perform_wire(const std::string& verb, const Fields& fields, const Action& action) {
        auto& connection = connections_[step().connection];
        if (!connection.wire) connection.wire = std::make_unique<Wire>(loop_, inbox_, step().connection);
        if (verb == "close")
            return fields.text("how", "fin") == "reset" ? connection.wire->reset() : connection.wire->close();
        if (verb == "open" || !connection.wire->is_open())
            connection.wire->open(session_->endpoint(), transport(fields));
        if (verb == "open") return;
        if (verb == "bytes") connection.is_opaque = true;
        if (verb == "bytes") return connection.wire->send_bytes(parse_hex(fields.text("hex")).value_or(mqtt::Bytes{}));
        connection.wire->send(verb == "send" ? packets_of(connection, action)
                                             : std::vector{packet_of(connection, verb, fields)});
    }

    static Wire::Transport transport(const Fields& fields) {
        Wire::Transport transport;
        transport.tls = !fields.flag("plain", false);
        const auto version = fields.text("tls", "any");
        if (version == "1.2") transport.version = net::TlsVersion::tls_1_2;
        if (version == "1.3") transport.version = net::TlsVersion::tls_1_3;
        return transport;
    }

    actors::WirePacket packet_of(Connection& connection, const std::string& verb, const Fields& fields) {
        if (verb == "connect") connection.identity = fields.text("identity", "device");
        auto packet = wire_packet(verb, fields, credentials(connection.identity), connection.next_packet_id);
        if (verb == "subscribe" || verb == "unsubscribe" || verb == "publish") ++connection.next_packet_id;
        if (const auto* connect = std::get_if<mqtt::Connect>(&packet.packet)) note_client(connection, *connect);
        if (verb == "subscribe" || verb == "unsubscribe" || verb == "publish") ++connection.requests_sent;
        if (packet.distortion != mqtt::Distortion{}) connection.is_opaque = true;
        return packet;
    }

    /// `send: [{connect: {...}}, {subscribe: {...}}]`: the loader puts the list under the field "packets".
    std::vector<actors::WirePacket> packets_of(Connection& connection, const Action& action) {
        std::vector<actors::WirePacket> packets;
        const Fields list(action.fields, progress_.bindings());
        for (const auto& item : list.items("packets")) {
            const auto* object = std::get_if<ObjectPattern>(&item.form);
            if (object == nullptr || object->members.empty()) continue;
            const auto& line = object->members.front();
            const auto* fields = std::get_if<ObjectPattern>(&line.value.form);
            static const std::vector<Field> none;
            packets.push_back(packet_of(connection, line.name,
                                        Fields(fields != nullptr ? fields->members : none, progress_.bindings())));
        }
        return packets;
    }

    void perform_service(const std::string& verb, const Fields& fields, const std::string& exchange) {
        if (!service_)
            throw std::runtime_error(
                "the target has no service connection string, so `service` lines cannot be performed");
        auto& identity = identities_.at(fields.text("identity", "device"));
        if (verb == "update_identity" && fields.flag("rotate_keys", false)) rotate_keys(identity);
        auto request = service_request(verb, fields, identity);
        if (verb == "request" && fields.has("auth")) authorize(request, fields);
        for (std::int64_t i = 1; i < fields.integer("times", 1); ++i) {
            const auto response = service_->fetch(request);
            if (response.status >= 300)
                throw std::runtime_error("send " + std::to_string(i) + " of " + fields.text("times") +
                                         " was answered " + std::to_string(response.status));
        }
        service_->ask(exchange, std::move(request));
    }

    void rotate_keys(actors::Identity& identity) {
        const auto fresh = [this] {
            std::vector<std::uint8_t> key(32);
            for (auto& byte : key) byte = static_cast<std::uint8_t>(random_());
            return iothub::base64_encode(key);
        };
        identity.former_key = std::exchange(identity.primary_key, fresh());
        identity.secondary_key = fresh();
    }

    void authorize(HttpRequest& request, const Fields& fields) {
        const auto members = fields.members("auth");
        const Fields auth(members, fields.bindings());
        std::string token = auth.text("token");
        if (!auth.has("token") && !auth.flag("none", false)) {
            auto sas = members;
            if (!auth.has("resource"))
                sas.push_back({"resource", {TextPattern{session_->endpoint().host_name}, {}}, {}});
            token = sas_token(Fields(sas, fields.bindings()), credentials("device"));
        }
        request.headers.emplace_back("Authorization", token);
    }

    const Case& plan_;
    Target& target_;
    Interruption& interruption_;
    RunOptions options_;
    Inbox inbox_;
    Progress progress_;
    std::mt19937_64 random_;
    Interruption::Watch watch_;
    Trace trace_;
    bool broken_ = false;
    bool is_fenced_ = false;  // the hub's clock is ours and the hub can be asked what has passed
    std::chrono::milliseconds passed_{};
    std::uint64_t transports_opened_ = 0;
    std::unique_ptr<Session> session_;
    std::map<std::string, actors::Identity> identities_;
    std::map<std::string, std::size_t> clients_;
    net::Loop loop_;
    std::unique_ptr<Service> service_;
    std::map<std::string, Connection> connections_;
    std::vector<std::unique_ptr<Device>> retired_;
};

}  // namespace

Trace run_case(const Case& plan, Target& target, Interruption& interruption, const RunOptions& options) {
    return Conversation(plan, target, interruption, options).run();
}

}  // namespace hubspec::run

#include "harness/net/amqp_engine.hpp"

#include <proton/codec.h>
#include <proton/condition.h>
#include <proton/connection.h>
#include <proton/delivery.h>
#include <proton/disposition.h>
#include <proton/link.h>
#include <proton/sasl.h>
#include <proton/sasl_plugin.h>
#include <proton/session.h>
#include <proton/transport.h>

#include <algorithm>
#include <cstring>
#include <map>
#include <proton/codec/vector.hpp>
#include <proton/io/connection_driver.hpp>
#include <proton/timestamp.hpp>
#include <proton/transport.hpp>
#include <proton/value.hpp>

namespace hubspec::net {

namespace {

// Proton's C++ objects keep their C object to themselves; a derived class may name the member that hands it out.
template <class Wrapper>
auto* native(const Wrapper& wrapper) {
    struct Opened : Wrapper {
        static auto* get(const Wrapper& one) {
            auto member = &Opened::pn_object;
            return (one.*member)();
        }
    };
    return Opened::get(wrapper);
}

// --- SASL of a server ---

const PlainCheck& check_of(pn_transport_t* transport) {
    return *static_cast<const PlainCheck*>(pnx_sasl_get_context(transport));
}

// RFC 4616: authorization identity, user and password with NUL between them.
bool is_plain_right(const PlainCheck& check, const pn_bytes_t* response) {
    const std::string text(response->start, response->size);
    const auto first = text.find('\0');
    const auto second = first == std::string::npos ? first : text.find('\0', first + 1);
    if (second == std::string::npos || !check) return false;
    return check(text.substr(first + 1, second - first - 1), text.substr(second + 1));
}

void take_initial_response(pn_transport_t* transport, const char* mechanism, const pn_bytes_t* response) {
    const std::string_view name = mechanism == nullptr ? "" : mechanism;  // what is no symbol comes as none
    const bool proves_nothing = name == "MSSBCBS" || name == "ANONYMOUS" || name == "EXTERNAL";
    const bool succeeded = proves_nothing || (name == "PLAIN" && is_plain_right(check_of(transport), response));
    if (succeeded)
        pnx_sasl_set_succeeded(transport, proves_nothing ? "anonymous" : "plain", nullptr);
    else
        pnx_sasl_set_failed(transport);
    pnx_sasl_set_desired_state(transport, SASL_POSTED_OUTCOME);
}

// Proton's own server knows no MSSBCBS, which Azure's C stack insists on.
const pnx_sasl_implementation& server_sasl() {
    static const pnx_sasl_implementation table = [] {
        pnx_sasl_implementation sasl{};
        sasl.free = [](pn_transport_t*) {};
        sasl.list_mechanisms = [](pn_transport_t*) { return "MSSBCBS PLAIN ANONYMOUS EXTERNAL"; };
        sasl.init_server = [](pn_transport_t* transport) {
            pnx_sasl_set_desired_state(transport, SASL_POSTED_MECHANISMS);
            return true;
        };
        sasl.init_client = [](pn_transport_t*) { return false; };
        sasl.prepare_write = [](pn_transport_t*) {};
        sasl.process_init = take_initial_response;
        sasl.process_response = [](pn_transport_t*, const pn_bytes_t*) {};
        sasl.process_mechanisms = [](pn_transport_t*, const char*) { return false; };
        sasl.process_challenge = [](pn_transport_t*, const pn_bytes_t*) {};
        sasl.process_outcome = [](pn_transport_t*, const pn_bytes_t*) {};
        sasl.can_encrypt = [](pn_transport_t*) { return false; };
        sasl.max_encrypt_size = [](pn_transport_t*) -> ssize_t { return 0; };
        sasl.encode = [](pn_transport_t*, pn_bytes_t, pn_bytes_t*) -> ssize_t { return 0; };
        sasl.decode = [](pn_transport_t*, pn_bytes_t, pn_bytes_t*) -> ssize_t { return 0; };
        return sasl;
    }();
    return table;
}

}  // namespace

struct AmqpEngine::Impl {
    proton::io::connection_driver driver{"hubspec"};
    PlainCheck check;
    bool is_server = false;
    bool over = false;

    void dispatch() { over = !driver.dispatch() || over; }

    /// Proton reads no more after a frame that is none, and says nothing of it.
    void refuse_malformed() {
        auto connection = driver.connection();
        const bool reads = pn_transport_capacity(native(driver.transport())) >= 0;
        if (over || !is_server || reads || connection.closed()) return;
        const proton::error_condition why("amqp:connection:framing-error", "These bytes are no frames of AMQP.");
        const bool is_open = (pn_connection_state(native(connection)) & PN_REMOTE_ACTIVE) != 0;
        is_open ? connection.close(why) : driver.disconnected(why);
        dispatch();
    }

    std::size_t over_sessions(std::size_t (*bytes_of)(pn_session_t*)) const {
        std::size_t all = 0;
        for (auto* one = pn_session_head(native(driver.connection()), 0); one; one = pn_session_next(one, 0))
            all += bytes_of(one);
        return all;
    }
};

AmqpEngine::AmqpEngine(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
AmqpEngine::~AmqpEngine() = default;

std::unique_ptr<AmqpEngine> AmqpEngine::client(proton::messaging_handler& handler,
                                               const proton::connection_options& options) {
    auto impl = std::make_unique<Impl>();
    auto all = options;
    impl->driver.connect(all.handler(handler).sasl_allow_insecure_mechs(true));
    impl->dispatch();
    return std::unique_ptr<AmqpEngine>(new AmqpEngine(std::move(impl)));
}

std::unique_ptr<AmqpEngine> AmqpEngine::server(proton::messaging_handler& handler,
                                               const proton::connection_options& options, PlainCheck check) {
    auto impl = std::make_unique<Impl>();
    impl->check = std::move(check);
    impl->is_server = true;
    auto all = options;
    impl->driver.accept(all.handler(handler).sasl_allow_insecure_mechs(true).sasl_enabled(true));
    auto* transport = native(impl->driver.transport());
    pnx_sasl_set_implementation(transport, &server_sasl(), &impl->check);
    impl->dispatch();
    return std::unique_ptr<AmqpEngine>(new AmqpEngine(std::move(impl)));
}

void AmqpEngine::feed(std::span<const std::uint8_t> bytes) {
    while (!bytes.empty() && !impl_->over) {
        const auto buffer = impl_->driver.read_buffer();
        if (buffer.size == 0) return impl_->dispatch();  // it has ended: what comes now is nobody's
        const auto size = std::min(buffer.size, bytes.size());
        std::memcpy(buffer.data, bytes.data(), size);
        impl_->driver.read_done(size);
        impl_->dispatch();
        bytes = bytes.subspan(size);
    }
    impl_->refuse_malformed();
}

void AmqpEngine::end_input() {
    impl_->driver.read_close();
    impl_->dispatch();
}

void AmqpEngine::dispatch() { impl_->dispatch(); }

std::vector<std::uint8_t> AmqpEngine::take_output() {
    std::vector<std::uint8_t> output;
    for (auto buffer = impl_->driver.write_buffer(); buffer.size > 0; buffer = impl_->driver.write_buffer()) {
        output.insert(output.end(), buffer.data, buffer.data + buffer.size);
        impl_->driver.write_done(buffer.size);
        impl_->dispatch();
    }
    return output;
}

std::optional<std::chrono::milliseconds> AmqpEngine::tick(std::chrono::milliseconds now) {
    const auto next = impl_->driver.tick(proton::timestamp(now.count())).milliseconds();
    impl_->dispatch();
    if (next == 0) return std::nullopt;
    return std::chrono::milliseconds(next);
}

std::chrono::milliseconds steady_now() {
    return std::chrono::duration_cast<std::chrono::milliseconds>(std::chrono::steady_clock::now().time_since_epoch());
}

std::size_t AmqpEngine::outgoing() const { return impl_->over_sessions(pn_session_outgoing_bytes); }
std::size_t AmqpEngine::incoming() const { return impl_->over_sessions(pn_session_incoming_bytes); }
bool AmqpEngine::is_over() const { return impl_->over; }

proton::connection AmqpEngine::connection() const { return impl_->driver.connection(); }

void reject(proton::delivery& delivery, const proton::error_condition& why) {
    auto* one = native(delivery);
    auto* condition = pn_disposition_condition(pn_delivery_local(one));
    pn_condition_set_name(condition, why.name().c_str());
    pn_condition_set_description(condition, why.description().c_str());
    pn_delivery_update(one, PN_REJECTED);
    pn_delivery_settle(one);
}

proton::error_condition reason_of(const proton::tracker& tracker) {
    auto* condition = pn_disposition_condition(pn_delivery_remote(native(tracker)));
    if (!pn_condition_is_set(condition)) return {};
    const char* text = pn_condition_get_description(condition);
    return {pn_condition_get_name(condition), text == nullptr ? "" : text};
}

void open_nowhere(const proton::link& link) {
    auto* one = native(link);
    pn_terminus_set_type(pn_link_is_sender(one) ? pn_link_source(one) : pn_link_target(one), PN_UNSPECIFIED);
    pn_link_open(one);
}

void redirect(const proton::link& link, const LinkRedirect& where) {
    auto* one = native(link);
    auto* condition = pn_link_condition(one);
    pn_condition_set_name(condition, "amqp:link:redirect");
    pn_condition_set_description(condition, where.why.c_str());
    auto* info = pn_condition_info(condition);
    const auto put = [info](const char* name, const std::string& text) {
        pn_data_put_symbol(info, pn_bytes(std::strlen(name), name));
        pn_data_put_string(info, pn_bytes(text.size(), text.data()));
    };
    pn_data_put_map(info);
    pn_data_enter(info);
    put("hostname", where.host);
    put("network-host", where.host);
    pn_data_put_symbol(info, pn_bytes(4, "port"));
    pn_data_put_int(info, where.port);
    put("address", where.address);
    pn_data_exit(info);
    pn_link_close(one);
}

std::size_t incoming(const proton::receiver& receiver) {
    auto* current = pn_link_current(native(receiver));
    return current == nullptr ? 0 : pn_delivery_pending(current);
}

void announce_largest_message(const proton::receiver& receiver, std::uint64_t bytes) {
    pn_link_set_max_message_size(native(receiver), bytes);
}

}  // namespace hubspec::net

#include "harness/net/web_socket.hpp"

#include <array>
#include <boost/asio/post.hpp>
#include <boost/beast/core/buffers_to_string.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/http.hpp>
#include <boost/beast/websocket.hpp>
#include <deque>
#include <optional>

#include "harness/net/asio_loop.hpp"

namespace hubspec::net {

namespace asio = boost::asio;
namespace beast = boost::beast;
namespace http = beast::http;
namespace websocket = beast::websocket;
using boost::system::error_code;

namespace {

constexpr std::size_t largest_header = 10;
constexpr std::size_t largest_together = 64 * 1024;
// What is read at once. Each connection has it for as long as it waits: a fleet has many.
constexpr std::size_t largest_read = 2 * 1024;

/// A transport in memory, as Beast wants one: reads take what was fed, writes go to a function.
class Pipe {
public:
    using executor_type = asio::io_context::executor_type;
    using Done = std::function<void(error_code, std::size_t)>;

    explicit Pipe(asio::io_context& context) : context_(context) {}
    executor_type get_executor() { return context_.get_executor(); }

    void feed(std::span<const std::uint8_t> bytes) {
        const auto space = input_.prepare(bytes.size());
        input_.commit(asio::buffer_copy(space, asio::buffer(bytes.data(), bytes.size())));
        try_read();
    }
    void end() {
        ended_ = true;
        try_read();
    }
    bool has_input() const { return input_.size() > 0; }

    std::function<void(std::span<const std::uint8_t>)> write;

    template <class Buffers, class Handler>
    auto async_read_some(const Buffers& buffers, Handler&& handler) {
        return asio::async_initiate<Handler, void(error_code, std::size_t)>(
            [this](auto done, const Buffers& into) { await_input(into, keep(std::move(done))); }, handler, buffers);
    }

    template <class Buffers, class Handler>
    auto async_write_some(const Buffers& buffers, Handler&& handler) {
        return asio::async_initiate<Handler, void(error_code, std::size_t)>(
            [this](auto done, const Buffers& from) {
                const auto bytes = beast::buffers_to_string(from);
                if (write) write(std::span(reinterpret_cast<const std::uint8_t*>(bytes.data()), bytes.size()));
                asio::post(context_, [done = keep(std::move(done)), size = bytes.size()] { done({}, size); });
            },
            handler, buffers);
    }

    // The transport is the owner's to end.
    template <class Handler>
    friend void async_teardown(beast::role_type, Pipe& pipe, Handler&& handler) {
        asio::post(pipe.get_executor(), [done = std::forward<Handler>(handler)]() mutable { done(error_code()); });
    }
    friend void beast_close_socket(Pipe&) {}

private:
    // Handlers can only be moved; a function must be copied.
    template <class Handler>
    static Done keep(Handler handler) {
        return [shared = std::make_shared<Handler>(std::move(handler))](error_code error, std::size_t size) {
            (*shared)(error, size);
        };
    }

    // A read that is done forgets itself.
    void try_read() {
        if (const auto reader = reader_) reader();
    }

    template <class Buffers>
    void await_input(const Buffers& into, Done done) {
        reader_ = [this, into, done = std::move(done)] {
            if (input_.size() == 0 && !ended_) return;
            const auto size = asio::buffer_copy(into, input_.data());
            input_.consume(size);
            const error_code error = size == 0 ? error_code(asio::error::eof) : error_code();
            asio::post(context_, [done, error, size] { done(error, size); });
            reader_ = nullptr;
        };
        try_read();
    }

    asio::io_context& context_;
    beast::flat_buffer input_;
    bool ended_ = false;
    std::function<void()> reader_;
};

http::request<http::empty_body> to_beast(const model::HttpRequest& request) {
    http::request<http::empty_body> out{http::string_to_verb(request.method), request.target, 11};
    for (const auto& [name, value] : request.headers) out.insert(name, value);
    return out;
}

model::HttpResponse to_model(const websocket::response_type& response) {
    model::HttpResponse out{static_cast<int>(response.result_int()), {}, response.body()};
    for (const auto& field : response)
        out.headers.emplace_back(std::string(field.name_string()), std::string(field.value()));
    return out;
}

}  // namespace

struct WebSocket::Impl {
    Impl(Loop& loop, Callbacks given) : callbacks(std::move(given)), stream(loop.impl().context) {
        stream.next_layer().write = callbacks.write;
        stream.auto_fragment(false);
        stream.control_callback([this](websocket::frame_type type, beast::string_view) {
            if (type == websocket::frame_type::ping && callbacks.pinged) callbacks.pinged();
            if (type == websocket::frame_type::pong && callbacks.ponged) callbacks.ponged();
        });
        stream.read_message_max(0);  // MQTT has its own limit, and sees what comes as it comes
        stream.set_option(
            websocket::stream_base::timeout{std::chrono::seconds(60), websocket::stream_base::none(), false});
    }

    struct Message {
        std::vector<std::uint8_t> bytes;
        Kind kind = Kind::binary;
        bool is_last = true;
        bool is_ping = false;
    };

    Callbacks callbacks;
    websocket::stream<Pipe, false> stream;  // no permessage-deflate
    std::weak_ptr<WebSocket> self;
    std::array<std::uint8_t, largest_read> buffer{};
    websocket::response_type response;  // of a client
    std::deque<Message> output;
    bool is_server = false;
    bool answered = false;
    std::vector<std::uint8_t> together;  // what was read and not told yet
    std::size_t reads = 0;
    bool tells_together = false;
    bool takes_text = false;
    bool open = false;
    bool writing = false;
    bool closing = false;

    void opened() {
        open = true;
        if (callbacks.opened) callbacks.opened(to_model(response));
        read();
        write_next();
    }

    void end(const std::string& why) {
        const auto keep = self.lock();
        tell();
        const auto told = std::move(callbacks.ended);
        callbacks = {};
        if (told) told(answered ? to_model(response) : model::HttpResponse{0, {}, {}}, why);
    }

    void read() {
        stream.async_read_some(asio::buffer(buffer), [keep = self.lock(), this](error_code error, std::size_t size) {
            if (error) return end(reason(error));
            if (!takes_text && !stream.got_binary()) return refuse_text();
            if (!tells_together) {
                if (callbacks.received) callbacks.received(std::span(buffer).first(size), stream.is_message_done());
                return read();
            }
            const bool is_first = together.empty();
            together.insert(together.end(), buffer.begin(), buffer.begin() + static_cast<std::ptrdiff_t>(size));
            ++reads;
            read();
            if (is_first) tell_when_quiet();
        });
    }

    // Behind each turn of the loop stands the next frame, as long as one is at hand.
    void tell_when_quiet() {
        asio::post(stream.get_executor(), [keep = self.lock(), this, before = reads] {
            const bool is_quiet = reads == before && !stream.next_layer().has_input();
            is_quiet || together.size() >= largest_together ? tell() : tell_when_quiet();
        });
    }

    void tell() {
        const auto bytes = std::exchange(together, {});
        if (!bytes.empty() && callbacks.received) callbacks.received(bytes, true);
    }

    std::string reason(const error_code& error) const {
        if (error != websocket::error::closed) return "WebSocket: " + error.message();
        const auto& said = stream.reason();
        if (said.code == websocket::close_code::none) return "WebSocket close without a code";
        return "WebSocket close " + std::to_string(said.code) +
               (said.reason.empty() ? "" : " (" + std::string(said.reason.c_str()) + ")");
    }

    // [MQTT-6.0.0-1]: packets come in binary frames, or the connection is closed.
    void refuse_text() {
        closing = true;
        stream.async_close({websocket::close_code::unknown_data, "MQTT needs binary frames"},
                           [keep = self.lock(), this](error_code) { end("a text frame came"); });
    }

    void write_next() {
        if (writing || !open) return;
        if (output.empty()) {
            if (closing) return say_close();
            if (callbacks.drained) callbacks.drained();
            return;
        }
        writing = true;
        const auto done = [keep = self.lock(), this](error_code error, std::size_t) {
            writing = false;
            output.pop_front();
            if (!error) write_next();
        };
        const auto& message = output.front();
        if (message.is_ping) return stream.async_ping({}, [done](error_code error) { done(error, 0); });
        stream.text(message.kind == Kind::text);
        stream.async_write_some(message.is_last, asio::buffer(message.bytes), done);
    }

    void say_close() {
        writing = true;
        stream.async_close(websocket::close_code::normal,
                           [keep = self.lock(), this](error_code) { end("WebSocket close 1000"); });
    }

    void put(Message message) {
        if (closing) return;
        output.push_back(std::move(message));
        write_next();
    }

    /// A server masks nothing, so what it sends is the payload behind a few bytes. Beast writes whole frames as well:
    /// its answers to pings stand between these, never within one.
    void put_frames(std::span<const std::uint8_t> bytes, std::span<const std::size_t> ends) {
        std::vector<std::uint8_t> frames;
        frames.reserve(bytes.size() + ends.size() * largest_header);
        std::size_t begin = 0;
        for (const auto end : ends) {
            put_header(frames, end - begin);
            frames.insert(frames.end(), bytes.begin() + static_cast<std::ptrdiff_t>(begin),
                          bytes.begin() + static_cast<std::ptrdiff_t>(end));
            begin = end;
        }
        if (callbacks.write) callbacks.write(frames);
    }

    // RFC 6455, 5.2: the last frame of a message with binary data.
    static void put_header(std::vector<std::uint8_t>& out, std::size_t size) {
        out.push_back(0x82);
        if (size < 126) return out.push_back(static_cast<std::uint8_t>(size));
        const bool is_long = size > 0xFFFF;
        out.push_back(is_long ? 127 : 126);
        for (int shift = is_long ? 56 : 8; shift >= 0; shift -= 8)
            out.push_back(static_cast<std::uint8_t>(static_cast<std::uint64_t>(size) >> shift & 0xFF));
    }
};

WebSocket::WebSocket(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
WebSocket::~WebSocket() = default;

std::shared_ptr<WebSocket> WebSocket::accept(Loop& loop, const model::HttpRequest& upgrade,
                                             const std::string& subprotocol, Callbacks callbacks) {
    std::shared_ptr<WebSocket> made(new WebSocket(std::make_unique<Impl>(loop, std::move(callbacks))));
    auto& impl = *made->impl_;
    impl.self = made;
    impl.is_server = true;
    impl.stream.set_option(websocket::stream_base::decorator([subprotocol](websocket::response_type& response) {
        response.set(http::field::server, "hubspec");
        if (!subprotocol.empty()) response.set(http::field::sec_websocket_protocol, subprotocol);
    }));
    const auto request = std::make_shared<http::request<http::empty_body>>(to_beast(upgrade));
    impl.stream.async_accept(*request, [made, request](error_code error) {
        auto& own = *made->impl_;
        if (error) return own.end("WebSocket: " + error.message());
        own.opened();
    });
    return made;
}

std::shared_ptr<WebSocket> WebSocket::connect(Loop& loop, const std::string& host, const std::string& target,
                                              const model::HttpHeaders& headers, Callbacks callbacks) {
    std::shared_ptr<WebSocket> made(new WebSocket(std::make_unique<Impl>(loop, std::move(callbacks))));
    auto& impl = *made->impl_;
    impl.self = made;
    impl.stream.set_option(websocket::stream_base::decorator([headers](websocket::request_type& request) {
        for (const auto& [name, value] : headers) request.set(name, value);
    }));
    impl.stream.async_handshake(impl.response, host, target, [made](error_code error) {
        auto& own = *made->impl_;
        // Beast's own errors are about an answer that came.
        own.answered = !error || error.category() == error_code(websocket::error::closed).category();
        if (error) return own.end("the WebSocket was refused: " + error.message());
        own.opened();
    });
    return made;
}

void WebSocket::tell_together() { impl_->tells_together = true; }

void WebSocket::take_text() { impl_->takes_text = true; }

void WebSocket::feed(std::span<const std::uint8_t> bytes) { impl_->stream.next_layer().feed(bytes); }

void WebSocket::send(std::span<const std::uint8_t> bytes, Kind kind, bool is_last) {
    impl_->put({{bytes.begin(), bytes.end()}, kind, is_last, false});
}

void WebSocket::send_each(std::span<const std::uint8_t> bytes, std::span<const std::size_t> ends) {
    auto& own = *impl_;
    if (own.is_server && own.open && !own.closing && own.output.empty()) return own.put_frames(bytes, ends);
    std::size_t begin = 0;
    for (const auto end : ends) send(bytes.subspan(begin, end - begin)), begin = end;
}

void WebSocket::ping() { impl_->put({{}, Kind::binary, true, true}); }

std::size_t WebSocket::queued() const {
    std::size_t bytes = 0;
    for (const auto& message : impl_->output) bytes += message.bytes.size();
    return bytes;
}

void WebSocket::close() {
    if (impl_->closing) return;
    impl_->closing = true;
    impl_->write_next();
}

void WebSocket::finish() { impl_->stream.next_layer().end(); }

void WebSocket::abandon() {
    impl_->callbacks = {};
    impl_->stream.next_layer().write = nullptr;
    impl_->stream.next_layer().end();
}

bool is_upgrade(const model::HttpRequest& request) { return websocket::is_upgrade(to_beast(request)); }

}  // namespace hubspec::net

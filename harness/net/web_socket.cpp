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

// What the peer has sent and nobody has read yet.
constexpr std::size_t largest_read = 16 * 1024;

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
    bool answered = false;
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
        const auto told = std::move(callbacks.ended);
        callbacks = {};
        if (told) told(answered ? to_model(response) : model::HttpResponse{0, {}, {}}, why);
    }

    void read() {
        stream.async_read_some(asio::buffer(buffer), [keep = self.lock(), this](error_code error, std::size_t size) {
            if (error) return end(reason(error));
            if (!takes_text && !stream.got_binary()) return refuse_text();
            if (callbacks.received) callbacks.received(std::span(buffer).first(size), stream.is_message_done());
            read();
        });
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
            if (closing) say_close();
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
};

WebSocket::WebSocket(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
WebSocket::~WebSocket() = default;

std::shared_ptr<WebSocket> WebSocket::accept(Loop& loop, const model::HttpRequest& upgrade,
                                             const std::string& subprotocol, Callbacks callbacks) {
    std::shared_ptr<WebSocket> made(new WebSocket(std::make_unique<Impl>(loop, std::move(callbacks))));
    auto& impl = *made->impl_;
    impl.self = made;
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

void WebSocket::take_text() { impl_->takes_text = true; }

void WebSocket::feed(std::span<const std::uint8_t> bytes) { impl_->stream.next_layer().feed(bytes); }

void WebSocket::send(std::span<const std::uint8_t> bytes, Kind kind, bool is_last) {
    impl_->put({{bytes.begin(), bytes.end()}, kind, is_last, false});
}

void WebSocket::ping() { impl_->put({{}, Kind::binary, true, true}); }

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

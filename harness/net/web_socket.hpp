#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "harness/model/http.hpp"
#include "harness/net/loop.hpp"

namespace hubspec::net {

/// One end of a WebSocket (RFC 6455) over bytes that its owner carries, such as a Socket's. All calls and callbacks
/// happen on the loop's thread; after `ended` no callback comes. permessage-deflate is not offered, and declined.
class WebSocket : public std::enable_shared_from_this<WebSocket> {
public:
    struct Callbacks {
        std::function<void(std::span<const std::uint8_t>)> write;  ///< these bytes are for the transport
        /// The upgrade is done; of a client, with the answer's headers.
        std::function<void(const model::HttpResponse&)> opened;
        /// Payload of frames as it comes, and whether a message ends with it.
        std::function<void(std::span<const std::uint8_t>, bool ends)> received;
        std::function<void()> pinged = {};
        /// No more is read: the peer said close, broke the protocol or refused the upgrade, which a client is told with
        /// the answer (its status is 0 when none came). The transport is the owner's to close, after what was written.
        std::function<void(const model::HttpResponse& refusal, const std::string& why)> ended;
        std::function<void()> drained = {};  ///< all that was sent has been written
        std::function<void()> ponged = {};   ///< a ping was answered
    };
    enum class Kind { binary, text };

    /// The hub's side: answers an upgrade request with this subprotocol.
    static std::shared_ptr<WebSocket> accept(Loop& loop, const model::HttpRequest& upgrade,
                                             const std::string& subprotocol, Callbacks callbacks);
    /// The device's side: sends the upgrade request with these further headers.
    static std::shared_ptr<WebSocket> connect(Loop& loop, const std::string& host, const std::string& target,
                                              const model::HttpHeaders& headers, Callbacks callbacks);
    ~WebSocket();

    /// What has arrived together is told together, whatever messages it came in; each ends one then.
    void tell_together();
    /// Text frames are taken like binary ones; otherwise they end the connection [MQTT-6.0.0-1].
    void take_text();
    /// Bytes of the transport arrived.
    void feed(std::span<const std::uint8_t> bytes);
    /// Sends a message of one frame; a fragment of a message when more follow.
    void send(std::span<const std::uint8_t> bytes, Kind kind = Kind::binary, bool is_last = true);
    /// Sends each part of the bytes as a binary message of its own, with as few writes as there can be; `ends`: where
    /// each ends.
    void send_each(std::span<const std::uint8_t> bytes, std::span<const std::size_t> ends);
    void ping();
    /// Bytes that were sent and are not written yet.
    std::size_t queued() const;
    /// Says close (1000) once what was sent is written; `ended` comes when the peer has said it too.
    void close();
    /// The transport has ended: what it has brought is still told, then `ended` comes, unless it came already.
    void finish();
    /// No callback comes any more.
    void abandon();

    struct Impl;

private:
    explicit WebSocket(std::unique_ptr<Impl> impl);
    std::unique_ptr<Impl> impl_;
};

/// Whether the request asks for a WebSocket.
bool is_upgrade(const model::HttpRequest& request);

}  // namespace hubspec::net

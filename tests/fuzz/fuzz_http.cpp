#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <optional>
#include <span>
#include <vector>

#include "fixtures/hub/server/http_connection.hpp"
#include "harness/net/web_socket.hpp"

using namespace hubspec;

namespace {

/// What a connection came to.
struct Heard {
    std::vector<model::HttpRequest> requests;
    std::optional<model::HttpResponse> refusal;
    mqtt::Bytes rest;  ///< behind an upgrade
};

/// In pieces a refusal may have to wait for the end of the header.
bool are_same(const Heard& one, const Heard& other) {
    return one.requests == other.requests && one.rest == other.rest &&
           (!one.refusal || !other.refusal || one.refusal == other.refusal);
}

Heard hear(std::span<const std::uint8_t> bytes, std::size_t piece) {
    hub::HttpConnection connection;
    Heard heard;
    bool is_upgraded = false;
    while (!bytes.empty()) {
        const auto part = bytes.first(std::min(piece, bytes.size()));
        bytes = bytes.subspan(part.size());
        connection.feed(part);
        while (!is_upgraded) {
            const auto request = connection.next();
            if (!request) break;
            heard.requests.push_back(*request);
            if (net::is_upgrade(*request))
                is_upgraded = true;
            else if (connection.answer({200, {}, "{}"}).empty())
                std::abort();
        }
        if (is_upgraded) {
            const auto more = connection.take_rest();
            heard.rest.insert(heard.rest.end(), more.begin(), more.end());
        }
        connection.interim();
        if (!is_upgraded && connection.finished()) break;
    }
    heard.refusal = connection.refusal();
    return heard;
}

}  // namespace

/// Whatever comes to the HTTPS port, in whatever pieces: the requests in it are the same, so that nobody can hide one
/// behind another.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::span<const std::uint8_t> bytes(data, size);
    const auto whole = hear(bytes, size);
    for (const std::size_t piece : {std::size_t{1}, std::size_t{2} + size % 61})
        if (!are_same(hear(bytes, piece), whole)) std::abort();
    return 0;
}

// HTTP as bytes, in pieces of every size.

#include <gtest/gtest.h>

#include "fixtures/hub/server/http_connection.hpp"

namespace hubspec::hub {
namespace {

std::vector<std::string> bodies(const std::string& bytes, std::size_t piece) {
    HttpConnection connection;
    std::vector<std::string> all;
    for (std::size_t at = 0; at < bytes.size(); at += piece) {
        const auto part = bytes.substr(at, piece);
        connection.feed(std::span(reinterpret_cast<const std::uint8_t*>(part.data()), part.size()));
        while (const auto request = connection.next()) {
            all.push_back(request->body);
            connection.answer({200, {}, {}});
        }
    }
    return all;
}

TEST(HttpConnection, TakesChunksInPiecesOfAnySize) {
    const std::string bytes =
        "POST /a HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n"
        "POST /b HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n1\r\nx\r\n5\r\nabcde\r\n0\r\n\r\n"
        "POST /c HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n3;e=f\r\nyyy\r\n0\r\nTrailer: t\r\n\r\n"
        "POST /d HTTP/1.1\r\nHost: h\r\nContent-Length: 1\r\n\r\nz";
    const std::vector<std::string> expected{"", "xabcde", "yyy", "z"};
    for (std::size_t piece = 1; piece <= bytes.size(); ++piece) EXPECT_EQ(bodies(bytes, piece), expected) << piece;
}

}  // namespace
}  // namespace hubspec::hub

#include "tests/mqtt/support/bytes.hpp"

#include <stdexcept>

namespace hubspec::mqtt {
namespace {

unsigned digit(char c) {
    if (c >= '0' && c <= '9') return static_cast<unsigned>(c - '0');
    if (c >= 'A' && c <= 'F') return static_cast<unsigned>(c - 'A' + 10);
    throw std::invalid_argument(std::string("no hex digit: ") + c);
}

}  // namespace

Bytes bytes_of(std::string_view written) {
    Bytes out;
    bool quoted = false;
    for (std::size_t at = 0; at < written.size(); ++at) {
        const char c = written[at];
        if (c == '\'') {
            quoted = !quoted;
        } else if (quoted) {
            out.push_back(static_cast<std::uint8_t>(c));
        } else if (c != ' ' && c != '|') {
            out.push_back(static_cast<std::uint8_t>(digit(c) * 16 + digit(written.substr(at).at(1))));
            ++at;
        }
    }
    if (quoted) throw std::invalid_argument("quote is not closed");
    return out;
}

std::string repeated(char c, std::size_t count) { return std::string(count, c); }

}  // namespace hubspec::mqtt

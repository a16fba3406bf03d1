// Runs the WebSocket fuzz target without libFuzzer: over frames of every kind and mutations of them. With a folder as
// argument it writes the seeds there instead.
#include <cstdint>
#include <string>
#include <vector>

#include "tests/fuzz/smoke.hpp"

namespace {

using Bytes = std::vector<std::uint8_t>;

void add_frame(Bytes& all, int opcode, bool is_last, const std::string& payload) {
    all.push_back(static_cast<std::uint8_t>((is_last ? 0x80 : 0) | opcode));
    if (payload.size() < 126) {
        all.push_back(static_cast<std::uint8_t>(0x80 | payload.size()));
    } else {
        all.push_back(0x80 | 126);
        all.push_back(static_cast<std::uint8_t>(payload.size() >> 8));
        all.push_back(static_cast<std::uint8_t>(payload.size() & 0xff));
    }
    const std::uint8_t mask[]{1, 2, 3, 4};
    all.insert(all.end(), mask, mask + 4);
    for (std::size_t i = 0; i < payload.size(); ++i)
        all.push_back(static_cast<std::uint8_t>(static_cast<std::uint8_t>(payload[i]) ^ mask[i % 4]));
}

Bytes conversation() {
    Bytes all;
    add_frame(all, 2, true, "\x10\x0c");
    add_frame(all, 2, false, "one ");
    add_frame(all, 9, true, "ping");
    add_frame(all, 0, true, "message");
    add_frame(all, 2, true, std::string(300, 'x'));
    add_frame(all, 1, true, "text");
    add_frame(all, 10, true, "");
    add_frame(all, 8, true, "\x03\xe8gone");
    return all;
}

}  // namespace

int main(int argc, char** argv) {
    return hubspec::fuzz::smoke<Bytes>(argc, argv, {conversation()}, 500, hubspec::fuzz::mutated);
}

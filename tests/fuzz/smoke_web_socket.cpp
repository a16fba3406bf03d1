// Runs the WebSocket fuzz target without libFuzzer: over frames of every kind and mutations of them. With a folder as
// argument it writes the seeds there instead.
#include <cstdint>
#include <fstream>
#include <random>
#include <string>
#include <vector>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size);

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

Bytes mutated(Bytes all, std::mt19937& random) {
    for (unsigned left = 1 + random() % 4; left > 0; --left) {
        const auto at = static_cast<std::ptrdiff_t>(random() % all.size());
        if (random() % 3 > 0)
            all[static_cast<std::size_t>(at)] = static_cast<std::uint8_t>(random());
        else if (random() % 2 == 0)
            all.insert(all.begin() + at, static_cast<std::uint8_t>(random()));
        else
            all.erase(all.begin() + at);
    }
    return all;
}

}  // namespace

int main(int argc, char** argv) {
    const auto seed = conversation();
    if (argc > 1) {
        std::ofstream(std::string(argv[1]) + "/frames", std::ios::binary)
            .write(reinterpret_cast<const char*>(seed.data()), static_cast<std::streamsize>(seed.size()));
        return 0;
    }
    LLVMFuzzerTestOneInput(seed.data(), seed.size());
    std::mt19937 random(5);
    for (int i = 0; i < 500; ++i) {
        const auto input = mutated(seed, random);
        LLVMFuzzerTestOneInput(input.data(), input.size());
    }
    return 0;
}

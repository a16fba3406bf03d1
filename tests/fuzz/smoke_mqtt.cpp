// Runs the fuzz target without libFuzzer: over every golden packet and a fixed number of mutations of each. With a
// folder as argument it writes the seeds there instead, for `fuzz_mqtt FOLDER`.
#include <cstdint>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

#include "harness/mqtt/encode.hpp"
#include "tests/mqtt/support/bytes.hpp"
#include "tests/mqtt/support/generated.hpp"
#include "tests/mqtt/support/golden.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size);

namespace {

using namespace hubspec::mqtt;

Bytes seed_of(Sender sender, const Bytes& stream) {
    Bytes seed{static_cast<std::uint8_t>(sender == Sender::client ? 0 : 1)};
    seed.insert(seed.end(), stream.begin(), stream.end());
    return seed;
}

std::vector<Bytes> seeds() {
    std::vector<Bytes> all;
    for (const Golden& golden : golden_packets()) all.push_back(seed_of(golden.sender, bytes_of(golden.bytes)));
    Dice dice(3);
    for (const Sender sender : {Sender::client, Sender::server}) {
        for (int i = 0; i < 20; ++i) {
            Bytes stream = encode(generated_packet(dice, sender));
            encode_to(stream, generated_packet(dice, sender));
            all.push_back(seed_of(sender, stream));
        }
    }
    return all;
}

/// One small change: a bit, a byte, a byte more, a byte less, a shorter or a doubled end.
void mutate(Bytes& bytes, Dice& dice) {
    const auto at = bytes.begin() + static_cast<std::ptrdiff_t>(dice.below(bytes.size()));
    const auto value = static_cast<std::uint8_t>(dice.below(256));
    switch (dice.below(6)) {
        case 0:
            *at = static_cast<std::uint8_t>(*at ^ (1U << dice.below(8)));
            break;
        case 1:
            *at = value;
            break;
        case 2:
            bytes.insert(at, value);
            break;
        case 3:
            bytes.erase(at);
            break;
        case 4:
            bytes.erase(at, bytes.end());
            break;
        default: {
            const Bytes end(at, bytes.end());
            bytes.insert(bytes.end(), end.begin(), end.end());
            break;
        }
    }
    if (bytes.empty()) bytes.push_back(value);
}

std::size_t run(const Bytes& seed, Dice& dice, int mutations) {
    LLVMFuzzerTestOneInput(seed.data(), seed.size());
    for (int i = 0; i < mutations; ++i) {
        Bytes mutated = seed;
        for (std::size_t changes = 1 + dice.below(3); changes > 0; --changes) mutate(mutated, dice);
        LLVMFuzzerTestOneInput(mutated.data(), mutated.size());
    }
    return static_cast<std::size_t>(mutations) + 1;
}

void write_seeds(const std::filesystem::path& folder) {
    std::filesystem::create_directories(folder);
    int number = 0;
    for (const Bytes& seed : seeds()) {
        std::ofstream file(folder / ("seed-" + std::to_string(number++)), std::ios::binary);
        file.write(reinterpret_cast<const char*>(seed.data()), static_cast<std::streamsize>(seed.size()));
    }
    std::printf("%d seeds\n", number);
}

}  // namespace

int main(int argc, char** argv) {
    if (argc > 1) {
        write_seeds(argv[1]);
        return 0;
    }
    Dice dice(5);
    std::size_t inputs = 0;
    for (const Bytes& seed : seeds()) inputs += run(seed, dice, seed.size() > 1000 ? 50 : 1000);
    std::printf("%zu inputs\n", inputs);
    return inputs > seeds().size() ? 0 : 1;
}

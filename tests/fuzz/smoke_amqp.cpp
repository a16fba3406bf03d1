// Runs the AMQP fuzz target without libFuzzer: over what a client says that puts a token, sends, reads events and
// feedback, and mutations of it. With a folder as argument it writes the seeds there instead.
#include <cstdint>
#include <cstdio>
#include <fstream>
#include <random>
#include <string>
#include <vector>

#include "tests/amqp/support/world.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size);

namespace {

using namespace hubspec;

std::vector<mqtt::Bytes> seeds() {
    std::vector<mqtt::Bytes> all;
    hub::test::World sends;
    sends.put(sends.token());
    sends.send("/devices/D/messages/devicebound");
    sends.send("/devices/none/messages/devicebound");
    all.push_back(sends.sent);
    hub::test::World reads;
    reads.put(reads.token());
    reads.store_event();
    for (std::uint32_t partition = 0; partition < 4; ++partition) reads.read(partition, partition);
    reads.engine->connection().open_receiver("/messages/serviceBound/feedback");
    reads.settle();
    all.push_back(reads.sent);
    hub::test::World plain(
        proton::connection_options().sasl_allowed_mechs("PLAIN").user("iothubowner@sas.root.h").password("x"));
    all.push_back(plain.sent);
    return all;
}

mqtt::Bytes mutated(mqtt::Bytes all, std::mt19937& random) {
    for (unsigned left = 1 + random() % 5; left > 0; --left) {
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
    unsigned number = 0;
    for (const auto& seed : seeds()) {
        ++number;
        if (argc > 1) {
            std::ofstream(std::string(argv[1]) + "/amqp-" + std::to_string(number), std::ios::binary)
                .write(reinterpret_cast<const char*>(seed.data()), static_cast<std::streamsize>(seed.size()));
            continue;
        }
        LLVMFuzzerTestOneInput(seed.data(), seed.size());
        std::mt19937 random(number);
        for (int i = 0; i < 500; ++i) {
            const auto input = mutated(seed, random);
            LLVMFuzzerTestOneInput(input.data(), input.size());
        }
    }
    return 0;
}

// Runs the hub's fuzz target without libFuzzer: packets of a device, and a fixed number of mutations of them.
#include <cstdint>
#include <fstream>
#include <random>
#include <string>
#include <vector>

#include "harness/mqtt/encode.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size);

namespace {

using namespace hubspec::mqtt;

Bytes bytes(const std::string& text) { return {text.begin(), text.end()}; }

Bytes conversation() {
    Bytes all;
    encode_to(all, Publish{"$iothub/twin/GET/?$rid=1", {}, 0, false, false, 0});
    encode_to(all, Publish{"$iothub/twin/PATCH/properties/reported/?$rid=2", bytes(R"({"a":{"b":null},"c":[1]})"), 1,
                           false, false, 7});
    encode_to(all, Publish{"devices/d/messages/events/%24.mid=1&a=b", bytes("{}"), 1, true, false, 8});
    encode_to(all, Publish{"$iothub/methods/res/200/?$rid=1", bytes("{}"), 0, false, false, 0});
    encode_to(all, Subscribe{9, {{"$iothub/twin/PATCH/properties/desired/#", 1}}});
    encode_to(all, Unsubscribe{10, {"$iothub/twin/res/#"}});
    encode_to(all, Puback{1});
    encode_to(all, Pingreq{});
    encode_to(all, Disconnect{});
    return all;
}

Bytes mutated(Bytes all, std::mt19937& random) {
    for (unsigned left = 1 + random() % 5; left > 0; --left) {
        const auto at = static_cast<std::ptrdiff_t>(random() % all.size());
        switch (random() % 3) {
            case 0:
                all[static_cast<std::size_t>(at)] = static_cast<std::uint8_t>(random());
                break;
            case 1:
                all.insert(all.begin() + at, static_cast<std::uint8_t>(random()));
                break;
            default:
                all.erase(all.begin() + at);
                break;
        }
    }
    return all;
}

}  // namespace

int main(int argc, char** argv) {
    const auto seed = conversation();
    if (argc > 1) {
        std::ofstream(std::string(argv[1]) + "/conversation", std::ios::binary)
            .write(reinterpret_cast<const char*>(seed.data()), static_cast<std::streamsize>(seed.size()));
        return 0;
    }
    std::mt19937 random(11);
    LLVMFuzzerTestOneInput(seed.data(), seed.size());
    for (int i = 0; i < 5000; ++i) {
        const auto input = mutated(seed, random);
        LLVMFuzzerTestOneInput(input.data(), input.size());
    }
    return 0;
}

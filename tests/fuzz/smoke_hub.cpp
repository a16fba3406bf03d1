// Runs the hub's fuzz target without libFuzzer: packets of a device, and a fixed number of mutations of them.
#include <cstdint>
#include <string>
#include <vector>

#include "harness/mqtt/encode.hpp"
#include "tests/fuzz/smoke.hpp"

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

}  // namespace

int main(int argc, char** argv) {
    return hubspec::fuzz::smoke<Bytes>(argc, argv, {conversation()}, 5000, hubspec::fuzz::mutated);
}

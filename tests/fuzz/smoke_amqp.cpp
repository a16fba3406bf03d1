// Runs the AMQP fuzz target without libFuzzer: over what a client says that puts a token, sends, reads events and
// feedback, and mutations of it. With a folder as argument it writes the seeds there instead.
#include <vector>

#include "tests/amqp/support/world.hpp"
#include "tests/fuzz/smoke.hpp"

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

}  // namespace

int main(int argc, char** argv) { return hubspec::fuzz::smoke(argc, argv, seeds(), 500, hubspec::fuzz::mutated); }

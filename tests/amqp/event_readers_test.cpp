// Who may read a partition beside whom.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/amqp/support/world.hpp"

namespace hubspec::hub {
namespace {

using namespace test;
using testing::ElementsAre;
using testing::IsEmpty;
using testing::SizeIs;

/// A connection that may read.
struct Reader : World {
    Reader() { put(token()); }
    explicit Reader(std::shared_ptr<Service> with) : World(std::move(with)) { put(token()); }
};

TEST(EventReaders, AHigherEpochTakesThePlace) {
    Reader first, second(first.service);
    first.read(0, 3);
    second.read(0, 4);
    EXPECT_THAT(second.client.said, IsEmpty());
    first.settle();
    EXPECT_THAT(first.client.said, ElementsAre("receiver amqp:link:stolen"));
    second.read(0, 4);
    second.settle();
    EXPECT_THAT(second.client.said, ElementsAre("receiver amqp:link:stolen")) << "of equals the older goes";
}

TEST(EventReaders, ALowerEpochIsRefused) {
    Reader first, second(first.service);
    first.read(0, 3);
    second.read(0, 2);
    second.read(1, 2);
    EXPECT_THAT(second.client.said, ElementsAre("receiver amqp:link:stolen")) << "of another partition nobody is";
    first.settle();
    EXPECT_THAT(first.client.said, IsEmpty());
}

TEST(EventReaders, AnEpochLeavesNoRoomForOthers) {
    Reader without, with(without.service), late(without.service);
    without.read(0);
    with.read(0, 0);
    without.settle();
    EXPECT_THAT(without.client.said, ElementsAre("receiver amqp:link:stolen"));
    late.read(0);
    EXPECT_THAT(late.client.said, ElementsAre("receiver amqp:link:stolen"));
    EXPECT_THAT(with.client.said, IsEmpty());
}

TEST(EventReaders, WhoHasLeftIsInNobodysWay) {
    Reader first, second(first.service);
    auto link = first.read(0, 3);
    link.close();
    first.settle();
    second.read(0);
    EXPECT_THAT(second.client.said, IsEmpty());
    second.session->ended(second.now);
    first.read(0, 1);
    EXPECT_THAT(first.client.said, IsEmpty());
}

TEST(EventReaders, ThereAreFiveAtMost) {
    Reader world;
    std::vector<proton::receiver> links;
    for (int i = 0; i < 5; ++i) links.push_back(world.read(0));
    EXPECT_THAT(world.client.said, IsEmpty());
    world.read(0);
    EXPECT_THAT(world.client.said, ElementsAre("receiver amqp:resource-limit-exceeded"));
    links.front().close();
    world.settle();
    world.read(0);
    EXPECT_THAT(world.client.said, SizeIs(1)) << "one has made room";
}

TEST(EventReaders, AllOfThemReadEverything) {
    Reader first, second(first.service);
    first.store_event();
    const auto partition = first.partition_of_events();
    first.read(partition);
    second.read(partition);
    EXPECT_THAT(first.client.received, SizeIs(1));
    EXPECT_THAT(second.client.received, SizeIs(1));
}

TEST(EventReaders, AnEpochThatIsNoNumberEndsTheConnection) {
    Reader world;
    proton::receiver_options options;
    options.properties({{"com.microsoft:epoch", "high"}});
    world.engine->connection().open_receiver("entity/ConsumerGroups/$Default/Partitions/0", options);
    world.settle();
    EXPECT_THAT(world.client.said, ElementsAre("connection amqp:decode-error"));
}

}  // namespace
}  // namespace hubspec::hub

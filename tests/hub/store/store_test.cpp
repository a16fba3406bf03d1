// A hub's state on disk, and a hub that goes on from it.

#include "fixtures/hub/store/store.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>

#include "fixtures/hub/changes.hpp"
#include "fixtures/hub/store/sqlite.hpp"
#include "tests/hub/store/support/folder.hpp"
#include "tests/hub/support/client.hpp"

namespace hubspec::hub::test {
namespace {

using namespace std::chrono_literals;
using testing::HasSubstr;

/// A hub that is written to a store with each step.
struct StoredWorld : World {
    explicit StoredWorld(const Folder& folder, Policy policy = {})
        : World(std::move(policy)), store(folder.path, Durability::normal) {
        mirror.also = [this](const Changes& changes) { store.write(changes); };
        keep({});
    }
    Store store;
};

/// A hub that goes on from there, some time later.
struct NextWorld : World {
    NextWorld(const Folder& folder, Time then) {
        now = then;
        hub = Hub(settings(), {});
        hub.restore(*Store(folder.path, Durability::full).load(), now);
    }
};

constexpr const char* messages = "devices/D/messages/devicebound/#";

void post(World& world, const std::string& id, std::optional<std::chrono::seconds> lives = {}) {
    ServiceMessage message{"D", bytes("p"), {}, id};
    message.ack = "full";
    if (lives) message.expires = world.now + *lives;
    EXPECT_EQ(world.send(message), 0);
}

TEST(Store, HoldsWhatTheHubHolds) {
    const Folder folder;
    Snapshot before;
    {
        StoredWorld world(folder);
        Client client(world);
        client.connect(false).subscribe(messages).subscribe("$iothub/twin/res/#");
        client.publish("devices/D/messages/events/a=%FF&$.ct=text", "telemetry", 1);
        client.publish("$iothub/twin/PATCH/properties/reported/?$rid=1", R"({"a":{"b":1.5}})");
        world.call("PATCH", "/twins/D?api-version=2021-04-12",
                   R"({"tags":{"x":1},"properties":{"desired":{"y":[1]}}})");
        world.call("PUT", "/devices/F?api-version=2021-04-12", R"({"deviceId":"F"})");
        world.call("DELETE", "/devices/E?api-version=2021-04-12", {}, {{"If-Match", "*"}});
        for (const auto* id : {"m1", "m2"}) post(world, id);
        client.send(mqtt::Puback{1});
        world.pass(16s);
        post(world, "m3");
        client.send(mqtt::Puback{3});
        before = world.hub.snapshot();
    }
    EXPECT_EQ(before.identities.at("D").queue.size(), 1u);
    EXPECT_EQ(before.batches.size(), 1u);
    EXPECT_EQ(before.pending_feedback.size(), 1u);
    EXPECT_FALSE(before.identities.contains("E"));
    EXPECT_TRUE(*Store(folder.path, Durability::full).load() == before);
    EXPECT_EQ(std::filesystem::status(folder.file()).permissions(),
              std::filesystem::perms::owner_read | std::filesystem::perms::owner_write);
}

TEST(Store, IsEmptyBeforeAnythingIsWritten) {
    const Folder folder;
    EXPECT_FALSE(Store(folder.path, Durability::full).load());
}

TEST(Store, KeepsTheBoundOfTelemetry) {
    const Folder folder;
    {
        StoredWorld world(folder);
        Client client(world);
        client.connect();
        mqtt::Bytes many;
        for (int i = 0; i < 10'005; ++i) {
            const auto one = mqtt::encode(mqtt::Publish{"devices/D/messages/events/", bytes("x"), 0, false, false, 0});
            many.insert(many.end(), one.begin(), one.end());
        }
        client.send_bytes(many);
    }
    const auto kept = *Store(folder.path, Durability::full).load();
    EXPECT_EQ(kept.telemetry.size(), 10'000u);
    EXPECT_EQ(kept.telemetry.front().sequence, 6u);
    EXPECT_EQ(kept.counters.last_telemetry, 10'005u);
}

TEST(RestoredHub, NumbersTelemetryOnFromWhereItWas) {
    const Folder folder;
    Time then;
    std::vector<Partition> before;
    {
        StoredWorld world(folder);
        Client client(world);
        client.connect().publish("devices/D/messages/events/", "one", 1);
        then = world.now;
        before = world.hub.partitions();
    }
    NextWorld world(folder, then + 1h);
    EXPECT_EQ(world.hub.partitions(), before);
    Client client(world);
    client.connect().publish("devices/D/messages/events/", "two", 1);
    for (std::uint32_t number = 0; number < before.size(); ++number) {
        const auto events = world.hub.events(number, 0, 10);
        if (events.empty()) continue;
        ASSERT_EQ(events.size(), 2u);
        EXPECT_EQ(text(events[0].body), "one");
        EXPECT_EQ(events[1].sequence, 1);
        EXPECT_EQ(events[1].offset, "128");
        EXPECT_EQ(events[1].enqueued, then + 1h);
    }
    EXPECT_EQ(world.telemetry().array()->size(), 2u);
}

TEST(RestoredHub, DeliversAgainWhatWasOnItsWayAndNothingThatWasCompleted) {
    const Folder folder;
    Time then;
    {
        StoredWorld world(folder);
        Client client(world);
        client.connect(false).subscribe(messages);
        for (const auto* id : {"completed", "underway"}) post(world, id);
        const auto sent = client.take();
        ASSERT_EQ(sent.size(), 2u);
        EXPECT_FALSE(publish(sent[1]).dup);
        client.send(mqtt::Puback{publish(sent[0]).packet_id});
        client.vanish();
        post(world, "waiting");
        then = world.now;
    }
    NextWorld world(folder, then + 1s);
    Client client(world);
    client.send(client.connect_packet(false));
    const auto got = client.take();
    ASSERT_EQ(got.size(), 3u);
    EXPECT_TRUE(std::get<mqtt::Connack>(got[0]).session_present) << "and its filters are still subscribed";
    EXPECT_THAT(publish(got[1]).topic, HasSubstr("mid=underway"));
    EXPECT_TRUE(publish(got[1]).dup);
    EXPECT_THAT(publish(got[2]).topic, HasSubstr("mid=waiting"));
    EXPECT_FALSE(publish(got[2]).dup);
}

TEST(RestoredHub, DoesWhatBecameDueMeanwhile) {
    const Folder folder;
    Time then;
    {
        StoredWorld world(folder);
        Client(world).connect(false).subscribe(messages).vanish();
        post(world, "short", 5s);
        post(world, "long");
        then = world.now;
    }
    NextWorld world(folder, then + 10s);
    world.pass(0s);
    EXPECT_EQ(world.hub.snapshot().identities.at("D").queue.size(), 1u);
    world.pass(15s);
    EXPECT_THAT(world.call("GET", "/messages/serviceBound/feedback?api-version=2021-04-12").body,
                HasSubstr("\"originalMessageId\":\"short\""));
}

TEST(RestoredHub, HasTheSamePartitions) {
    const Folder folder;
    { StoredWorld world(folder); }
    auto settings = World::settings();
    settings.partitions = 8;
    Hub hub(settings, {});
    try {
        hub.restore(*Store(folder.path, Durability::full).load(), {});
        FAIL() << "it was taken";
    } catch (const std::invalid_argument& error) {
        EXPECT_STREQ(error.what(), "it has 4 partitions, this hub has 8");
    }
}

std::string refusal(const Folder& folder) {
    try {
        Store(folder.path, Durability::full).load();
    } catch (const StoreError& error) {
        return error.what();
    }
    return {};
}

TEST(Store, RefusesAFileThatIsNotItsOwn) {
    const Folder folder;
    Database(folder.file()).execute("CREATE TABLE of_another (x)");
    EXPECT_EQ(refusal(folder),
              folder.file() + ": this is another program's database; name another folder with --state");
}

TEST(Store, TakesOverWhatSchema1Held) {
    const Folder folder;
    {
        StoredWorld world(folder);
        Client client(world);
        client.connect().publish("devices/D/messages/events/", "one", 1);
    }
    {
        Database database(folder.file());
        const Json old{{"sequence", 1},
                       {"device", "D"},
                       {"module", Json::array()},
                       {"body", Json::binary({'o', 'n', 'e'})},
                       {"properties", Json::array()},
                       {"system", Json::object()},
                       {"annotations", {{"iothub-connection-auth-generation-id", "g"}}},
                       {"enqueued", 8},
                       {"partition", 0},
                       {"number", 0}};
        const auto row = Json::to_cbor(old);
        Statement(database, "UPDATE telemetry SET value = ?").bind(1, row).step();
        database.execute("PRAGMA user_version = 1");
    }
    const auto kept = *Store(folder.path, Durability::full).load();
    EXPECT_EQ(kept.telemetry.at(0).sender->generation_id, "g");
    EXPECT_EQ(*Store(folder.path, Durability::full).load(), kept) << "and it is of this schema from then on";
}

TEST(Store, RefusesAnotherSchema) {
    const Folder folder;
    { StoredWorld world(folder); }
    Database(folder.file()).execute("PRAGMA user_version = 99");
    EXPECT_EQ(refusal(folder), folder.file() +
                                   ": the state was written by another hubspec (schema 99, this one has 2); run that "
                                   "one, or move the file away and the hub starts with nothing");
}

constexpr const char* advice =
    "); move hub.sqlite, hub.sqlite-wal and hub.sqlite-shm away, and the hub starts with nothing";

TEST(Store, RefusesAFileThatIsDamaged) {
    const Folder folder;
    std::ofstream(folder.file()) << "no database at all, and long enough to have a header of one: ................";
    EXPECT_EQ(refusal(folder), folder.file() + ": the state cannot be read (file is not a database" + advice);
}

TEST(Store, RefusesPagesThatAreOverwritten) {
    const Folder folder;
    { StoredWorld world(folder); }
    {
        std::fstream file(folder.file(), std::ios::in | std::ios::out | std::ios::binary);
        file.seekp(4096);
        for (int i = 0; i < 4096; ++i) file.put('x');
    }
    EXPECT_THAT(refusal(folder), HasSubstr(folder.file() + ": the state cannot be read ("));
    EXPECT_THAT(refusal(folder), HasSubstr(advice));
}

TEST(Store, RefusesRowsThatAreNone) {
    const Folder folder;
    { StoredWorld world(folder); }
    Database(folder.file()).execute("UPDATE identities SET value = x'00'");
    EXPECT_THAT(refusal(folder), HasSubstr(folder.file() + ": the state cannot be read ("));
}

TEST(Store, SaysWhatCannotBeWritten) {
    const Folder folder;
    StoredWorld world(folder);
    Database(folder.file()).execute("DROP TABLE activities");
    try {
        Client(world).connect();
        FAIL() << "it was written";
    } catch (const StoreError& error) {
        EXPECT_EQ(error.what(), folder.file() + ": the state cannot be written (no such table: activities)");
    }
}

}  // namespace
}  // namespace hubspec::hub::test

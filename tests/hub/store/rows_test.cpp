// Every member of a value comes back from its row.

#include "fixtures/hub/store/rows.hpp"

#include <gtest/gtest.h>

namespace hubspec::hub::test {
namespace {

Time at(std::int64_t milliseconds) { return Time(Duration(milliseconds)); }
const std::string no_text = "\xFF\xFE\x00z";  // what a device sends need not be UTF-8

template <class Value>
void expect_back(const Value& value) {
    EXPECT_TRUE(decode<Value>(encode(value)) == value);
}

TwinSection section(int from) {
    return {Json{{"a", from}, {"b", {{"c", 1.5}, {"d", {1, "x", true}}}}}, static_cast<std::uint64_t>(from + 1),
            at(from + 2), Json{{"a", {{"$lastUpdated", "then"}}}}};
}

Identity identity() {
    Identity one;
    one.device_id = "D";
    one.module_id = "M";
    one.authentication = Authentication::self_signed;
    one.former_keys = {"f1", "f2"};
    one.primary_key = "p", one.secondary_key = "s";
    one.primary_thumbprint = "AA", one.secondary_thumbprint = "BB";
    one.managed_by = "me";
    one.edge = true;
    one.device_scope = "ms-azure-iot-edge://D-1";
    one.parent_scopes = {"one", "two"};
    one.generation_id = "g";
    one.etag = 18'446'744'073'709'551'615U;
    one.enabled = false;
    one.status_reason = "because";
    one.created = at(-1), one.status_updated = at(2), one.state_updated = at(3), one.last_activity = at(4);
    one.twin = {section(10), section(20), Json{{"tag", nullptr}}, 7, 8};
    one.session = {{"devices/D/#", 1, iothub::Channel::methods}, {"#", 0, iothub::Channel::unsupported}};
    one.has_session = true;
    one.has_subscribed = true;
    one.model_id = "dtmi:x;1";
    return one;
}

TEST(Rows, KeepIdentities) {
    expect_back(identity());
    expect_back(Identity{});
}

TEST(Rows, KeepMessagesToDevices) {
    CloudMessage one{3,
                     4,
                     {0, 255, 10},
                     {{"a", "1"}, {"b", ""}, {"c", std::nullopt}},
                     {{".mid", no_text}},
                     "full",
                     "input1",
                     at(5),
                     at(6),
                     at(7),
                     true};
    expect_back(one);
    one.locked_until.reset();
    expect_back(one);
    expect_back(CloudMessage{});
}

TEST(Rows, KeepTelemetry) {
    const Sender sender{"D", "M", "g", Authentication::self_signed, "dtmi:x;1"};
    expect_back(Telemetry{9,
                          std::make_shared<Sender>(sender),
                          {1, 2, 0},
                          {{no_text, no_text}},
                          {{"contentType", no_text}, {"messageId", std::nullopt}},
                          at(8),
                          3,
                          5});
    expect_back(Telemetry{});
}

TEST(Rows, GoOnFromSchema1) {
    const Json old{{"sequence", 9},
                   {"device", "D"},
                   {"module", {"M"}},
                   {"body", Json::binary({1, 2, 0})},
                   {"properties", {{{"n", "a"}, {"v", {"1"}}}}},
                   {"system", {{"contentType", "text"}, {"messageId", nullptr}, {"connectionDeviceId", "D"}}},
                   {"annotations",
                    {{"iothub-enqueuedtime", "then"},
                     {"iothub-connection-auth-generation-id", "g"},
                     {"iothub-connection-auth-method", R"({"scope":"module","type":"x509","issuer":"iothub"})"},
                     {"dt-dataschema", "dtmi:x;1"}}},
                   {"enqueued", 8},
                   {"partition", 3},
                   {"number", 5}};
    const auto now = decode<Telemetry>(upgrade_telemetry(Json::to_cbor(old)));
    EXPECT_EQ(now, (Telemetry{9,
                              std::make_shared<Sender>(Sender{"D", "M", "g", Authentication::self_signed, "dtmi:x;1"}),
                              {1, 2, 0},
                              {{"a", "1"}},
                              {{"contentType", "text"}, {"messageId", std::nullopt}},
                              at(8),
                              3,
                              5}));
}

TEST(Rows, KeepPartitionsFeedbackAndCounters) {
    const FeedbackRecord record{"D", "g", "m1", Fate::purged, at(1)};
    const FeedbackRecord other{"E", "h", std::nullopt, Fate::expired, at(2)};
    expect_back(Partition{1, 2, "256", at(3)});
    expect_back(PendingFeedback{{record, other}, at(4)});
    expect_back(PendingFeedback{});
    expect_back(FeedbackBatch{{record, other}, at(5), "token", at(6), 7});
    expect_back(FeedbackBatch{{}, at(5), "", std::nullopt, 7});
    expect_back(Counters{1, 2, 3, 4, std::chrono::sys_days(std::chrono::days(19'000)), 5});
}

TEST(Rows, AreRefusedWhenTheyAreNone) {
    EXPECT_THROW(decode<Counters>(RowBytes{}), std::exception);
    EXPECT_THROW(decode<Counters>(encode(Partition{})), std::exception);
    auto cut = encode(identity());
    cut.resize(cut.size() / 2);
    EXPECT_THROW(decode<Identity>(cut), std::exception);
}

}  // namespace
}  // namespace hubspec::hub::test

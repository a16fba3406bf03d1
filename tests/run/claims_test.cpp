#include "harness/run/claims.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/run/support/device_story.hpp"

namespace hubspec::run {
namespace {

using namespace test;
using ::testing::ElementsAre;
using ::testing::IsEmpty;

std::vector<std::string> shown(const Story& story, const DeviceFacts& device = plain_device()) {
    return shown_features(story.trace(), device);
}

TEST(ShownFeatures, OfAConnectionAlone) {
    EXPECT_THAT(shown(Story()), IsEmpty());
    EXPECT_THAT(shown(connected()), IsEmpty());
    EXPECT_THAT(shown(Story().connects(resuming(hello()))), ElementsAre("persistent_session"));
    auto packet = hello();
    packet.will = mqtt::Will{events, {}};
    EXPECT_THAT(shown(Story().connects(packet)), ElementsAre("will"));
}

TEST(ShownFeatures, OfAModel) {
    EXPECT_THAT(shown(Story().connects(with_user_name("h.net/d1/?api-version=2021-04-12&model-id=dtmi%3Aa%3B1"))),
                ElementsAre("plug_and_play"));
}

TEST(ShownFeatures, OfWhatIsSent) {
    EXPECT_THAT(shown(connected().device(message(events))), ElementsAre("telemetry"));
    EXPECT_THAT(shown(connected().device(message(get + "1"))), ElementsAre("twin"));
    EXPECT_THAT(shown(connected().device(message(patch + "1"))), ElementsAre("reported"));
    EXPECT_THAT(shown(connected().device(message("$iothub/methods/res/200/?$rid=1"))), ElementsAre("methods"));
    EXPECT_THAT(shown(connected().device(message("foo"))), IsEmpty());
    // What the hub sends shows nothing of the device.
    EXPECT_THAT(shown(connected().hub(message(events))), IsEmpty());
}

TEST(ShownFeatures, OfSubscriptions) {
    EXPECT_THAT(shown(connected().subscribes(bound + "#")), ElementsAre("cloud_to_device"));
    EXPECT_THAT(shown(connected().subscribes("$iothub/twin/PATCH/properties/desired/#")), ElementsAre("desired"));
    EXPECT_THAT(shown(connected().subscribes(calls)), ElementsAre("methods"));
    EXPECT_THAT(shown(connected().subscribes(answers)), IsEmpty());
    const auto device = module_of_device();
    EXPECT_THAT(shown(connected(device).subscribes("devices/d1/modules/m1/inputs/#"), device),
                ElementsAre("cloud_to_device"));
}

TEST(ShownFeatures, OfComingBack) {
    auto newer = hello();
    newer.password = bytes_of(token_for("h.net/devices/d1", 1'700'003'600));
    EXPECT_THAT(shown(connected().closes().connects(hello(), false, "main 2")), ElementsAre("reconnects"));
    EXPECT_THAT(shown(connected().closes().connects(newer, false, "main 2")), ElementsAre("reconnects"));
    auto renewed = connected().device(mqtt::Disconnect{}).closes().connects(newer, false, "main 2");
    EXPECT_THAT(shown(renewed), ElementsAre("reconnects", "sas_renewal"));
    auto same = connected().device(mqtt::Disconnect{}).closes().connects(hello(), false, "main 2");
    EXPECT_THAT(shown(same), ElementsAre("reconnects"));
}

}  // namespace
}  // namespace hubspec::run

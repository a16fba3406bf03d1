#include <gtest/gtest.h>

#include "tests/run/support/told.hpp"

namespace hubspec::run {
namespace {

using namespace test;

const std::string responses = "$iothub/twin/res/#";
const auto get = message("$iothub/twin/GET/?$rid=1");
const std::string got_200 = "hub: publish topic $iothub/twin/res/200/?$rid=1";
const std::string got_204 = "hub: publish topic $iothub/twin/res/204/?$rid=1";

Told requests(const std::string& topic = "$iothub/twin/PATCH/properties/reported/?$rid=1") {
    return connected().sent(to(responses)).sent(message(topic));
}

TEST(HintsOfTwins, AnswersAreNotSubscribed) {
    EXPECT_EQ(connected().sent(get).hint_of_silence(got_200), "answers-are-not-subscribed");
    EXPECT_EQ(connected().sent(to("#")).sent(get).hint_of_silence(got_200), "answers-are-not-subscribed");
    EXPECT_EQ(connected().sent(to(responses)).sent(get).hint_of_silence(got_200), "");
    auto keeps = connect_of();
    keeps.clean_session = false;
    EXPECT_EQ(connected(keeps, true).sent(get).hint_of_silence(got_200), "");
}

TEST(HintsOfTwins, AnswersAreSubscribedLate) {
    EXPECT_EQ(connected().sent(get).sent(to(responses)).hint_of_silence(got_200), "answers-are-subscribed-late");
    EXPECT_EQ(connected().sent(to(responses)).sent(get).sent(to(responses)).hint_of_silence(got_200), "");
}

TEST(HintsOfTwins, RequestIds) {
    EXPECT_EQ(requests("$iothub/twin/GET/").hint_of_silence(got_200), "request-has-no-id");
    EXPECT_EQ(requests("$iothub/twin/GET/?$rid=1").hint_of_silence(got_200), "");
    EXPECT_EQ(requests().got(message("$iothub/twin/res/204/?$rid=2")).hint(got_204), "answer-has-another-id");
    EXPECT_EQ(requests().got(message("$iothub/twin/res/204/?$rid=1")).hint(got_204 + "&$version=2"), "");
}

TEST(HintsOfTwins, TheOldSuccessCode) {
    EXPECT_EQ(requests().got(message("$iothub/twin/res/200/?$rid=1")).hint(got_204), "old-success-code");
    EXPECT_EQ(requests().got(message("$iothub/twin/res/202/?$rid=1")).hint(got_204), "");
}

TEST(HintsOfTwins, Trouble) {
    const auto answered = [](const std::string& status, const std::string& expected = got_204) {
        return requests().got(message("$iothub/twin/res/" + status + "/?$rid=1")).hint(expected);
    };
    EXPECT_EQ(answered("429"), "twin-request-is-throttled");
    EXPECT_EQ(answered("429", "hub: publish topic $iothub/twin/res/429/?$rid=1, payload empty"), "");
    EXPECT_EQ(answered("503"), "twin-request-failed-in-the-hub");
    EXPECT_EQ(answered("503", "hub: publish topic $iothub/twin/res/503/?$rid=1, payload empty"), "");
    EXPECT_EQ(answered("400"), "twin-request-is-bad");
    EXPECT_EQ(answered("400", "hub: publish topic $iothub/twin/res/400/?$rid=1, payload empty"), "");
    EXPECT_EQ(answered("412"), "");
}

const auto request = message("$iothub/methods/POST/reboot/?$rid=7");
const auto answer = message("$iothub/methods/res/200/?$rid=7");
const std::string called = "service: answer to call, status 200";

Told online() { return connected().sent(to("$iothub/methods/POST/#")); }

TEST(HintsOfMethods, AnsweredLate) {
    EXPECT_EQ(online().got(request).in(31).answered(504).sent(answer).hint_before(1, called),
              "method-was-answered-late");
    EXPECT_EQ(online().got(request).sent(answer).in(31).answered(504).hint(called), "");
    EXPECT_EQ(online().got(request).in(31).answered(504).hint(called), "");
    EXPECT_EQ(online().got(request).in(31).answered(500).sent(answer).hint_before(1, called), "");
}

TEST(HintsOfMethods, AnotherCallWasAnswered) {
    const auto other = message("$iothub/methods/res/200/?$rid=8");
    EXPECT_EQ(online().got(request).sent(other).in(31).answered(504).hint(called), "another-call-was-answered");
    EXPECT_EQ(online().got(request).sent(answer).in(31).answered(504).hint(called), "");
}

TEST(HintsOfMethods, NotSubscribed) {
    EXPECT_EQ(connected().answered(404).hint(called), "methods-are-not-subscribed");
    EXPECT_EQ(connected().hint_of_silence("hub: publish topic $iothub/methods/POST/reboot/"),
              "methods-are-not-subscribed");
    EXPECT_EQ(online().answered(404).hint(called), "");
    EXPECT_EQ(connected().answered(403).hint(called), "");
}

}  // namespace
}  // namespace hubspec::run

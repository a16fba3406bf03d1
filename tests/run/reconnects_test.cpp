#include "harness/run/reconnects.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace hubspec::run {
namespace {

using namespace model;
using std::chrono::microseconds;
using ::testing::ElementsAre;
using ::testing::IsEmpty;

// A connection of the device that the hub answers with this code, and how it ends; each takes one millisecond.
class Series {
public:
    Series& answered(std::uint8_t code, const std::string& how = "the hub closed the connection",
                     bool by_peer = false) {
        return open().tell(PacketSent{name_, mqtt::Connack{false, code}, {}, false}).close(how, by_peer);
    }
    Series& unanswered() { return open().close("reset (TCP RST)", true); }
    Series& goodbye() {
        return open()
            .tell(PacketSent{name_, mqtt::Connack{}, {}, false})
            .tell(PacketReceived{name_, mqtt::Disconnect{}})
            .close("closed (TLS close_notify)", true);
    }
    Series& no_handshake() { return tell(ConnectionClosed{"", true, false, "TLS handshake failed"}); }
    Series& turned_away() { return open().tell(ConnectionClosed{name_, true, true, "left before CONNECT", true}); }
    Series& away(std::int64_t milliseconds) { return now_ += microseconds(milliseconds * 1000), *this; }
    Series& open() {
        name_ = "main " + std::to_string(++count_);
        return tell(ConnectionOpened{name_, "TLSv1.3"});
    }

    std::vector<std::string> reconnects() const {
        std::vector<std::string> all;
        for (const auto& one : reconnects_of(trace_))
            all.push_back(one.after + " #" + std::to_string(one.attempt) + " " +
                          std::to_string(one.delay.count() / 1000));
        return all;
    }

private:
    Series& tell(EventForm form) { return trace_.push_back({now_, std::move(form)}), *this; }
    Series& close(const std::string& how, bool by_peer) { return tell(ConnectionClosed{name_, by_peer, true, how}); }

    Trace trace_;
    microseconds now_{};
    std::string name_;
    int count_ = 0;
};

TEST(Reconnects, WhoLeavesBeforeConnectDidNotLikeTheHandshake) {
    EXPECT_THAT(Series().turned_away().away(20).open().reconnects(), ElementsAre("a failed TLS handshake #1 20"));
}

TEST(Reconnects, AreCountedByHowTheConnectionWasLost) {
    EXPECT_THAT(Series().answered(0).away(150).open().reconnects(), ElementsAre("FIN #1 150"));
    EXPECT_THAT(Series().answered(0, "the hub reset the connection").away(7).open().reconnects(),
                ElementsAre("RST #1 7"));
    EXPECT_THAT(Series().answered(3).away(20).open().reconnects(), ElementsAre("CONNACK 3 #1 20"));
    EXPECT_THAT(Series().unanswered().away(20).open().reconnects(), ElementsAre("silence instead of CONNACK #1 20"));
    EXPECT_THAT(Series().answered(0, "closed", true).away(20).open().reconnects(),
                ElementsAre("an end of its own making #1 20"));
    EXPECT_THAT(Series().no_handshake().away(9).no_handshake().reconnects(),
                ElementsAre("a failed TLS handshake #1 9"));
}

TEST(Reconnects, OfOneKindAreASeries) {
    EXPECT_THAT(
        Series().answered(0).away(1).answered(0).away(2).answered(5).away(4).answered(0).away(8).open().reconnects(),
        ElementsAre("FIN #1 1", "FIN #2 2", "CONNACK 5 #1 4", "FIN #1 8"));
}

TEST(Reconnects, AreNoneAfterAGoodbyeOrWithoutAReturn) {
    EXPECT_THAT(Series().goodbye().away(5).open().reconnects(), IsEmpty());
    EXPECT_THAT(Series().answered(0).reconnects(), IsEmpty());
    EXPECT_THAT(Series().reconnects(), IsEmpty());
}

}  // namespace
}  // namespace hubspec::run

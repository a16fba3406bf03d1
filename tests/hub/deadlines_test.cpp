// What is due next, of many whose deadlines move.

#include "fixtures/hub/deadlines.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

namespace hubspec::hub::test {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

Time at(int milliseconds) { return Time(Duration(milliseconds)); }

struct Dues {
    std::map<std::string, Time> due;
    Deadlines<std::string> deadlines;
    int asked = 0;

    void set(const std::string& key, int time) { deadlines.set(key, due[key] = at(time)); }
    /// Later, as a packet does: nobody tells.
    void move(const std::string& key, int time) { due[key] = at(time); }

    auto of() {
        return [this](const std::string& key) {
            ++asked;
            const auto found = due.find(key);
            return found == due.end() ? std::nullopt : std::optional(found->second);
        };
    }
    std::optional<Time> next() { return deadlines.next(of()); }
    std::vector<std::string> take(int now) { return deadlines.take(at(now), of()); }
};

TEST(Deadlines, HaveNoneAtFirst) {
    Dues dues;
    EXPECT_EQ(dues.next(), std::nullopt);
    EXPECT_THAT(dues.take(100), IsEmpty());
}

TEST(Deadlines, TellTheEarliest) {
    Dues dues;
    dues.set("a", 30), dues.set("b", 10), dues.set("c", 20);
    EXPECT_EQ(dues.next(), at(10));
    EXPECT_THAT(dues.take(20), ElementsAre("b", "c"));
    EXPECT_EQ(dues.next(), at(30));
}

TEST(Deadlines, FindOutThatOneHasMovedAway) {
    Dues dues;
    dues.set("a", 10), dues.set("b", 20);
    dues.move("a", 50);
    EXPECT_EQ(dues.next(), at(20));
    EXPECT_THAT(dues.take(60), ElementsAre("b", "a"));
}

TEST(Deadlines, AreToldOfAnEarlierOne) {
    Dues dues;
    dues.set("a", 50), dues.set("b", 20);
    dues.set("a", 10);
    EXPECT_EQ(dues.next(), at(10));
    EXPECT_THAT(dues.take(10), ElementsAre("a"));
    EXPECT_EQ(dues.next(), at(20));
}

TEST(Deadlines, ForgetWhatIsNotDueAnyMore) {
    Dues dues;
    dues.set("a", 10);
    dues.due.clear();
    EXPECT_EQ(dues.next(), std::nullopt);
    dues.asked = 0;
    EXPECT_EQ(dues.next(), std::nullopt);
    EXPECT_EQ(dues.asked, 0);
}

TEST(Deadlines, AskForTheFirstOnly) {
    Dues dues;
    for (int i = 0; i < 1000; ++i) dues.set(std::to_string(i), 1000 + i);
    dues.asked = 0;
    EXPECT_EQ(dues.next(), at(1000));
    EXPECT_EQ(dues.asked, 1);
}

TEST(Deadlines, HandOutEachOnce) {
    Dues dues;
    dues.set("a", 10);
    EXPECT_THAT(dues.take(10), ElementsAre("a"));
    EXPECT_THAT(dues.take(10), IsEmpty());
    dues.set("a", 20);
    EXPECT_THAT(dues.take(20), ElementsAre("a"));
}

}  // namespace
}  // namespace hubspec::hub::test

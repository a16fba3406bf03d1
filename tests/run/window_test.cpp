#include "harness/run/window.hpp"

#include <gtest/gtest.h>

namespace hubspec::run {
namespace {

using namespace std::chrono_literals;

const Window::Time start{};

TEST(Window, EndsAfterItsLength) {
    Window window(start, 5s);
    EXPECT_EQ(window.next_look(start, 1ms), start + 1ms);
    window.looked(start + 2ms);
    EXPECT_EQ(window.next_look(start + 4999ms, 10ms), start + 5s);
    window.looked(start + 5001ms);
    EXPECT_TRUE(window.is_over(start + 5001ms));
}

TEST(Window, BeginsAnewWhenWhatIsWaitedForCanBegin) {
    Window window(start, 5s);
    window.restart(start + 4s);
    EXPECT_EQ(window.end(), start + 9s);
}

TEST(Window, DoesNotRunWhileTheProcessDoesNot) {
    Window window(start, 5s);
    window.next_look(start + 1s, 1ms);
    window.looked(start + 61s);
    EXPECT_FALSE(window.is_over(start + 61s)) << "four seconds are left";
    window.next_look(start + 61s, 10s);
    window.looked(start + 64s);
    EXPECT_FALSE(window.is_over(start + 64s));
    EXPECT_TRUE(window.is_over(start + 65s));
}

TEST(Window, EndsOnAMachineThatIsAlwaysLate) {
    Window window(start, 5s);
    auto now = start;
    for (int looks = 0; !window.is_over(now); ++looks) {
        ASSERT_LT(looks, 10'000);
        window.next_look(now, 1ms);
        window.looked(now += 300ms);
    }
}

TEST(Window, WhoTakesWhatHasLongBeenThereHasNotOverslept) {
    EXPECT_EQ(overslept(start + 1s, start + 6s, start + 9s), 3s);
    EXPECT_EQ(overslept(start + 9s, start + 6s, start + 9s + 1ms), 1ms) << "a queue of a flood, taken until now";
}

}  // namespace
}  // namespace hubspec::run

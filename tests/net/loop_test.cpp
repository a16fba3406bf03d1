#include "harness/net/loop.hpp"

#include <gtest/gtest.h>

#include <future>
#include <optional>
#include <string>

namespace hubspec::net {
namespace {

class TimerTest : public testing::Test {
protected:
    void SetUp() override {
        loop_.start();
        loop_.call([this] { far_.emplace(loop_), near_.emplace(loop_); });
    }
    void TearDown() override {
        loop_.call([this] { far_.reset(), near_.reset(); });
    }

    Loop loop_;
    std::optional<Timer> far_, near_;
};

TEST_F(TimerTest, WhatIsFarAwayWaits) {
    constexpr std::chrono::milliseconds centuries = std::chrono::hours(24 * 365 * 300);
    for (const auto delay : {centuries, std::chrono::milliseconds::max()}) {
        std::promise<bool> said;
        bool has_come = false;
        loop_.call([&] {
            far_->after(delay, [&] { has_come = true; });
            near_->after(std::chrono::milliseconds(1), [&] { said.set_value(has_come); });
        });
        EXPECT_FALSE(said.get_future().get()) << delay.count() << " ms";
    }
}

// Both are due at once, so that the second is in the loop's queue when the first cancels it.
TEST_F(TimerTest, WhatIsCancelledDoesNotCome) {
    std::promise<bool> said;
    bool has_come = false;
    loop_.call([&] {
        near_->after(std::chrono::milliseconds(0), [&] {
            far_->cancel();
            loop_.post([&] { said.set_value(has_come); });
        });
        far_->after(std::chrono::milliseconds(0), [&] { has_come = true; });
    });
    EXPECT_FALSE(said.get_future().get());
}

TEST_F(TimerTest, ANewCallReplacesTheOld) {
    std::promise<std::string> said;
    loop_.call([&] {
        near_->after(std::chrono::milliseconds(1), [&] { said.set_value("old"); });
        near_->after(std::chrono::milliseconds(1), [&] { said.set_value("new"); });
    });
    EXPECT_EQ(said.get_future().get(), "new");
}

}  // namespace
}  // namespace hubspec::net

#include "harness/model/place.hpp"

#include <gtest/gtest.h>

#include <vector>

#include "harness/model/verdict.hpp"

namespace hubspec::model {
namespace {

TEST(Place, IsWhatEditorsOpen) {
    EXPECT_EQ(to_string("reported/patch.yaml", {61, 9}), "reported/patch.yaml:61:9");
    EXPECT_EQ(to_string("reported/patch.yaml", {}), "reported/patch.yaml");
}

TEST(Verdict, TheWorseOfTwoIsTheGreater) {
    const std::vector<Verdict> worse_and_worse{Verdict::not_applicable, Verdict::pass,  Verdict::warn,
                                               Verdict::inconclusive,   Verdict::error, Verdict::fail};
    std::string words;
    for (std::size_t i = 0; i < worse_and_worse.size(); ++i) {
        words += std::string(to_string(worse_and_worse[i])) + ";";
        if (i > 0) {
            EXPECT_GT(worse_and_worse[i], worse_and_worse[i - 1]);
        }
    }
    EXPECT_EQ(words, "not applicable;pass;warn;inconclusive;error;fail;");
}

}  // namespace
}  // namespace hubspec::model

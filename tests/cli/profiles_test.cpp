// Each profile of the reference hub shows its own side of what sources contradict each other in (Appendix B), and says
// so.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>
#include <set>

#include "tests/cli/support/process.hpp"

namespace hubspec::test {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

struct Shown {
    int status = -1;
    std::set<std::string> scenarios;         ///< that ran
    std::set<std::string> unlike;            ///< where the hub is not as documented first
    std::vector<std::string> without_words;  ///< where the run does not say which source the hub bears out
};

Shown contradictions_of(const std::string& profile) {
    const Folder folder;
    const auto path = folder.path("r.json");
    Shown shown;
    shown.status =
        run_hubspec({"run", "-q", "--tag", "contradiction", "--profile", profile, "--report", "json:" + path}).status;
    const auto run = nlohmann::json::parse(folder.read("r.json"));
    for (const auto& one : run.at("cases")) {
        shown.scenarios.insert(one.at("scenario"));
        if (one.at("verdict") != "pass") shown.unlike.insert(one.at("scenario"));
        if ((one.at("notes").dump() + one.at("findings").dump()).find("(known: ") == std::string::npos)
            shown.without_words.push_back(one.at("name"));
    }
    return shown;
}

TEST(Profiles, TheObservedOneIsAsTheScenariosHaveItFirst) {
    const auto shown = contradictions_of("observed");
    EXPECT_EQ(shown.status, 0);
    EXPECT_EQ(shown.scenarios.size(), 20U) << testing::PrintToString(shown.scenarios);
    EXPECT_THAT(shown.unlike, IsEmpty());
    EXPECT_THAT(shown.without_words, IsEmpty());
}

TEST(Profiles, TheDocumentedOneFollowsTheWordingOfTheDocument) {
    const auto shown = contradictions_of("documented");
    EXPECT_EQ(shown.status, 0);
    EXPECT_THAT(shown.unlike,
                ElementsAre("cloud_to_device/no-leading-question-mark",
                            "cloud_to_device/waits-for-the-first-subscription", "session/clean-session-one-purges"));
}

TEST(Profiles, EdgeIsAsItsSourceHasIt) {
    const auto shown = contradictions_of("edge");
    EXPECT_EQ(shown.status, 0);
    EXPECT_THAT(shown.unlike,
                ElementsAre("connect/disabled-device-is-dropped-and-refused", "connect/missing-api-version-is-accepted",
                            "method/request-has-quality-zero", "subscribe/unsupported-filter-ends-the-connection"));
}

}  // namespace
}  // namespace hubspec::test

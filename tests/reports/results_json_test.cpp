#include "reports/results_json.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "tests/reports/support/sample.hpp"

namespace hubspec::reports {
namespace {

using nlohmann::json;
using test::hostile_run;
using test::sample_run;
using testing::HasSubstr;

std::string problem_of(const std::string& text) {
    const auto read = from_results_json(text);
    const auto* problem = std::get_if<std::string>(&read);
    return problem == nullptr ? "" : *problem;
}

TEST(ResultsJson, IsWhatWasAgreed) {
    EXPECT_EQ(to_results_json(sample_run()), test::golden("results.json", to_results_json(sample_run())));
}

TEST(ResultsJson, ComesBackAsItWas) {
    const auto read = from_results_json(to_results_json(sample_run()));
    ASSERT_TRUE(std::holds_alternative<model::RunResult>(read)) << std::get<std::string>(read);
    EXPECT_TRUE(std::get<model::RunResult>(read) == sample_run());
}

TEST(ResultsJson, HostileTextIsStoredOnceAndForAll) {
    const auto once = to_results_json(hostile_run());
    const auto read = from_results_json(once);
    ASSERT_TRUE(std::holds_alternative<model::RunResult>(read)) << std::get<std::string>(read);
    EXPECT_EQ(to_results_json(std::get<model::RunResult>(read)), once);
}

TEST(ResultsJson, SaysWhereItIsWrong) {
    EXPECT_THAT(problem_of(""), HasSubstr("JSON"));
    EXPECT_THAT(problem_of("[]"), testing::Not(testing::IsEmpty()));
    EXPECT_THAT(problem_of("{}"), testing::Not(testing::IsEmpty()));
    const auto changed = [](const char* pointer, json value) {
        auto all = json::parse(to_results_json(sample_run()));
        all[json::json_pointer(pointer)] = std::move(value);
        return problem_of(all.dump());
    };
    EXPECT_THAT(changed("/cases/3/verdict", "passed"),
                testing::AllOf(HasSubstr("/cases/3/verdict"), HasSubstr("passed")));
    EXPECT_THAT(changed("/cases/1/findings/0/line", "six"), HasSubstr("/cases/1/findings/0/line"));
    EXPECT_THAT(changed("/cases", 5), HasSubstr("/cases"));
    EXPECT_THAT(changed("/version", 99), HasSubstr("99"));
}

TEST(ResultsJson, EveryTruncationIsRefused) {
    const auto text = to_results_json(sample_run());
    for (std::size_t size = 0; size + 2 < text.size(); size += 7)
        EXPECT_NE(problem_of(text.substr(0, size)), "") << size;
}

TEST(ResultsJson, EveryMemberThatIsMissingOrOfAnotherTypeIsRefusedOrHarmless) {
    const auto all = json::parse(to_results_json(sample_run())).flatten();
    for (const auto& [pointer, value] : all.items()) {
        auto changed = json::parse(to_results_json(sample_run()));
        changed[json::json_pointer(pointer)] = json::array({json::object()});
        from_results_json(changed.dump());  // whatever it says, it does not throw or crash
    }
}

TEST(ResultsJson, DeepNestingIsRefused) { EXPECT_NE(problem_of(std::string(200'000, '[')), ""); }

}  // namespace
}  // namespace hubspec::reports

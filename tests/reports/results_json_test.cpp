#include "reports/results_json.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>
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

// What an earlier version has written stays readable, and can be written anew.
model::RunResult stored(const std::string& name) {
    std::ifstream in(std::string(HUBSPEC_SOURCE_DIR) + "/tests/reports/stored/" + name, std::ios::binary);
    const auto read = from_results_json(std::string(std::istreambuf_iterator<char>(in), {}));
    return std::holds_alternative<model::RunResult>(read) ? std::get<model::RunResult>(read) : model::RunResult{};
}

TEST(ResultsJson, OfEarlierVersionsIsRead) {
    auto run = sample_run();
    run.shards.front().cut.clear();  // nobody said it then
    EXPECT_TRUE(stored("results-2.json") == run);
    std::erase_if(run.cases,
                  [](const model::CaseResult& one) { return one.verdict == model::Verdict::expected_failure; });
    EXPECT_TRUE(stored("results-1.json") == run);
}

TEST(ResultsJson, OfShardsThatWereMergedSayWhichAreMissing) {
    auto run = sample_run();
    run.shards = {{"reference hub", 4, "5f0c", {1, 3}, true}, {"other hub", 2, "", {1, 2}, true}};
    const auto text = to_results_json(run);
    const auto merged = json::parse(text)["merged"];
    EXPECT_EQ(merged[0]["missing"], json::parse("[2, 4]"));
    EXPECT_EQ(merged[1]["missing"], json::array());
    EXPECT_EQ(json::parse(text)["shard"], nullptr);
    EXPECT_TRUE(std::get<model::RunResult>(from_results_json(text)) == run);
    const auto changed = [&](const char* pointer, json value) {
        auto all = json::parse(text);
        all[json::json_pointer(pointer)] = std::move(value);
        return problem_of(all.dump());
    };
    EXPECT_EQ(changed("/merged/0/count", 0), "/merged/0/count: 0 is no number of shards");
    EXPECT_EQ(changed("/merged/0/indexes/1", 5), "/merged/0: there is no shard 5/4");
    EXPECT_EQ(changed("/merged/0/indexes/1", "3"), "/merged/0/indexes/1: a number is expected, not a string");
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

/// Every place in the document that has no parts, as JSON pointers.
std::vector<std::string> leaves(const json& all) {
    const auto flat = all.flatten();
    std::vector<std::string> pointers;
    for (auto one = flat.begin(); one != flat.end(); ++one) pointers.push_back(one.key());
    return pointers;
}

TEST(ResultsJson, EveryMemberOfAnotherTypeIsNamed) {
    const auto all = json::parse(to_results_json(sample_run()));
    EXPECT_GT(leaves(all).size(), 300u);
    for (const auto& pointer : leaves(all)) {
        auto changed = all;
        changed[json::json_pointer(pointer)] = json::array({json::object()});
        EXPECT_THAT(problem_of(changed.dump()), testing::StartsWith(pointer));
    }
}

TEST(ResultsJson, EveryMemberThatIsMissingIsNamed) {
    const auto all = json::parse(to_results_json(sample_run()));
    for (const auto& pointer : leaves(all)) {
        const json::json_pointer at(pointer), above = at.parent_pointer();
        const bool is_axis = !above.empty() && above.back() == "axes";
        if (is_axis || !all[above].is_object()) continue;
        auto changed = all;
        changed[above].erase(at.back());
        EXPECT_EQ(problem_of(changed.dump()), pointer + ": it is missing");
    }
}

TEST(ResultsJson, SaysWhatIsExpectedAndWhatIsThere) {
    const auto changed = [](const char* pointer, json value) {
        auto all = json::parse(to_results_json(sample_run()));
        all[json::json_pointer(pointer)] = std::move(value);
        return problem_of(all.dump());
    };
    EXPECT_EQ(problem_of("[]"), "the document: an object is expected, not an array");
    EXPECT_EQ(problem_of("nonsense"), "this is no JSON: byte 2");
    EXPECT_EQ(problem_of("{}"), "/format: it is missing");
    EXPECT_EQ(changed("/format", "other"), "/format: this is no stored result of hubspec");
    EXPECT_EQ(changed("/version", 99), "/version: this hubspec reads versions up to 3, the file has version 99");
    EXPECT_EQ(changed("/cases", 5), "/cases: a list is expected, not a number");
    EXPECT_EQ(changed("/cases/3", "x"), "/cases/3: an object is expected, not a string");
    EXPECT_EQ(changed("/cases/3/verdict", "passed"), "/cases/3/verdict: 'passed' is no verdict");
    EXPECT_EQ(changed("/cases/3/level", "shall"), "/cases/3/level: 'shall' is no level");
    EXPECT_EQ(changed("/cases/3/tags/0", 7), "/cases/3/tags/0: text is expected, not a number");
    EXPECT_EQ(changed("/cases/7/axes/qos", 1), "/cases/7/axes/qos: text is expected, not a number");
    EXPECT_EQ(changed("/interrupted", "no"), "/interrupted: true or false is expected, not a string");
    EXPECT_EQ(changed("/cases/1/findings/0/line", 1.5),
              "/cases/1/findings/0/line: an integer is expected, not a number");
    EXPECT_EQ(changed("/cases/1/findings/0/traceLine", -1),
              "/cases/1/findings/0/traceLine: a number of at least 0 is expected");
}

TEST(ResultsJson, NumbersThatDoNotFitAreRefused) {
    const auto with = [](const std::string& member, const std::string& number) {
        auto text = to_results_json(sample_run());
        const auto at = text.find("\"" + member + "\": ") + member.size() + 4;
        return problem_of(text.replace(at, text.find_first_of(",\n", at) - at, number));
    };
    EXPECT_THAT(with("line", "1099511627776"), testing::EndsWith("/line: 1099511627776 is too large"));
    EXPECT_THAT(with("column", "-1099511627776"), testing::EndsWith("/column: -1099511627776 is too small"));
    EXPECT_EQ(with("durationMicroseconds", "18446744073709551615"),
              "/durationMicroseconds: 18446744073709551615 is too large");
    EXPECT_EQ(with("seed", "-1"), "/seed: a number of at least 0 is expected");
    EXPECT_EQ(with("seed", "99999999999999999999"), "/seed: an integer is expected, not a number");
    EXPECT_EQ(with("seed", "1e999"), "this is no JSON: a number is out of range");
}

TEST(ResultsJson, TheLargestSeedComesBack) {
    auto run = sample_run();
    run.seed = UINT64_MAX;
    run.interrupted = true;
    const auto read = from_results_json(to_results_json(run));
    ASSERT_TRUE(std::holds_alternative<model::RunResult>(read)) << std::get<std::string>(read);
    EXPECT_EQ(std::get<model::RunResult>(read).seed, UINT64_MAX);
    EXPECT_TRUE(std::get<model::RunResult>(read) == run);
}

TEST(ResultsJson, EmptyRunsAndEveryCharacterComeBack) {
    model::RunResult run;
    EXPECT_TRUE(std::get<model::RunResult>(from_results_json(to_results_json(run))) == run);
    for (char c = 1; c > 0; ++c) run.target += c;
    run.target += std::string(1, '\0') + "\xc3\xbc \xe2\x82\xac \xef\xbf\xbd \xf0\x9f\x98\x80 \xf4\x8f\xbf\xbf";
    EXPECT_TRUE(std::get<model::RunResult>(from_results_json(to_results_json(run))) == run);
}

TEST(ResultsJson, AnyByteChangedIsReadOrRefused) {
    const auto text = to_results_json(sample_run());
    for (std::size_t at = 0; at < text.size(); at += 11)
        for (const char byte : {'\0', '"', '{', '9', '\xff'}) {
            auto changed = text;
            changed[at] = byte;
            const auto read = from_results_json(changed);
            if (const auto* run = std::get_if<model::RunResult>(&read)) {
                EXPECT_TRUE(std::get<model::RunResult>(from_results_json(to_results_json(*run))) == *run) << at;
            }
        }
}

TEST(ResultsJson, NothingFollowsTheDocument) {
    const auto text = to_results_json(sample_run());
    EXPECT_EQ(problem_of(text + "{}"), "this is no JSON: byte " + std::to_string(text.size() + 1));
    EXPECT_EQ(problem_of(text + std::string(1, '\0') + "garbage"),
              "this is no JSON: byte " + std::to_string(text.size() + 1));
}

TEST(ResultsJson, DeepNestingIsRefused) {
    EXPECT_NE(problem_of(std::string(200'000, '[')), "");
    const std::string deep = std::string(200'000, '[') + std::string(200'000, ']');
    EXPECT_EQ(problem_of(deep), "the JSON is nested deeper than 200 levels");
    EXPECT_EQ(problem_of("{\"cases\": " + deep + "}"), "the JSON is nested deeper than 200 levels");
}

}  // namespace
}  // namespace hubspec::reports

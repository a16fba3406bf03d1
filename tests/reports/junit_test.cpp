#include "reports/junit.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <set>

#include "tests/reports/support/sample.hpp"
#include "tests/reports/support/xml.hpp"

namespace hubspec::reports {
namespace {

using namespace model;
using test::cases_of;
using test::golden;
using test::hostile_run;
using test::parsed;
using test::sample_run;
using test::validate;
using testing::HasSubstr;
using testing::Not;

constexpr JunitOptions rich{JunitFlavor::rich, false};
constexpr JunitOptions strict{JunitFlavor::strict, false};

TEST(Junit, RichIsWhatWasAgreed) {
    EXPECT_EQ(to_junit(sample_run(), rich), golden("rich.xml", to_junit(sample_run(), rich)));
}
TEST(Junit, StrictIsWhatWasAgreed) {
    EXPECT_EQ(to_junit(sample_run(), strict), golden("strict.xml", to_junit(sample_run(), strict)));
}

TEST(Junit, StrictIsValidAndRichIsNot) {
    EXPECT_EQ(validate(to_junit(sample_run(), strict)), 0);
    EXPECT_EQ(validate(to_junit(hostile_run(), strict)), 0);
    EXPECT_NE(validate(to_junit(sample_run(), rich)), 0);
}

TEST(Junit, TheSchemaRefusesWhatReadersRefuse) {
    const auto good = to_junit(sample_run(), strict);
    const auto changed = [&](const std::string& from, const std::string& to) {
        auto text = good;
        const auto at = text.find(from);
        EXPECT_NE(at, std::string::npos) << from;
        return text.replace(at, from.size(), to);
    };
    EXPECT_NE(validate(changed("time=\"0.012\"", "time=\"0.012345\"")), 0);
    EXPECT_NE(validate(changed("<testcase ", "<testcase file=\"x\" ")), 0);
    EXPECT_NE(validate(changed("2026-01-15T10:00:00\"", "2026-01-15T10:00:00Z\"")), 0);
}

// Rule 1.
TEST(Junit, HasTwoLevels) {
    const auto document = parsed(to_junit(sample_run(), rich));
    for (const auto suite : document.child("testsuites").children("testsuite"))
        EXPECT_TRUE(suite.child("testsuite").empty());
    EXPECT_EQ(cases_of(document).size(), sample_run().cases.size());
}

// Rule 2.
TEST(Junit, OneFileForEachSuiteNamedAsReadersLookForThem) {
    std::set<std::string> names;
    each_junit_file(sample_run(), rich, [&](const std::string& name, const JunitFile& write) {
        const auto text = collected(write);
        names.insert(name);
        EXPECT_TRUE(parsed(text).child("testsuites").child("testsuite"));
        EXPECT_THAT(text, Not(HasSubstr("<!DOCTYPE")));
    });
    EXPECT_EQ(names, (std::set<std::string>{"TEST-iothub.connect.xml", "TEST-iothub.keep_alive.xml",
                                            "TEST-iothub.reported.xml"}));
}

// Rule 3.
TEST(Junit, NamesAreUniqueStableAndShortEnough) {
    auto run = sample_run();
    run.cases.front().title = std::string(2000, 'x');
    std::set<std::string> names;
    const auto document = parsed(to_junit(run, rich));
    for (const auto one : cases_of(document)) {
        const std::string name = one.attribute("name").value();
        EXPECT_LE(name.size(), 512u);
        EXPECT_TRUE(names.insert(name).second) << name;
        EXPECT_THAT(std::string(one.attribute("classname").value()), testing::StartsWith("iothub."));
    }
    EXPECT_TRUE(names.contains("reported/version The version grows [qos=1]"));
}

TEST(Junit, ALongNameIsNotCutWithinACharacter) {
    auto run = sample_run();
    run.cases.front().title = "x";
    for (int i = 0; i < 400; ++i) run.cases.front().title += "ü";
    EXPECT_THAT(to_junit(run, rich), Not(HasSubstr("\xef\xbf\xbd")));
}

// Rule 4.
TEST(Junit, CountersAreTheSumsOfTheirChildren) {
    const auto document = parsed(to_junit(sample_run(), rich));
    const auto root = document.child("testsuites");
    std::map<std::string, int> sums;
    for (const auto suite : root.children("testsuite")) {
        std::map<std::string, int> own;
        for (const auto one : suite.children("testcase")) {
            ++own["tests"];
            own["failures"] += one.child("failure") ? 1 : 0;
            own["errors"] += one.child("error") ? 1 : 0;
            own["skipped"] += one.child("skipped") ? 1 : 0;
        }
        for (const auto& [name, count] : own) {
            EXPECT_EQ(suite.attribute(name.c_str()).as_int(-1), count) << name;
            sums[name] += count;
        }
    }
    for (const auto* name : {"tests", "failures", "errors"})
        EXPECT_EQ(root.attribute(name).as_int(-1), sums[name]) << name;
    EXPECT_EQ(sums["failures"], 1);
    EXPECT_EQ(sums["errors"], 2);
    EXPECT_EQ(sums["skipped"], 2);
}

// Rule 5.
TEST(Junit, ACaseHasOneOutcome) {
    const auto document = parsed(to_junit(sample_run(), rich));
    for (const auto one : cases_of(document)) {
        int outcomes = 0;
        for (const auto* name : {"failure", "error", "skipped"}) outcomes += one.child(name) ? 1 : 0;
        EXPECT_LE(outcomes, 1);
    }
}

// Rule 6.
TEST(Junit, AFailureHasATypeOneLineAndTheWholeStory) {
    const auto document = parsed(to_junit(sample_run(), rich));
    const auto cases = cases_of(document);
    const auto failure = std::find_if(cases.begin(), cases.end(), [](const auto& one) {
                             return !one.child("failure").empty();
                         })->child("failure");
    EXPECT_STREQ(failure.attribute("type").value(), "conformance.must");
    EXPECT_THAT(std::string(failure.attribute("message").value()),
                testing::AllOf(HasSubstr("patch-is-answered-204.yaml:6:5"), Not(HasSubstr("\n"))));
    EXPECT_THAT(std::string(failure.text().get()),
                testing::AllOf(HasSubstr("Status 204 = success"), HasSubstr("CONNACK 0"),
                               HasSubstr("topic: expected 204, got 200"), HasSubstr("1 of 3 checks never ran")));
}

// Rule 7.
TEST(Junit, SkippedSaysWhy) {
    EXPECT_THAT(to_junit(sample_run(), rich),
                HasSubstr("<skipped message=\"not applicable: the target offers no 'clock'\""));
}

TEST(Junit, AWarningFailsWhenStrictVerdictsAreAskedFor) {
    EXPECT_EQ(parsed(to_junit(sample_run(), rich)).child("testsuites").attribute("failures").as_int(), 1);
    EXPECT_EQ(
        parsed(to_junit(sample_run(), {JunitFlavor::rich, true})).child("testsuites").attribute("failures").as_int(),
        2);
}

// Rule 8.
TEST(Junit, RetriesAreAttemptsOfOneCase) {
    auto run = sample_run();
    run.cases.front().earlier_attempts = {"refused"};
    run.cases[1].earlier_attempts = {"refused", "reset"};
    const auto document = parsed(to_junit(run, rich));
    const auto cases = cases_of(document);
    EXPECT_EQ(cases.size(), run.cases.size());
    EXPECT_STREQ(cases.front().child("flakyFailure").attribute("message").value(), "attempt 1: refused");
    EXPECT_STREQ(cases.front().child("flakyFailure").child("stackTrace").text().get(), "refused");
    EXPECT_THAT(to_junit(run, rich),
                testing::AllOf(HasSubstr("<rerunFailure type=\"infra\" message=\"attempt 2: reset\">"),
                               HasSubstr("name=\"attempts\" value=\"3\"")));
    EXPECT_EQ(validate(to_junit(run, strict)), 0);
    EXPECT_THAT(to_junit(run, strict), HasSubstr("attempt 1 was an error: refused"));
}

// Rule 10 and 11.
TEST(Junit, PropertiesOfACaseAreElementsOrLines) {
    EXPECT_THAT(to_junit(sample_run(), rich), HasSubstr("<property name=\"requirement\" value=\"REPORTED-11\" />"));
    EXPECT_THAT(to_junit(sample_run(), strict), HasSubstr("[[PROPERTY|requirement=REPORTED-11]]\n"));
    EXPECT_THAT(to_junit(sample_run(), strict), Not(HasSubstr("assertions=")));
}

// Rule 12.
TEST(Junit, HostileBytesAreText) {
    const auto text = to_junit(hostile_run(), rich);
    EXPECT_NE(text.find("\\x1b[31m"), std::string::npos);
    EXPECT_NE(text.find("\\x00"), std::string::npos);
    EXPECT_EQ(text.find('\x1b'), std::string::npos);
    EXPECT_EQ(text.find('\0'), std::string::npos);
    parsed(text);
}

TEST(Junit, LongOutputKeepsHeadAndTail) {
    auto run = sample_run();
    run.cases.front().trace.front().text = "HEAD" + std::string(1 << 20, 'x') + "TAIL";
    const auto text = to_junit(run, rich);
    EXPECT_LT(text.size(), 200'000u);
    EXPECT_THAT(text, testing::AllOf(HasSubstr("HEAD"), HasSubstr("TAIL"), HasSubstr("bytes left out")));
}

TEST(Junit, AnEmptyRunIsADocument) {
    RunResult run = sample_run();
    run.cases.clear();
    EXPECT_EQ(validate(to_junit(run, strict)), 0);
}

}  // namespace
}  // namespace hubspec::reports

// Where a JUnit report would mislead its reader: names that collide, outcomes without a type, bytes that give orders.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <map>
#include <regex>
#include <set>

#include "reports/junit.hpp"
#include "reports/junit_check.hpp"
#include "tests/reports/support/sample.hpp"
#include "tests/reports/support/xml.hpp"

namespace hubspec::reports {
namespace {

using namespace model;
using test::cases_of;
using test::hostile_run;
using test::parsed;
using test::sample_run;
using test::validate;
using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::Not;
using testing::StartsWith;

constexpr JunitOptions rich{JunitFlavor::rich, false};
constexpr JunitOptions strict{JunitFlavor::strict, false};

RunResult run_of(std::vector<CaseResult> cases) {
    auto run = sample_run();
    run.cases = std::move(cases);
    return run;
}

CaseResult plain(Verdict verdict) {
    CaseResult one;
    one.scenario = one.name = "twin/example";
    one.file = "scenarios/twin/example.yaml";
    one.title = "An example";
    one.verdict = verdict;
    one.checks_planned = one.checks_executed = 1;
    return one;
}

std::vector<std::string> names_of(const RunResult& run) {
    const auto document = parsed(to_junit(run, rich));
    std::vector<std::string> names;
    for (const auto one : cases_of(document)) names.emplace_back(one.attribute("name").value());
    return names;
}

/// "failure TYPE: MESSAGE" of the only case.
std::string outcome_of(const CaseResult& one, const JunitOptions& options = rich) {
    const auto document = parsed(to_junit(run_of({one}), options));
    for (const auto* name : {"failure", "error", "skipped"})
        if (const auto child = cases_of(document).front().child(name))
            return std::string(name) + " " + child.attribute("type").value() + ": " +
                   child.attribute("message").value();
    return "passed";
}

std::multimap<std::string, std::string> properties_of(const pugi::xml_node& node) {
    std::multimap<std::string, std::string> all;
    for (const auto one : node.child("properties").children("property"))
        all.emplace(one.attribute("name").value(), one.attribute("value").value());
    return all;
}

bool is_utf8_without_controls(const std::string& text) {
    for (const char c : text)
        if (static_cast<unsigned char>(c) < 0x20 && c != '\n' && c != '\t' && c != '\r') return false;
    return text.find("\xed\xa0") == std::string::npos && text.find('\xff') == std::string::npos;
}

TEST(JunitRule2, FileNamesAreFileNames) {
    each_junit_file(hostile_run(), rich, [](const std::string& name, const JunitFile& write) {
        EXPECT_TRUE(std::regex_match(name, std::regex(R"(TEST-iothub\.[A-Za-z0-9._-]{1,200}\.xml)"))) << name;
        parsed(collected(write));
    });
    auto outside = plain(Verdict::pass);
    outside.scenario = outside.name = "../../etc/x";
    each_junit_file(run_of({outside}), rich,
                    [](const std::string& name, const JunitFile&) { EXPECT_THAT(name, Not(HasSubstr("/"))); });
}

TEST(JunitRule3, WhatTellsCasesApartStaysInTheName) {
    auto other = plain(Verdict::pass);
    other.name += " (the other hub)";
    auto third = plain(Verdict::pass);
    third.name += " [qos=1] (the other hub)";
    EXPECT_THAT(names_of(run_of({plain(Verdict::pass), other, third})),
                ElementsAre("twin/example An example", "twin/example An example (the other hub)",
                            "twin/example An example [qos=1] (the other hub)"));
}

TEST(JunitRule3, ANameThatComesAgainIsNumbered) {
    auto elsewhere = plain(Verdict::fail);
    auto endless = plain(Verdict::pass);
    endless.title = std::string(600, 'x');
    const auto names = names_of(run_of({plain(Verdict::pass), elsewhere, plain(Verdict::warn), endless, endless}));
    EXPECT_THAT(names,
                ElementsAre("twin/example An example", "twin/example An example #2", "twin/example An example #3",
                            testing::SizeIs(512), AllOf(testing::SizeIs(512), testing::EndsWith("x #2"))));
}

TEST(JunitRule3, ANumberThatIsTakenIsNotGivenAgain) {
    auto taken = plain(Verdict::pass);
    taken.name += " #2";
    const auto names = names_of(run_of({taken, plain(Verdict::pass), plain(Verdict::pass)}));
    EXPECT_EQ(std::set<std::string>(names.begin(), names.end()).size(), 3u);
}

TEST(JunitRule3, ANameIsOneLineOf512BytesOnceItIsVisible) {
    auto one = plain(Verdict::pass);
    one.title = "first\nsecond \x1b" + std::string(600, '\x01');
    auto two = plain(Verdict::pass);
    two.name += " [subject=" + std::string(600, 'x') + "]";
    const auto names = names_of(run_of({one, two}));
    EXPECT_THAT(names[0], StartsWith("twin/example first\\nsecond \\x1b\\x01"));
    for (const auto& name : names) EXPECT_LE(name.size(), 512u);
    EXPECT_EQ(validate(to_junit(run_of({one, two}), strict)), 0);
}

TEST(JunitRule3, ANameIsNeverEmpty) {
    const auto document = parsed(to_junit(run_of({CaseResult{}}), rich));
    const auto one = cases_of(document).front();
    EXPECT_STREQ(one.attribute("name").value(), "unnamed");
    EXPECT_STREQ(one.attribute("classname").value(), "iothub.scenarios");
}

TEST(JunitRule4, EveryTimeHasThreeDecimals) {
    auto run = sample_run();
    run.cases.front().duration = std::chrono::microseconds(61'234'567);
    const auto text = to_junit(run, rich);
    const std::regex time(" time=\"([^\"]*)\"");
    int times = 0;
    for (auto at = std::sregex_iterator(text.begin(), text.end(), time); at != std::sregex_iterator(); ++at, ++times)
        EXPECT_TRUE(std::regex_match((*at)[1].str(), std::regex("[0-9]+\\.[0-9]{3}"))) << (*at)[1];
    EXPECT_EQ(times, 1 + 3 + 8);
    EXPECT_THAT(text, HasSubstr("time=\"61.235\""));
}

TEST(JunitRule4, ATimestampHasNoZoneAndIsLeftOutWhenItIsNone) {
    auto run = sample_run();
    EXPECT_THAT(to_junit(run, rich), HasSubstr(" timestamp=\"2026-01-15T10:00:00\" "));
    for (const auto* started : {"", "yesterday", "2026-01-15 10:00:00.000Z", "2026-01-15T10:00"}) {
        run.started_at = started;
        EXPECT_THAT(to_junit(run, rich), Not(HasSubstr("timestamp="))) << started;
        EXPECT_EQ(validate(to_junit(run, strict)), 0) << started;
    }
}

TEST(JunitRule5, EachCaseHasTheOneOutcomeOfItsVerdict) {
    const auto kind = [](Verdict verdict, bool strict_verdicts) {
        const auto outcome = outcome_of(plain(verdict), {JunitFlavor::rich, strict_verdicts});
        return outcome.substr(0, outcome.find(' '));
    };
    for (const bool strict_verdicts : {false, true}) {
        EXPECT_EQ(kind(Verdict::pass, strict_verdicts), "passed");
        EXPECT_EQ(kind(Verdict::warn, strict_verdicts), strict_verdicts ? "failure" : "passed");
        EXPECT_EQ(kind(Verdict::inconclusive, strict_verdicts), "error");
        EXPECT_EQ(kind(Verdict::error, strict_verdicts), "error");
        EXPECT_EQ(kind(Verdict::fail, strict_verdicts), "failure");
        EXPECT_EQ(kind(Verdict::not_applicable, strict_verdicts), "skipped");
    }
}

// Three hundred equal errors hide the one that says what to mend.
TEST(JunitRule5, AnEnvironmentFailureIsOneErroredCaseOfEachSuite) {
    auto other = plain(Verdict::error);
    other.scenario = other.name = "connect/example";
    auto skipped = plain(Verdict::not_applicable);
    skipped.name += " [qos=1]";
    auto run = run_of({plain(Verdict::error), skipped, other});
    run.setup_failure = "the hub cannot be reached";
    for (auto& one : run.cases)
        if (one.verdict == Verdict::error) one.reason = run.setup_failure;
    for (const auto granularity : {Granularity::scenario, Granularity::step}) {
        const auto text = to_junit(run, {JunitFlavor::strict, false, granularity});
        EXPECT_THAT(check_junit(text, JunitFlavor::strict), ElementsAre()) << text;
        EXPECT_EQ(validate(text), 0);
        const auto document = parsed(text);
        EXPECT_EQ(document.child("testsuites").attribute("errors").as_int(), 2);
        const auto cases = cases_of(document);
        ASSERT_EQ(cases.size(), 5u);
        EXPECT_STREQ(cases[0].attribute("name").value(), "[setup] iothub.twin");
        EXPECT_STREQ(cases[0].attribute("classname").value(), "iothub.twin");
        EXPECT_STREQ(cases[0].child("error").attribute("type").value(), "infra.connect");
        EXPECT_STREQ(cases[0].child("error").attribute("message").value(), "scenarios/twin: the hub cannot be reached");
        EXPECT_STREQ(cases[1].child("skipped").attribute("message").value(), "did not run: the hub cannot be reached");
        EXPECT_STREQ(cases[3].attribute("name").value(), "[setup] iothub.connect");
    }
}

TEST(JunitRule6, AnOutcomeWithoutAFindingHasATypeAndAMessage) {
    auto unreachable = plain(Verdict::error);
    unreachable.reason = "the hub cannot be reached";
    EXPECT_EQ(outcome_of(unreachable), "error infra.connect: scenarios/twin/example.yaml: the hub cannot be reached");
    EXPECT_EQ(outcome_of(plain(Verdict::inconclusive)),
              "error inconclusive: scenarios/twin/example.yaml: no reason was recorded");
    EXPECT_EQ(outcome_of(plain(Verdict::fail)),
              "failure conformance.must: scenarios/twin/example.yaml: no reason was recorded");
    EXPECT_EQ(outcome_of(plain(Verdict::warn), {JunitFlavor::rich, true}),
              "failure conformance.should: scenarios/twin/example.yaml: no reason was recorded");
}

TEST(JunitRule6, TheFindingThatMadeTheVerdictSpeaks) {
    auto interrupted = plain(Verdict::inconclusive);
    interrupted.reason = "the run was interrupted before the last step";
    Finding warning;
    warning.verdict = Verdict::warn;
    warning.type = "conformance.should";
    warning.summary = "scenarios/twin/example.yaml:6:5: a SHOULD was missed";
    interrupted.findings = {warning};
    EXPECT_EQ(outcome_of(interrupted),
              "error inconclusive: scenarios/twin/example.yaml: the run was interrupted before the last step");
    interrupted.verdict = Verdict::warn;
    EXPECT_EQ(outcome_of(interrupted, {JunitFlavor::rich, true}),
              "failure conformance.should: scenarios/twin/example.yaml:6:5: a SHOULD was missed");
}

TEST(JunitRule6, AMessageIsOneLineAndNotEndless) {
    auto one = plain(Verdict::error);
    one.reason = "a\r\nb\xe2\x80\xa8" + std::string(1 << 20, '\x01');
    const auto outcome = outcome_of(one);
    EXPECT_THAT(outcome, HasSubstr(": a\\r\\nb\\u2028\\x01"));
    EXPECT_THAT(outcome, testing::EndsWith("..."));
    EXPECT_LT(outcome.size(), 4200u);
}

// A report that is green while the command failed, or the other way round, is believed by somebody.
TEST(JunitRule6, CountersAndExitStatusAgree) {
    for (const auto verdict : {Verdict::pass, Verdict::warn, Verdict::inconclusive, Verdict::error, Verdict::fail})
        for (const bool strict_verdicts : {false, true}) {
            const auto run = run_of({plain(verdict)});
            const auto document = parsed(to_junit(run, {JunitFlavor::rich, strict_verdicts}));
            const auto root = document.child("testsuites");
            const int expected = root.attribute("failures").as_int() > 0 ? 1
                                 : root.attribute("errors").as_int() > 0 ? 2
                                                                         : 0;
            EXPECT_EQ(exit_status(run, strict_verdicts), expected) << to_string(verdict);
        }
}

TEST(JunitRule7, ASkippedCaseAlwaysHasAReason) {
    EXPECT_EQ(outcome_of(plain(Verdict::not_applicable)), "skipped : not applicable: no reason was recorded");
}

TEST(JunitRule8, AnAttemptIsOneLineAndNotEndless) {
    auto one = plain(Verdict::pass);
    one.earlier_attempts = {"refused\n" + std::string(1 << 20, 'x')};
    const auto text = to_junit(run_of({one}), rich);
    EXPECT_THAT(text, HasSubstr("<flakyFailure type=\"infra\" message=\"attempt 1: refused\\nxxx"));
    EXPECT_LT(text.size(), 200'000u);
}

// GitLab and Jenkins fetch the file that such a line names; a peer could name any.
TEST(JunitRule9, BytesFromOutsideAttachNothingAndSetNoProperty) {
    for (const auto& options : {rich, strict}) {
        const auto run = hostile_run();
        const auto document = parsed(to_junit(run, options));
        EXPECT_EQ(to_junit(run, options).find("[[ATTACHMENT|"), std::string::npos);
        EXPECT_NE(to_junit(run, options).find("[ [ATTACHMENT|/etc/passwd"), std::string::npos);
        for (const auto one : cases_of(document)) {
            const std::string out = one.child("system-out").text().get();
            std::size_t marks = 0;
            for (auto at = out.find("[[PROPERTY|"); at != std::string::npos; at = out.find("[[PROPERTY|", at + 1))
                ++marks;
            // requirement, level, verdict, scenario.id, attempts, seed
            EXPECT_EQ(marks, options.flavor == JunitFlavor::strict ? 6u : 0u);
        }
    }
}

TEST(JunitRule10, ASuiteSaysWhatWasTestedAndHow) {
    auto run = sample_run();
    const auto document = parsed(to_junit(run, rich));
    EXPECT_EQ(properties_of(document.child("testsuites").child("testsuite")),
              (std::multimap<std::string, std::string>{{"tool.version", "0.1.0"},
                                                       {"seat", "device"},
                                                       {"target", "reference hub"},
                                                       {"target.kind", "embedded"},
                                                       {"deviation", "reported-patch-answers-200"},
                                                       {"seed", "4242"},
                                                       {"api-version", "2021-04-12"},
                                                       {"shard", "1/2"}}));
    run.interrupted = true;
    EXPECT_THAT(to_junit(run, strict), HasSubstr("<property name=\"interrupted\" value=\"true\" />"));
}

TEST(JunitRule10, ACaseSaysWhatItProves) {
    const auto document = parsed(to_junit(sample_run(), rich));
    EXPECT_EQ(properties_of(cases_of(document).front()),
              (std::multimap<std::string, std::string>{{"requirement", "REPORTED-11"},
                                                       {"level", "must"},
                                                       {"verdict", "pass"},
                                                       {"scenario.id", "connect/documented-form-is-accepted"},
                                                       {"attempts", "1"},
                                                       {"seed", "4242"}}));
}

TEST(JunitRule11, BothFlavorsSayTheSameOfACase) {
    const auto rich_document = parsed(to_junit(sample_run(), rich));
    const auto strict_document = parsed(to_junit(sample_run(), strict));
    const auto rich_cases = cases_of(rich_document), strict_cases = cases_of(strict_document);
    ASSERT_EQ(rich_cases.size(), strict_cases.size());
    for (std::size_t i = 0; i < rich_cases.size(); ++i) {
        const std::string out = strict_cases[i].child("system-out").text().get();
        for (const auto& [name, value] : properties_of(rich_cases[i]))
            EXPECT_THAT(out, HasSubstr("[[PROPERTY|" + name + "=" + value + "]]\n"));
        EXPECT_STREQ(rich_cases[i].attribute("name").value(), strict_cases[i].attribute("name").value());
        EXPECT_TRUE(strict_cases[i].child("properties").empty());
        EXPECT_TRUE(strict_cases[i].attribute("file").empty());
    }
}

TEST(JunitRule11, EveryFileOfTheStrictFlavorIsValid) {
    for (const auto& run : {sample_run(), hostile_run()})
        each_junit_file(run, strict, [](const std::string& name, const JunitFile& write) {
            EXPECT_EQ(validate(collected(write)), 0) << name;
        });
}

TEST(JunitRule12, EveryByteAndEveryNonCharacterIsMadeLegal) {
    EXPECT_EQ(xml_safe("a\tb\nc"), "a\tb\nc");
    EXPECT_EQ(xml_safe(std::string_view("\0\x01\x1f", 3)), "\\x00\\x01\\x1f");
    EXPECT_EQ(xml_safe("\xc3\xbc \xf0\x9f\x98\x80"), "\xc3\xbc \xf0\x9f\x98\x80");
    EXPECT_EQ(xml_safe("\xff"), "\xef\xbf\xbd");
    EXPECT_EQ(xml_safe("end \xe2\x82"), "end \xef\xbf\xbd");
    EXPECT_EQ(xml_safe("\xef\xbf\xbe\xef\xbf\xbf"), "\\xfffe\\xffff");
    EXPECT_THAT(xml_safe("\xed\xa0\x80"), Not(HasSubstr("\xed")));
    for (int byte = 0; byte < 256; ++byte) {
        auto one = plain(Verdict::error);
        one.reason = one.title = std::string("<") + static_cast<char>(byte) + "]]>";
        one.notes = {one.title};
        const auto text = to_junit(run_of({one}), rich);
        EXPECT_TRUE(is_utf8_without_controls(text)) << byte;
        // In an attribute it is legal.
        EXPECT_EQ(std::regex_replace(text, std::regex("\"[^\"]*\""), "").find("]]>"), std::string::npos) << byte;
        parsed(text);
    }
}

TEST(JunitRule12, TheLimitHoldsForWhatIsWritten) {
    for (const auto& options : {rich, strict}) {
        const auto document = parsed(to_junit(hostile_run(), options));
        for (const auto one : cases_of(document))
            for (const auto* name : {"system-out", "failure", "error"})
                EXPECT_LT(std::string(one.child(name).text().get()).size(), 64u * 1024 + 200) << name;
    }
}

TEST(JunitRule12, HeadAndTailAreNotCutWithinACharacter) {
    auto one = plain(Verdict::pass);
    one.notes = {"x"};
    for (int i = 0; i < 40'000; ++i) one.notes.front() += "\xc3\xbc";
    EXPECT_THAT(to_junit(run_of({one}), rich), AllOf(HasSubstr("bytes left out"), Not(HasSubstr("\xef\xbf\xbd"))));
    one.notes.front() += "x";
    EXPECT_THAT(to_junit(run_of({one}), rich), AllOf(HasSubstr("bytes left out"), Not(HasSubstr("\xef\xbf\xbd"))));
}

}  // namespace
}  // namespace hubspec::reports

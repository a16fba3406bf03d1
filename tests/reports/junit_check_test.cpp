// The checker against files that readers are known to stumble over, and against our own.

#include "reports/junit_check.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/reports/support/sample.hpp"

namespace hubspec::reports {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

std::vector<std::string> said(std::string_view text, JunitFlavor flavor = JunitFlavor::rich) {
    std::vector<std::string> all;
    for (const auto& problem : check_junit(text, flavor))
        all.push_back(std::to_string(problem.line) + ": " + problem.text);
    return all;
}

/// A document of one suite with these lines; the counters are right for one case that passes.
std::string with(const std::string& cases, const std::string& counters = R"(tests="1" failures="0" errors="0")") {
    return "<testsuites " + counters + " time=\"0.000\">\n<testsuite name=\"s\" " + counters + " time=\"0.000\">\n" +
           cases + "\n</testsuite>\n</testsuites>\n";
}
const std::string open_case = R"(<testcase name="a" classname="c" time="0.100">)";

TEST(JunitCheck, WhatThisToolWritesIsInOrder) {
    for (const auto& run : {test::sample_run(), test::hostile_run()})
        for (const auto flavor : {JunitFlavor::rich, JunitFlavor::strict})
            for (const auto granularity : {Granularity::scenario, Granularity::step, Granularity::requirement}) {
                EXPECT_THAT(said(to_junit(run, {flavor, false, granularity}), flavor), IsEmpty());
                each_junit_file(run, {flavor, true, granularity}, [&](const std::string& name, const JunitFile& write) {
                    EXPECT_THAT(said(collected(write), flavor), IsEmpty()) << name;
                });
            }
}

TEST(JunitCheck, TellsBytesThatAreNoXml) {
    EXPECT_THAT(said(""), ElementsAre("1: this is no XML: No document element found"));
    EXPECT_THAT(said("<testsuites>\n<a></testsuites>"), ElementsAre("2: this is no XML: Start-end tags mismatch"));
    EXPECT_THAT(said("<a>\n\x1b[31m</a>"), ElementsAre("2: XML has no character \\x1b"));
    EXPECT_THAT(said("<a>\n\xff</a>"), ElementsAre("2: these bytes are no UTF-8"));
}

TEST(JunitCheck, TellsAnotherShape) {
    EXPECT_THAT(said("<!DOCTYPE x>\n<testsuite/>"),
                ElementsAre("1: a DOCTYPE is refused by careful readers",
                            "2: the root is <testsuite>, <testsuites> is expected"));
    EXPECT_THAT(said(with(open_case + "</testcase>\n<testsuite name=\"n\"/>")),
                ElementsAre("4: <testsuite> in <testsuite>: some readers look no deeper than two levels"));
    EXPECT_THAT(said(with(open_case + "</testcase>\n<error/>")),
                ElementsAre("4: <error> in <testsuite>: it must stand in a <testcase>"));
}

TEST(JunitCheck, TellsNamesThatCollideAreMissingOrTooLong) {
    EXPECT_THAT(
        said(with(open_case + "</testcase>\n" + open_case + "</testcase>", R"(tests="2" failures="0" errors="0")")),
        ElementsAre("4: the name \"a\" is that of line 3 too; of cases with one name some readers keep the first "
                    "only"));
    EXPECT_THAT(said(with(R"(<testcase name="" time="0.000"/>)")),
                ElementsAre("3: <testcase> without name", "3: classname is missing"));
    EXPECT_THAT(said(with("<testcase name=\"" + std::string(513, 'x') + "\" classname=\"c\" time=\"0.000\"/>")),
                ElementsAre("3: a name of 513 bytes; 512 are shown"));
}

TEST(JunitCheck, TellsTimesThatValidatorsRefuse) {
    for (const auto* time : {"0.1234", "1", "1.5", "1,500", "", "1e3", "-1.000"})
        EXPECT_THAT(said(with(std::string("<testcase name=\"a\" classname=\"c\" time=\"") + time + "\"/>")),
                    ElementsAre(std::string("3: time \"") + time + "\" is not seconds with three decimals"));
    auto text = with(open_case + "</testcase>");
    text.replace(text.find("name=\"s\""), 8, "name=\"s\" timestamp=\"2026-01-15T10:00:00Z\"");
    EXPECT_THAT(said(text),
                ElementsAre("2: timestamp \"2026-01-15T10:00:00Z\" is no UTC time without zone and fraction"));
}

TEST(JunitCheck, TellsOutcomesThatSayTooMuchOrTooLittle) {
    EXPECT_THAT(said(with(open_case + R"(<failure type="t" message="m"/><skipped message="m"/></testcase>)",
                          R"(tests="1" failures="1" errors="0")")),
                ElementsAre("3: a case has one outcome; there are 2"));
    EXPECT_THAT(said(with(open_case + "<error/></testcase>", R"(tests="1" failures="0" errors="1")")),
                ElementsAre("3: <error> without message", "3: <error> without type"));
    EXPECT_THAT(said(with(open_case + "<skipped/></testcase>")), ElementsAre("3: <skipped> without message"));
    EXPECT_THAT(said(with(open_case + "<rerunError/></testcase>")),
                ElementsAre("3: <rerunError> is known to few readers; the Failure form is to all"));
}

TEST(JunitCheck, TellsCountersThatLie) {
    EXPECT_THAT(said(with(open_case + R"(<failure type="t" message="m"/></testcase>)")),
                ElementsAre("1: failures=\"0\" on <testsuites>, but there are 1",
                            "2: failures=\"0\" on <testsuite>, but there are 1"));
    EXPECT_THAT(said(with(open_case + "</testcase>", R"(tests="1" failures="0")")),
                ElementsAre("1: errors=\"\" on <testsuites>, but there are 0",
                            "2: errors=\"\" on <testsuite>, but there are 0"));
}

TEST(JunitCheck, TellsAttachmentsThatAreNoLine) {
    const auto out = [](const std::string& text) {
        return with(open_case + "<system-out>" + text + "</system-out></testcase>");
    };
    EXPECT_THAT(said(out("a\n[[ATTACHMENT|out/x.png]]\nb")), IsEmpty());
    EXPECT_THAT(said(out("see [[ATTACHMENT|out/x.png]]")),
                ElementsAre("3: an [[ATTACHMENT|...]] that is no line of its own"));
}

TEST(JunitCheck, TheStrictFlavourIsThatOfValidatingReaders) {
    const auto text = with("<testcase name=\"a\" classname=\"c\" time=\"0.000\" file=\"f\"><properties/></testcase>");
    EXPECT_THAT(said(text), IsEmpty());
    EXPECT_THAT(said(text, JunitFlavor::strict),
                ElementsAre("3: validating readers refuse file on <testcase>",
                            "3: validating readers refuse <properties> in a <testcase>"));
}

}  // namespace
}  // namespace hubspec::reports

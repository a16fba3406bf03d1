#include "reports/certificate.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace hubspec::reports {
namespace {

using namespace model;
using std::chrono::microseconds;
using testing::HasSubstr;
using testing::Not;

CaseResult one_case(const std::string& scenario, Verdict verdict) {
    CaseResult one;
    one.scenario = one.name = scenario;
    one.title = "Title <b>";
    one.verdict = verdict;
    one.requirements = {"R-1"};
    return one;
}

RunResult certified() {
    RunResult run;
    run.seat = "hub";
    run.tool_version = "1.0";
    run.started_at = "2026-01-02T03:04:05.678Z";
    run.api_version = "2021-04-12";
    Certification made;
    made.device = "my \"sensor\"";
    made.version = "2";
    made.is_whole = true;
    made.claims = {{"telemetry", true, true, 2, Verdict::pass}, {"will", false, false}};
    run.certification = made;
    run.cases = {one_case("certify/a", Verdict::pass)};
    Requirement requirement;
    requirement.id = "R-1";
    requirement.text = "It is <so>.";
    requirement.level = Level::must;
    run.requirements = {requirement};
    return run;
}

TEST(Certificate, OfARightDevice) {
    const auto yaml = to_certificate_yaml(certified());
    EXPECT_THAT(yaml, HasSubstr("verdict: \"conformant\"\ndevice: \"my \\\"sensor\\\"\"\n"));
    EXPECT_THAT(yaml, HasSubstr("levels:\n  must: {held: 1, broken: 0}\n"));
    EXPECT_THAT(yaml, HasSubstr("  telemetry: {claim: \"claimed and seen\", cases: 2, verdict: \"pass\"}\n"
                                "  will: {claim: \"not claimed\"}\n"));
    EXPECT_THAT(yaml, HasSubstr("reconnects: {}\nfindings: []\nnot_tested: []\n"));
}

TEST(Certificate, IsNotBentByABaseline) {
    auto run = certified();
    run.cases.push_back(one_case("certify/b", Verdict::expected_failure));
    EXPECT_THAT(to_certificate_yaml(run), HasSubstr("verdict: \"not conformant\"\n"));
}

TEST(Certificate, OfAWrongDeviceNamesWhatItBreaks) {
    auto run = certified();
    auto wrong = one_case("certify/b", Verdict::fail);
    Finding finding;
    finding.type = "conformance.must";
    finding.requirements = {"R-1"};
    finding.summary = "it came \"late\"";
    wrong.findings = {finding};
    run.cases.push_back(wrong);
    auto other = one_case("certify/c", Verdict::not_applicable);
    other.reason = "ics.twin is false, needed true";
    run.cases.push_back(other);
    const auto yaml = to_certificate_yaml(run);
    EXPECT_THAT(yaml, HasSubstr("verdict: \"not conformant\"\n"));
    EXPECT_THAT(yaml, HasSubstr("  must: {held: 0, broken: 1}\n"));
    EXPECT_THAT(yaml, HasSubstr("  - {verdict: fail, requirements: [R-1], scenario: \"certify/b\",\n"
                                "     text: \"it came \\\"late\\\"\"}\n"));
    EXPECT_THAT(yaml, HasSubstr("  - {reason: \"the statement does not have 'twin'\", scenarios: [certify/c]}\n"));
    const auto html = to_certificate_html(run);
    EXPECT_THAT(html, HasSubstr("<p class=\"verdict fail\">not conformant</p>"));
    EXPECT_THAT(html, HasSubstr("It is &lt;so&gt;."));
    EXPECT_THAT(html, Not(HasSubstr("<so>")));
}

TEST(Certificate, AClaimThatIsNeverSeenOrNeverTestedIsNoPass) {
    auto run = certified();
    run.certification->claims = {{"twin", true, false, 3, Verdict::pass}, {"desired", true, true}};
    const auto yaml = to_certificate_yaml(run);
    EXPECT_THAT(yaml, HasSubstr("verdict: \"not conformant\"\n"));
    EXPECT_THAT(yaml, HasSubstr("  twin: {claim: \"claimed and never seen\", cases: 3, verdict: \"fail\"}\n"));
    EXPECT_THAT(yaml, HasSubstr("  desired: {claim: \"claimed and seen\", cases: 0, verdict: \"not tested\"}\n"));
}

TEST(Certificate, HasTheStatisticsOfReconnects) {
    auto run = certified();
    const auto milliseconds = [](int count) { return microseconds(count * 1000); };
    run.cases[0].reconnects = {
        {"FIN", 1, milliseconds(100)}, {"FIN", 2, milliseconds(200)}, {"RST", 1, milliseconds(5)}};
    auto second = one_case("certify/b", Verdict::pass);
    second.reconnects = {{"FIN", 1, milliseconds(300)}, {"FIN", 2, milliseconds(400)}};
    run.cases.push_back(second);
    const auto yaml = to_certificate_yaml(run);
    EXPECT_THAT(yaml, HasSubstr("  \"FIN\": {times: 4, least: 100, median: 300, most: 400, jitter: 0.33, "
                                "series: [300, 400]}\n"
                                "  \"RST\": {times: 1, least: 5, median: 5, most: 5, jitter: 0.00, series: [5]}\n"));
    EXPECT_THAT(to_certificate_html(run),
                HasSubstr("<tr><th scope=\"row\">FIN</th><td>4</td><td>100</td><td>300</td><td>400</td><td>33 %</td>"
                          "<td>300, 400</td></tr>"));
}

}  // namespace
}  // namespace hubspec::reports

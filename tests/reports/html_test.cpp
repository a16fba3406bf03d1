#include "reports/html.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <utf8.h>
#include <zlib.h>

#include <nlohmann/json.hpp>
#include <regex>

#include "harness/iothub/sas_token.hpp"
#include "reports/results_json.hpp"
#include "tests/reports/support/sample.hpp"

namespace hubspec::reports {
namespace {

using namespace model;
using Json = nlohmann::ordered_json;
using testing::HasSubstr;
using testing::Not;

Protocol sample_protocol() {
    Requirement first;
    first.id = "REPORTED-10";
    first.area = "REPORTED";
    first.text = "Status 200 is no more.";
    first.reason = "nobody can see it";
    Requirement second;
    second.id = "REPORTED-11";
    second.area = "REPORTED";
    second.text = "What the catalogue says today.";
    return {{"REPORTED",
             "Reported properties",
             {{first, model::Standing::not_observable, {}, {}},
              {second, model::Standing::proven, {"reported/patch-is-answered-204"}, {"patch-answers-200"}}}}};
}

/// What stands in the page under an id, opened.
std::string opened(const std::string& page, const std::string& id) {
    const auto begin = page.find("<script type=\"text/plain\" id=\"" + id + "\">");
    if (begin == page.npos) return "there is none";
    const auto from = page.find('>', begin) + 1;
    const auto bytes = iothub::base64_decode(std::string_view(page).substr(from, page.find('<', from) - from));
    std::string text(64 << 20, '\0');
    auto size = static_cast<uLongf>(text.size());
    if (!bytes || ::uncompress(reinterpret_cast<Bytef*>(text.data()), &size, bytes->data(), bytes->size()) != Z_OK)
        return "it cannot be opened";
    text.resize(size);
    return text;
}

/// The page without what is the same in every report, and without what is compressed.
std::string frame(std::string page) {
    const auto cut = [&](const std::string& begin, const std::string& end) {
        for (auto at = page.find(begin); at != page.npos; at = page.find(begin, at + begin.size())) {
            at += begin.size();
            page.replace(at, page.find(end, at) - at, "...");
        }
    };
    cut("<style>", "</style>");
    cut("<script>", "</script>");
    cut("sha256-", "'");
    cut("<svg class=\"symbols\"", "</svg>\n<a");
    for (const auto* id : {"index", "b0"}) cut("id=\"" + std::string(id) + "\">", "</script>");
    return page;
}

TEST(Html, LooksLikeThis) {
    const auto page = frame(to_html(test::sample_run(), sample_protocol()));
    EXPECT_EQ(page, test::golden("page.html", page));
}

TEST(Html, ItsScriptReadsThis) {
    const auto data = html_data(test::sample_run(), sample_protocol());
    ASSERT_EQ(data.blocks.size(), 1u);
    const auto text = Json::parse(data.index).dump(1) + "\n" + Json::parse(data.blocks[0]).dump(1) + "\n";
    EXPECT_EQ(text, test::golden("page.json", text));
}

TEST(Html, HasItsDataCompressed) {
    auto run = test::sample_run();
    while (run.cases.size() < 100) run.cases.push_back(run.cases[run.cases.size() % 7]);
    const auto page = to_html(run, {});
    const auto data = html_data(run, {});
    EXPECT_EQ(opened(page, "index"), data.index);
    ASSERT_GT(data.blocks.size(), 1u);
    for (std::size_t i = 0; i < data.blocks.size(); ++i)
        EXPECT_EQ(opened(page, "b" + std::to_string(i)), data.blocks[i]);
    EXPECT_EQ(page, to_html(run, {}));
}

TEST(Html, OfStoredResultsIsTheSame) {
    auto run = test::sample_run();
    run.requirements[0].reason = "a stored result does not keep it";
    const auto stored = std::get<RunResult>(from_results_json(to_results_json(run)));
    EXPECT_EQ(to_html(stored, sample_protocol()), to_html(run, sample_protocol()));
    EXPECT_EQ(to_html(stored, {}), to_html(run, {}));
}

TEST(Html, ARequirementHasTheWordsThatTheRunWasJudgedBy) {
    const auto areas = Json::parse(html_data(test::sample_run(), sample_protocol()).index)["areas"];
    ASSERT_EQ(areas.size(), 1u);
    EXPECT_EQ(areas[0]["title"], "Reported properties");
    const auto& rows = areas[0]["requirements"];
    ASSERT_EQ(rows.size(), 2u);
    EXPECT_EQ(rows[0]["standing"], "not observable");
    EXPECT_EQ(rows[0]["reason"], "nobody can see it");
    EXPECT_EQ(rows[1]["text"], "Status 204 = success, no content.");
    EXPECT_EQ(rows[1]["standing"], "proven");
    EXPECT_EQ(rows[0]["seen"], "");
    EXPECT_EQ(rows[1]["seen"], "broken");
}

TEST(Html, WhatTheProtocolDoesNotKnowComesBehindIt) {
    auto run = test::sample_run();
    run.requirements[0].id = "OWN-01";
    run.requirements[0].area = "OWN";
    const auto areas = Json::parse(html_data(run, sample_protocol()).index)["areas"];
    ASSERT_EQ(areas.size(), 2u);
    EXPECT_EQ(areas[1]["name"], "OWN");
    EXPECT_EQ(areas[1]["requirements"][0]["id"], "OWN-01");
}

TEST(Html, HostileTextIsNeverMarkup) {
    const auto run = test::hostile_run();
    const auto page = to_html(run, {});
    EXPECT_TRUE(utf8::is_valid(page.begin(), page.end()));
    EXPECT_EQ(opened(page, "index"), html_data(run, {}).index);
    const auto head = page.substr(0, page.find("<style>"));
    EXPECT_THAT(head, Not(HasSubstr("<&")));
    EXPECT_THAT(head, HasSubstr("\\x1b[31m &lt;&amp;&quot;'&gt;"));
    const auto hostile = frame(page), plain = frame(to_html(test::sample_run(), {}));
    EXPECT_EQ(std::count(hostile.begin(), hostile.end(), '<'), std::count(plain.begin(), plain.end(), '<'));
}

TEST(Html, OnlyWhatItsPolicyNamesMayRun) {
    const auto page = to_html(test::sample_run(), {});
    EXPECT_THAT(page, HasSubstr("default-src 'none'"));
    EXPECT_TRUE(std::regex_search(page, std::regex("script-src 'sha256-[A-Za-z0-9+/]{43}='")));
    EXPECT_THAT(page, Not(HasSubstr("unsafe-inline")));
    EXPECT_THAT(page, Not(HasSubstr("{{")));
}

TEST(Html, SaysTheAnswerInItsTitle) {
    const auto title = [](const RunResult& run) {
        const auto page = to_html(run, {});
        const auto from = page.find("<title>") + 7;
        return page.substr(from, page.find("</title>") - from);
    };
    RunResult run;
    run.target = "t";
    EXPECT_EQ(title(run), "There are no cases · t · hubspec");
    run.cases.resize(2);
    EXPECT_EQ(title(run), "All 2 cases passed · t · hubspec");
    run.cases[0].verdict = Verdict::warn;
    EXPECT_EQ(title(run), "All held, 1 case with a warning · t · hubspec");
    run.cases[0].verdict = Verdict::inconclusive;
    EXPECT_EQ(title(run), "1 case could not be judged · t · hubspec");
    run.cases[0].verdict = Verdict::expected_failure;
    EXPECT_EQ(title(run), "Nothing unexpected; 1 case failed as expected · t · hubspec");
    run.interrupted = true;
    EXPECT_EQ(title(run), "The run was interrupted · t · hubspec");
    run.cases[0].verdict = Verdict::error;
    EXPECT_EQ(title(run), "1 case ended in an error · t · hubspec");
    run.cases[1].verdict = Verdict::fail;
    EXPECT_EQ(title(run), "1 of 2 cases failed · t · hubspec");
    run.setup_failure = "no hub";
    EXPECT_EQ(title(run), "No case could begin · t · hubspec");
}

/// A device's case whose record has more than its lines.
RunResult recorded(std::size_t payload) {
    mqtt::Publish publish;
    publish.topic = "a";
    publish.payload.assign(payload, 0x41);
    RunResult run;
    run.cases.resize(1);
    run.cases[0].trace = {{{}, "device", "received", "PUBLISH a", "30 ... (400 bytes)", {}},
                          {{}, "app", "sent", "asked {}", "", {}}};
    run.cases[0].record = Record{{}, {{{}, PacketReceived{"main", publish}}, {{}, AppAsked{"x", Value("all of it")}}}};
    return run;
}

TEST(Html, TakesWholePacketsFromTheRecord) {
    const auto one = Json::parse(html_data(recorded(400), {}).blocks[0])[0];
    EXPECT_EQ(one["trace"][0]["hex"].get<std::string>().size(), (2 + 1 + 3 + 400) * 3 - 1);
    EXPECT_EQ(one["events"]["1"]["appAsked"]["request"], "all of it");
    EXPECT_FALSE(one["events"].contains("0"));
}

TEST(Html, LeavesAVeryLargePacketCut) {
    const auto one = Json::parse(html_data(recorded(1 << 20), {}).blocks[0])[0];
    EXPECT_EQ(one["trace"][0]["hex"], "30 ... (400 bytes)");
}

TEST(Html, ShowsWhatADeviceClaims) {
    auto run = test::sample_run();
    Certification certification;
    certification.device = "sensor";
    certification.claims = {{"twin", true, false, 1, Verdict::pass}, {"methods", false, true, 0, Verdict::pass}};
    certification.exceptions = {{"X-DEV-13", "fixed in 2.2"}};
    run.certification = certification;
    run.cases[0].reconnects = {{"FIN", 1, std::chrono::milliseconds(20)}, {"FIN", 2, std::chrono::milliseconds(40)}};
    const auto shown = Json::parse(html_data(run, {}).index)["certificate"];
    EXPECT_EQ(shown["verdict"], "not conformant");
    EXPECT_EQ(shown["claims"][0]["claim"], "claimed and never seen");
    EXPECT_EQ(shown["claims"][0]["verdict"], "fail");
    EXPECT_EQ(shown["claims"][1]["verdict"], "");
    EXPECT_EQ(shown["exceptions"][0], Json::array({"X-DEV-13", "fixed in 2.2"}));
    EXPECT_EQ(shown["reconnects"][0]["series"], Json::array({20.0, 40.0}));
}

TEST(Html, WhatOnlyWaitsForTheSetupIsNoFailureOfItsOwn) {
    auto run = test::sample_run();
    const auto waiting = std::find_if(run.cases.begin(), run.cases.end(),
                                      [](const CaseResult& one) { return one.verdict == Verdict::error; });
    run.setup_failure = waiting->reason;
    const auto index = Json::parse(html_data(run, {}).index);
    ASSERT_FALSE(index["failures"].empty());
    for (const auto& failure : index["failures"])
        EXPECT_NE(failure["first"].get<std::ptrdiff_t>(), waiting - run.cases.begin());
    EXPECT_EQ(index["run"]["setupFailure"], run.setup_failure);
}

}  // namespace
}  // namespace hubspec::reports

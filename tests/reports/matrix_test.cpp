#include "reports/matrix.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <regex>

#include "reports/run_names.hpp"
#include "tests/reports/support/sample.hpp"

namespace hubspec::reports {
namespace {

using model::RunResult;
using test::golden;
using test::hostile_run;
using test::sample_run;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::Not;

RunResult other_hub() {
    auto run = sample_run();
    run.target = "emulator";
    run.cases.resize(1);
    return run;
}

TEST(Matrix, IsWhatWasAgreed) {
    const auto page = to_matrix({sample_run(), other_hub()});
    EXPECT_EQ(page, golden("matrix.html", page));
}

TEST(Matrix, EachCellLeadsToItsEvidence) {
    const auto page = to_matrix({sample_run(), other_hub()});
    const std::regex link("href=\"#([^\"]+)\"");
    int links = 0;
    for (auto at = std::sregex_iterator(page.begin(), page.end(), link); at != std::sregex_iterator(); ++at, ++links)
        EXPECT_THAT(page, HasSubstr("<section id=\"" + (*at)[1].str() + "\">"));
    EXPECT_EQ(links, 2);
    EXPECT_THAT(page, HasSubstr(">✗ broken</a>"));
    EXPECT_THAT(page, HasSubstr(">✓ held</a>"));
}

TEST(Matrix, TellsRunsOfOneTargetApart) {
    const auto first = sample_run(), other = other_hub();
    auto later = sample_run();
    later.started_at = "2026-02-01T10:00:00.000Z";
    EXPECT_THAT(names_of({&first, &later, &other}),
                ElementsAre("reference hub, 2026-01-15 10:00:00", "reference hub, 2026-02-01 10:00:00", "emulator"));
}

TEST(Matrix, MarksRowsThatAreTheSame) {
    EXPECT_THAT(to_matrix({sample_run(), sample_run()}), HasSubstr("<tr class=\"same\">"));
    EXPECT_THAT(to_matrix({sample_run(), other_hub()}), Not(HasSubstr("<tr class=\"same\">")));
}

TEST(Matrix, OfHostileTextHasNoMarkupOfItsOwn) {
    const auto page = to_matrix({hostile_run()});
    EXPECT_THAT(page, Not(HasSubstr("<&")));
    EXPECT_EQ(page.find('\x1b'), std::string::npos);
    EXPECT_LT(page.size(), 4'000'000u);
}

}  // namespace
}  // namespace hubspec::reports

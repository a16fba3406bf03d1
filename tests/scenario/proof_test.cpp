#include "harness/scenario/proof.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>

namespace hubspec::scenario {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

const Proof proof{{"KEEP-09", {"keep-alive-never-closes"}}, {"TWIN-01", {"twin-answer-never-comes", "twins-are-off"}}};

TEST(Proof, IsReadAsItWasWritten) {
    const auto path = std::filesystem::path(testing::TempDir()) / "hubspec-proof-test.yaml";
    std::ofstream(path) << format_proof(proof);
    const auto loaded = load_proof(path.string());
    std::filesystem::remove(path);
    EXPECT_TRUE(loaded.diagnostics.empty());
    EXPECT_EQ(loaded.proof, proof);
}

TEST(Proof, AFileThatIsMissingProvesNothing) {
    const auto loaded = load_proof("/no/such/file.yaml");
    EXPECT_TRUE(loaded.diagnostics.empty());
    EXPECT_TRUE(loaded.proof.empty());
}

TEST(Proof, IsComparedByRequirementWhateverDeviationProvesIt) {
    const Proof other{{"TWIN-01", {"twins-are-off"}}, {"WILL-04", {"will-is-never-sent"}}};
    EXPECT_THAT(missing(proof, other), ElementsAre("KEEP-09"));
    EXPECT_THAT(missing(other, proof), ElementsAre("WILL-04"));
    EXPECT_THAT(missing(proof, proof), IsEmpty());
}

}  // namespace
}  // namespace hubspec::scenario

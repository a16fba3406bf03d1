// Every way in which a scenario can be wrong, with the whole text of what is said. tests/scenario/wrong/NAME.yaml is
// the scenario, NAME.txt what is said of it; HUBSPEC_UPDATE_GOLDEN=1 writes the latter anew.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>

#include "harness/scenario/load.hpp"
#include "harness/scenario/requirements.hpp"

namespace hubspec::scenario {
namespace {

namespace fs = std::filesystem;
using testing::HasSubstr;

const fs::path folder = HUBSPEC_SOURCE_DIR "/tests/scenario/wrong";

std::string read(const fs::path& path) {
    std::ifstream in(path, std::ios::binary);
    return {std::istreambuf_iterator<char>(in), {}};
}

std::vector<std::string> names() {
    std::vector<std::string> all;
    for (const auto& entry : fs::directory_iterator(folder))
        if (entry.path().extension() == ".yaml") all.push_back(entry.path().stem().string());
    std::sort(all.begin(), all.end());
    return all;
}

const model::Catalogue& catalogue() {
    static const auto loaded = load_catalogue(HUBSPEC_SOURCE_DIR "/scenarios/requirements");
    return loaded.catalogue;
}

class Wrong : public testing::TestWithParam<std::string> {};

TEST_P(Wrong, IsSaidWithPlaceLineAndRemedy) {
    const std::string file = GetParam() + ".yaml";
    const auto loaded = load_text(file, read(folder / file), &catalogue());
    const auto said = format(loaded.diagnostics);
    const auto expected = folder / (GetParam() + ".txt");
    if (std::getenv("HUBSPEC_UPDATE_GOLDEN") != nullptr) std::ofstream(expected, std::ios::binary) << said;
    EXPECT_EQ(said, read(expected));
    EXPECT_TRUE(has_errors(loaded.diagnostics));
    EXPECT_TRUE(loaded.scenarios.empty());
}

INSTANTIATE_TEST_SUITE_P(Scenarios, Wrong, testing::ValuesIn(names()), [](const auto& one) { return one.param; });

TEST(Diagnostics, BytesThatAreNoUtf8AreShownByTheirPlace) {
    const auto loaded = load_text("x.yaml", "title: A\nverifies: [\xff\xfe]\nsteps: []\n");
    EXPECT_THAT(format(loaded.diagnostics), testing::AllOf(HasSubstr("x.yaml:2:12: error: "), HasSubstr("UTF-8")));
}

TEST(Diagnostics, AByteOrderMarkIsNoPartOfTheText) {
    EXPECT_EQ(
        load_text(
            "x.yaml",
            "\xEF\xBB\xBFtitle: A\nverifies: [CONN-02]\nsteps:\n  - wire: {connect: {}}\n  - hub: {connack: {}}\n")
            .scenarios.size(),
        1u);
}

TEST(Diagnostics, DeepNestingIsRefused) {
    const auto loaded = load_text("x.yaml", "title: A\nverifies: " + std::string(100'000, '[') + "\n");
    EXPECT_TRUE(has_errors(loaded.diagnostics));
    EXPECT_LT(format(loaded.diagnostics).size(), 100'000u);
}

TEST(Diagnostics, AFileOfManyProblemsIsCutShort) {
    std::string text = "title: A\nverifies: [CONN-02]\nsteps:\n";
    for (int i = 0; i < 500; ++i) text += "  - device: {conect: {}}\n";
    const auto loaded = load_text("x.yaml", text);
    EXPECT_EQ(loaded.diagnostics.size(), 101u);
    EXPECT_THAT(format(loaded.diagnostics), HasSubstr("400 further problems in this file are not shown"));
}

class Files : public testing::Test {
protected:
    Files() {
        std::string pattern = (fs::temp_directory_path() / "hubspec-files-XXXXXX").string();
        root_ = ::mkdtemp(pattern.data());
    }
    ~Files() override { fs::remove_all(root_); }
    std::string write(const std::string& name, const std::string& text) const {
        fs::create_directories((root_ / name).parent_path());
        std::ofstream(root_ / name, std::ios::binary) << text;
        return (root_ / name).string();
    }
    static std::string scenario(const std::string& steps) { return "title: A\nverifies: [CONN-02]\nsteps:\n" + steps; }
    fs::path root_;
    static constexpr const char* connects = "  - wire: {connect: {}}\n  - hub: {connack: {return_code: 0}}\n";
};

TEST_F(Files, TenMegabytesAreNotRead) {
    const auto path = write("big.yaml", std::string(10 * 1024 * 1024, '#'));
    EXPECT_EQ(format(load_suite({path}, nullptr).diagnostics),
              path + ": error: the file has 10485760 bytes; more than 1048576 are not read\n");
}

TEST_F(Files, WhatIsMissingOrUnreadableIsNamed) {
    EXPECT_THAT(format(load_suite({(root_ / "none.yaml").string()}, nullptr).diagnostics),
                testing::AllOf(HasSubstr("none.yaml"), HasSubstr("error: ")));
    fs::create_directory(root_ / "folder.yaml");
    write("folder.yaml/inside.yaml", scenario(connects));
    EXPECT_EQ(load_suite({(root_ / "folder.yaml").string()}, nullptr).scenarios.size(), 1u);
}

TEST_F(Files, IdsArePathsBelowTheSuiteInOrder) {
    for (const auto* name : {"scenarios/b/two.yaml", "scenarios/a/one.yaml", "scenarios/requirements/x.yaml",
                             "scenarios/.hidden/x.yaml", "scenarios/a/.x.yaml"})
        write(name, scenario(connects));
    const auto loaded = load_suite({(root_ / "scenarios").string()}, nullptr);
    ASSERT_EQ(loaded.scenarios.size(), 2u) << format(loaded.diagnostics);
    EXPECT_EQ(loaded.scenarios[0].id, "a/one");
    EXPECT_EQ(loaded.scenarios[1].id, "b/two");
    EXPECT_EQ(load_suite({(root_ / "scenarios/b/two.yaml").string()}, nullptr).scenarios.front().id, "b/two");
}

TEST_F(Files, OneThatIsNotWantedIsNotLookedAt) {
    write("scenarios/a/one.yaml", scenario(connects));
    write("scenarios/b/broken.yaml", "steps: [");
    const auto loaded = load_suite({(root_ / "scenarios").string()}, nullptr,
                                   [](const std::string& id) { return id.starts_with("a/"); });
    ASSERT_EQ(loaded.scenarios.size(), 1u);
    EXPECT_EQ(format(loaded.diagnostics), "");
}

TEST_F(Files, ManyAreReadInTheirOrder) {
    for (int i = 100; i < 200; ++i) write("scenarios/a/" + std::to_string(i) + ".yaml", scenario(connects));
    const auto loaded = load_suite({(root_ / "scenarios").string()}, nullptr);
    ASSERT_EQ(loaded.scenarios.size(), 100u);
    for (int i = 0; i < 100; ++i)
        EXPECT_EQ(loaded.scenarios[static_cast<std::size_t>(i)].id, "a/" + std::to_string(100 + i));
}

TEST_F(Files, AYmlFileIsSaidToBeLeftOut) {
    write("a.yml", scenario(connects));
    EXPECT_THAT(format(load_suite({root_.string()}, nullptr).diagnostics),
                HasSubstr("a.yml: error: scenario files end in .yaml; this one is not read"));
}

TEST_F(Files, TheSameFileTwiceIsReadOnce) {
    const auto path = write("a.yaml", scenario(connects));
    EXPECT_EQ(load_suite({path, path, root_.string()}, nullptr).scenarios.size(), 1u);
}

TEST_F(Files, OpeningsGiveTheirStepsWithParameters) {
    write("scenarios/openings/connected.yaml",
          "parameters: {keep_alive: 60}\nsteps:\n  - wire: {connect: {keep_alive: \"{{keep_alive}}\"}}\n");
    write("scenarios/a/one.yaml",
          scenario("  - use: {opening: connected, with: {keep_alive: 7}}\n  - hub: {connack: {return_code: 0}}\n"));
    const auto loaded = load_suite({(root_ / "scenarios").string()}, nullptr);
    ASSERT_EQ(loaded.scenarios.size(), 1u) << format(loaded.diagnostics);
    EXPECT_EQ(loaded.scenarios.front().steps.size(), 2u);
    EXPECT_THAT(loaded.scenarios.front().steps.front().source,
                testing::AllOf(HasSubstr("keep_alive: 7"), HasSubstr("(opening connected)")));
}

TEST_F(Files, RepeatsCountFromOne) {
    const auto path = write("a.yaml", scenario("  - wire: {connect: {}}\n  - repeat: {times: 3, steps: [{wire: "
                                               "{publish: {topic: \"t/{{index}}\"}}}]}\n  - hub: {connack: {}}\n"));
    const auto loaded = load_suite({path}, nullptr);
    ASSERT_EQ(loaded.scenarios.size(), 1u) << format(loaded.diagnostics);
    EXPECT_EQ(loaded.scenarios.front().steps.size(), 5u);
    EXPECT_THAT(loaded.scenarios.front().steps[3].source, HasSubstr("t/3"));
}

TEST_F(Files, AWrongCatalogueIsSaidEntryByEntry) {
    write("a.yaml",
          "area: A\ntitle: x\nsource: y\nrequirements:\n  - {id: A-01, text: t, level: must, binds: hub, observable: "
          "wire}\n"
          "  - {id: A-01, text: t, level: must, binds: hub, observable: wire}\n  - {id: B-01, text: t, level: mst, "
          "binds: hub, observable: wire}\n");
    const auto loaded = load_catalogue(root_.string());
    EXPECT_EQ(loaded.catalogue.requirements.size(), 1u);
    EXPECT_THAT(format(loaded.diagnostics),
                testing::AllOf(HasSubstr("a.yaml:6:"), HasSubstr("the id 'A-01' was given already at"),
                               HasSubstr("a.yaml:7:")));
}

TEST(Suite, IsWithoutDiagnostics) {
    EXPECT_EQ(format(load_catalogue(HUBSPEC_SOURCE_DIR "/scenarios/requirements").diagnostics), "");
    const auto loaded = load_suite({HUBSPEC_SOURCE_DIR "/scenarios"}, &catalogue());
    EXPECT_EQ(format(loaded.diagnostics), "");
    EXPECT_GE(loaded.scenarios.size(), 60u);
}

}  // namespace
}  // namespace hubspec::scenario

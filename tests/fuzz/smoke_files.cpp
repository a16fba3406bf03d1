// Runs a fuzz target that reads files without libFuzzer: over those below HUBSPEC_SEEDS, folders and files with ':'
// between them, and HUBSPEC_MUTATIONS of each. With a folder as argument it writes the seeds there instead.
#include <filesystem>
#include <fstream>
#include <iterator>
#include <random>
#include <sstream>
#include <string>
#include <vector>

#include "tests/fuzz/smoke.hpp"

namespace {

namespace fs = std::filesystem;

std::string content(const fs::path& path) {
    std::ifstream in(path, std::ios::binary);
    return {std::istreambuf_iterator<char>(in), {}};
}

std::vector<std::string> seeds() {
    std::vector<std::string> all;
    std::istringstream places(HUBSPEC_SEEDS);
    for (std::string place; std::getline(places, place, ':');) {
        if (!fs::is_directory(place)) {
            all.push_back(content(place));
            continue;
        }
        for (const auto& entry : fs::recursive_directory_iterator(place))
            if (entry.path().extension() == ".yaml" && entry.path().string().find("requirements") == std::string::npos)
                all.push_back(content(entry.path()));
    }
    return all;
}

std::string mutated(std::string text, std::mt19937& random) {
    static const std::vector<std::string> pieces{"{",  "}",  "[",   "]",    ":",    ": ",   "- ",    "\n", "  ",
                                                 "\t", "\"", "'",   "&a ",  "*a",   "!!x ", "|",     ">",  "#",
                                                 "{{", "}}", "any", "null", "\xff", "0",    "---\n", "? ", "<<: "};
    for (unsigned left = 1 + random() % 3; left > 0; --left) {
        const std::size_t at = text.empty() ? 0 : random() % text.size();
        if (random() % 2 == 0)
            text.insert(at, pieces[random() % pieces.size()]);
        else
            text.erase(at, 1 + random() % 10);
    }
    return text;
}

}  // namespace

int main(int argc, char** argv) { return hubspec::fuzz::smoke(argc, argv, seeds(), HUBSPEC_MUTATIONS, mutated); }

#pragma once

#include <cstdint>
#include <fstream>
#include <random>
#include <string>
#include <vector>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size);

/// What the smoke programs have in common.
namespace hubspec::fuzz {

/// Some bytes changed, added and taken away.
inline std::vector<std::uint8_t> mutated(std::vector<std::uint8_t> all, std::mt19937& random) {
    for (unsigned left = 1 + random() % 5; left > 0; --left) {
        const auto at = static_cast<std::ptrdiff_t>(random() % all.size());
        switch (random() % 3) {
            case 0:
                all[static_cast<std::size_t>(at)] = static_cast<std::uint8_t>(random());
                break;
            case 1:
                all.insert(all.begin() + at, static_cast<std::uint8_t>(random()));
                break;
            default:
                all.erase(all.begin() + at);
                break;
        }
    }
    return all;
}

/// Runs the target over each seed and so many mutations of it, the same every time. With a folder as argument it writes
/// the seeds there instead.
template <class Seed, class Mutate>
int smoke(int argc, char** argv, const std::vector<Seed>& seeds, int mutations, Mutate mutate) {
    const auto run = [](const Seed& input) {
        LLVMFuzzerTestOneInput(reinterpret_cast<const std::uint8_t*>(input.data()), input.size());
    };
    unsigned number = 0;
    for (const auto& seed : seeds) {
        ++number;
        if (argc > 1) {
            std::ofstream(std::string(argv[1]) + "/seed-" + std::to_string(number), std::ios::binary)
                .write(reinterpret_cast<const char*>(seed.data()), static_cast<std::streamsize>(seed.size()));
            continue;
        }
        run(seed);
        std::mt19937 random(number);
        for (int i = 0; i < mutations; ++i) run(mutate(seed, random));
    }
    return 0;
}

}  // namespace hubspec::fuzz

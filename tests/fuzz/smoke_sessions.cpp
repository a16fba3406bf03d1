// Runs the session fuzz target without libFuzzer: over sequences of steps at random. With a folder as argument it
// writes some of them there instead.
#include <cstdint>
#include <fstream>
#include <random>
#include <string>
#include <vector>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size);

int main(int argc, char** argv) {
    std::mt19937 random(17);
    for (int i = 0; i < (argc > 1 ? 50 : 3000); ++i) {
        std::vector<std::uint8_t> steps(random() % 400);
        for (auto& step : steps) step = static_cast<std::uint8_t>(random());
        if (argc > 1)
            std::ofstream(std::string(argv[1]) + "/steps-" + std::to_string(i), std::ios::binary)
                .write(reinterpret_cast<const char*>(steps.data()), static_cast<std::streamsize>(steps.size()));
        else
            LLVMFuzzerTestOneInput(steps.data(), steps.size());
    }
    return 0;
}

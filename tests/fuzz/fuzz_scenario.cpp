#include <cstdint>
#include <cstdlib>
#include <string>

#include "harness/scenario/load.hpp"

using namespace hubspec::scenario;

/// Whatever a file holds, it is a scenario or something is said about it, with a place in the file.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const auto loaded = load_text("x.yaml", {reinterpret_cast<const char*>(data), size});
    if (loaded.scenarios.empty() != has_errors(loaded.diagnostics)) std::abort();
    if (format(loaded.diagnostics).empty() != loaded.diagnostics.empty()) std::abort();
    return 0;
}

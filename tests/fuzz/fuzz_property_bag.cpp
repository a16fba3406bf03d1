#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "harness/iothub/property_bag.hpp"
#include "harness/iothub/redact.hpp"

using namespace hubspec::iothub;

/// A bag survives being written and read again; so does every text being encoded and decoded.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::string_view text(reinterpret_cast<const char*>(data), size);
    const PropertyBag bag = parse_property_bag(text);
    if (parse_property_bag(format_property_bag(bag)) != bag) std::abort();
    if (percent_decode(percent_encode(text)) != text) std::abort();
    if (percent_decode(text).size() > size) std::abort();
    const std::string shown = redact(text);
    if (redact(shown) != shown) std::abort();
    return 0;
}

#include <cstdint>
#include <cstdlib>
#include <string_view>
#include <variant>

#include "harness/iothub/connection_string.hpp"

using namespace hubspec::iothub;

/// Whatever is read as a connection string is read the same when written again.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const auto read = parse_connection_string({reinterpret_cast<const char*>(data), size});
    const auto* connection_string = std::get_if<ConnectionString>(&read);
    if (connection_string == nullptr) return 0;
    if (connection_string->host_name.empty()) std::abort();
    if (parse_connection_string(format_connection_string(*connection_string)) != read) std::abort();
    return 0;
}

#include <cstdint>
#include <cstdlib>
#include <string_view>
#include <variant>

#include "harness/iothub/user_name.hpp"

using namespace hubspec::iothub;

/// Whatever is read as a user name is read the same when written again.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const auto read = parse_user_name({reinterpret_cast<const char*>(data), size});
    if (const auto* problem = std::get_if<UserNameProblem>(&read)) {
        if (describe(*problem).empty()) std::abort();
        return 0;
    }
    const auto& user_name = std::get<UserName>(read);
    if (user_name.host.empty() || user_name.device_id.empty() || user_name.module_id == "") std::abort();
    if (parse_user_name(format_user_name(user_name)) != read) std::abort();
    return 0;
}

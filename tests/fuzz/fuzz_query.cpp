#include <cstdint>
#include <cstdlib>
#include <string_view>
#include <variant>

#include "fixtures/hub/query.hpp"

using namespace hubspec::hub;

/// Whatever is read as a query can be run, and selects no more than there is; whatever is none is told with a place in
/// the text.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    static const std::vector<query::Json> twins{
        query::Json::parse(R"({"deviceId":"a","tags":{"a":"x"},"properties":{"reported":{"b":1}}})"),
        query::Json::parse(R"({"deviceId":"b","moduleId":"m","a":31,"tags":{}})")};
    const auto read = query::parse({reinterpret_cast<const char*>(data), size});
    if (const auto* problem = std::get_if<query::Problem>(&read)) {
        if (problem->text.empty() || problem->column < 1 || problem->column > size + 1) std::abort();
        return 0;
    }
    if (query::run(std::get<query::Query>(read), twins).size() > twins.size()) std::abort();
    return 0;
}

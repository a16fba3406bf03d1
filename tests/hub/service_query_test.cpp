// POST /devices/query.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/hub/support/answers.hpp"
#include "tests/hub/support/client.hpp"

namespace hubspec::hub {
namespace {

using namespace test;

TEST(ServiceQueries, ComeInPages) {
    World world;
    for (const char* id : {"E", "F"})
        world.call("PUT", "/devices/" + std::string(id) + version, R"({"deviceId":")" + std::string(id) + R"("})");
    const auto ask = [&](model::HttpHeaders headers) {
        const auto page =
            world.call("POST", "/devices/query" + version, R"({"query":"SELECT * FROM devices"})", std::move(headers));
        std::string ids;
        const auto twins = *model::parse_json(page.body);
        for (const auto& twin : *twins.array()) ids += *twin.find("deviceId")->text();
        return ids + " " + std::string(model::header(page.headers, "x-ms-continuation"));
    };
    EXPECT_EQ(ask({}), "DEF ");
    EXPECT_EQ(ask({{"x-ms-max-item-count", "3"}}), "DEF ");
    EXPECT_EQ(ask({{"x-ms-max-item-count", "2"}}), "DE 2");
    EXPECT_EQ(ask({{"x-ms-max-item-count", "2"}, {"x-ms-continuation", "2"}}), "F ");
    EXPECT_EQ(ask({{"x-ms-continuation", "4711"}}), " ");
}

TEST(ServiceQueries, SelectAndTellTheirType) {  // X-REST-28
    World world;
    world.hub.provision({"D", {}, {}, "M"}, world.now);
    const auto ask = [&](const std::string& query, model::HttpHeaders headers = {}) {
        return world.call("POST", "/devices/query" + version, R"({"query":")" + query + R"("})", std::move(headers));
    };
    const auto whole = ask("SELECT * FROM devices WHERE deviceId = 'E'");
    EXPECT_EQ(*json(whole).array()->front().find("deviceId"), model::Value("E"));
    EXPECT_EQ(model::header(whole.headers, "x-ms-item-type"), "Twin");
    const auto part = ask("SELECT deviceId, moduleId FROM devices.modules");
    EXPECT_EQ(part.body, R"([{"deviceId":"D","moduleId":"M"}])");
    EXPECT_EQ(model::header(part.headers, "x-ms-item-type"), "Raw");
    const auto wrong = ask("SELECT * FROM devices WHERE");
    EXPECT_EQ(error_name(wrong), "400 ArgumentInvalid");
    EXPECT_THAT(wrong.body, testing::HasSubstr("The query is wrong at column 28: expected a name."));
    EXPECT_EQ(error_name(ask("SELECT * FROM devices" + std::string(9000, ' '))), "400 ArgumentInvalid");
    for (const auto& [name, value] :
         {std::pair{"x-ms-max-item-count", "0"}, {"x-ms-max-item-count", "many"}, {"x-ms-continuation", "nonsense"}})
        EXPECT_EQ(error_name(ask("SELECT * FROM devices", {{name, value}})), "400 ArgumentInvalid") << name << value;
}

}  // namespace
}  // namespace hubspec::hub

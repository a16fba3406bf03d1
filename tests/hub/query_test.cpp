// The query language: what it reads, what it refuses and where, and what it selects.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "fixtures/hub/query.hpp"

namespace hubspec::hub::query {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

Json json(const char* text) { return Json::parse(text); }

const std::vector<Json>& twins() {
    static const std::vector<Json> all{
        json(R"({"deviceId":"a","status":"enabled","connectionState":"Connected","capabilities":{"iotEdge":true},
                 "tags":{"location":{"region":"US","plant":43},"on":true,"none":null},
                 "properties":{"desired":{"interval":30},"reported":{"type":"wired","list":[1],"load":0.5}}})"),
        json(R"({"deviceId":"b","status":"disabled","connectionState":"Disconnected","capabilities":{"iotEdge":false},
                 "tags":{"location":{"region":"EU"},"on":false,"FROM":"x","a b":1,"it's":"it's"},
                 "properties":{"desired":{"interval":60},"reported":{"type":"wifi"}}})"),
        json(R"({"deviceId":"c","status":"enabled","connectionState":"Disconnected","capabilities":{"iotEdge":false},
                 "tags":{},"properties":{"desired":{},"reported":{"type":"wired"}}})")};
    return all;
}

std::string problem(const std::string& text) {
    const auto read = parse(text);
    const auto* found = std::get_if<Problem>(&read);
    return found == nullptr ? "" : std::to_string(found->column) + ": " + found->text;
}

std::vector<std::string> rows(const std::string& text) {
    const auto read = parse(text);
    if (std::holds_alternative<Problem>(read)) return {problem(text)};
    std::vector<std::string> found;
    for (const auto& row : run(std::get<Query>(read), twins())) found.push_back(row.dump());
    return found;
}

/// The ids that a condition selects, one behind the other.
std::string selected(const std::string& condition) {
    const auto read = parse("SELECT * FROM devices WHERE " + condition);
    if (std::holds_alternative<Problem>(read)) return problem("SELECT * FROM devices WHERE " + condition);
    std::string ids;
    for (const auto& row : run(std::get<Query>(read), twins())) ids += row["deviceId"].get<std::string>();
    return ids;
}

TEST(Query, ComparesMembersWithValues) {
    for (const auto& [condition, ids] : {
             std::pair{"tags.location.region = 'US'", "a"},
             {"tags.location.region = \"US\"", "a"},
             {"'US' = tags.location.region", "a"},
             {"tags.location.region != 'US'", "b"},  // a member that is not there is not unequal either
             {"tags.location.region <> 'US'", "b"},
             {"tags.location.plant = 43", "a"},
             {"tags.location.plant = 0x2B", "a"},
             {"tags.location.plant = '43'", ""},
             {"properties.desired.interval > 30", "b"},
             {"properties.desired.interval >= 30", "ab"},
             {"properties.desired.interval < 60", "a"},
             {"properties.desired.interval <= 60", "ab"},
             {"properties.reported.load = 5e-1", "a"},
             {"properties.reported.load > -1.5", "a"},
             {"properties.desired.interval > 'x'", ""},
             {"tags.on = true", "a"},
             {"tags.on = FALSE", "b"},
             {"tags.on", "a"},
             {"capabilities.iotEdge = true", "a"},
             {"tags.none = null", "a"},
             {"status = 'enabled'", "ac"},
             {"connectionState = 'Connected'", "a"},
             {"DeviceId = 'a'", "a"},  // Microsoft's own examples write names of the hub with a capital
             {"tags.Location.region = 'US'", ""},
             {"deviceId > 'a'", "bc"},
         })
        EXPECT_EQ(selected(condition), ids) << condition;
}

TEST(Query, JoinsConditions) {
    for (const auto& [condition, ids] : {
             std::pair{"status = 'enabled' AND connectionState = 'Disconnected'", "c"},
             {"status = 'disabled' OR deviceId = 'c'", "bc"},
             {"deviceId = 'a' OR deviceId = 'b' AND status = 'enabled'", "a"},  // AND binds closer
             {"(deviceId = 'a' OR deviceId = 'b') AND status = 'disabled'", "b"},
             {"NOT status = 'enabled'", "b"},
             {"not (deviceId = 'a' or deviceId = 'b')", "c"},
             {"NOT NOT deviceId = 'a'", "a"},
             {"NOT tags.location.region = 'US'", "b"},  // undefined stays undefined
             {"tags.location.region = 'US' OR deviceId = 'c'", "ac"},
             {"tags.location.region = 'US' AND deviceId = 'c'", ""},
         })
        EXPECT_EQ(selected(condition), ids) << condition;
}

TEST(Query, KnowsListsAndFunctions) {
    for (const auto& [condition, ids] : {
             std::pair{"properties.reported.type IN ['wired', 'bus']", "ac"},
             {"properties.reported.type NIN ['wired']", "b"},
             {"tags.location.plant in [43, null, true]", "a"},
             {"tags.location.region NIN ['US']", "b"},
             {"STARTSWITH(properties.reported.type, 'wi')", "abc"},
             {"STARTS_WITH(properties.reported.type, 'wir')", "ac"},
             {"ENDSWITH(properties.reported.type, 'fi')", "b"},
             {"ends_with(deviceId, 'a')", "a"},
             {"CONTAINS(tags.location.region, 'U')", "ab"},
             {"CONTAINS(tags.location.plant, '4')", ""},
             {"IS_DEFINED(tags.location)", "ab"},
             {"NOT IS_DEFINED(tags.location)", "c"},
             {"IS_NULL(tags.none)", "a"},
             {"IS_STRING(tags.location.region)", "ab"},
             {"IS_NUMBER(tags.location.plant)", "a"},
             {"IS_BOOL(tags.on)", "ab"},
             {"IS_OBJECT(tags.location)", "ab"},
             {"IS_ARRAY(properties.reported.list)", "a"},
             {"IS_PRIMITIVE(tags.location.region) AND NOT IS_PRIMITIVE(tags.location)", "ab"},
         })
        EXPECT_EQ(selected(condition), ids) << condition;
}

TEST(Query, NamesCanBeEscaped) {
    EXPECT_EQ(selected("tags.[[FROM]] = 'x'"), "b");
    EXPECT_EQ(selected("tags.[[a b]] = 1"), "b");
    EXPECT_EQ(selected("[[tags]].[[it's]] = 'it''s'"), "b");
    EXPECT_EQ(selected("tags.[[it's]] = 'it\\'s'"), "b");
}

TEST(Query, GivesWholeTwinsOrWhatItNames) {
    EXPECT_EQ(rows("SELECT * FROM devices").size(), 3u);
    EXPECT_EQ(rows("select top 2 * from devices").size(), 2u);
    EXPECT_THAT(
        rows("SELECT deviceId, tags.location.region FROM devices"),
        ElementsAre(R"({"deviceId":"a","region":"US"})", R"({"deviceId":"b","region":"EU"})", R"({"deviceId":"c"})"));
    EXPECT_THAT(rows("SELECT DeviceId AS id FROM devices WHERE tags.on"), ElementsAre(R"({"id":"a"})"));
    EXPECT_THAT(rows("SELECT * FROM devices WHERE deviceId = 'nobody'"), IsEmpty());
}

TEST(Query, CountsAndGroups) {
    EXPECT_THAT(rows("SELECT COUNT() AS number FROM devices"), ElementsAre(R"({"number":3})"));
    EXPECT_THAT(rows("SELECT count() FROM devices"), ElementsAre(R"({"$1":3})"));
    EXPECT_THAT(rows("SELECT COUNT() AS n FROM devices WHERE deviceId = 'nobody'"), ElementsAre(R"({"n":0})"));
    EXPECT_THAT(rows("SELECT properties.reported.type AS type, COUNT() AS n FROM devices "
                     "GROUP BY properties.reported.type"),
                ElementsAre(R"({"type":"wired","n":2})", R"({"type":"wifi","n":1})"));
    EXPECT_THAT(rows("SELECT status FROM devices GROUP BY status"),
                ElementsAre(R"({"status":"enabled"})", R"({"status":"disabled"})"));
    EXPECT_THAT(rows("SELECT tags.location.region, COUNT() AS n FROM devices GROUP BY tags.location.region"),
                ElementsAre(R"({"region":"US","n":1})", R"({"region":"EU","n":1})", R"({"n":1})"));
    EXPECT_THAT(rows("SELECT status, COUNT() AS n FROM devices WHERE deviceId = 'nobody' GROUP BY status"), IsEmpty());
}

TEST(Query, KnowsItsSources) {
    EXPECT_EQ(std::get<Query>(parse("SELECT * FROM devices")).source, Source::devices);
    EXPECT_EQ(std::get<Query>(parse("select * from Devices.Modules where moduleId = 'm'")).source, Source::modules);
    EXPECT_EQ(problem("SELECT * FROM devices.jobs"), "15: this hub has no jobs to query");
    EXPECT_EQ(problem("SELECT * FROM twins"), "15: expected devices or devices.modules after FROM");
}

TEST(Query, WhatIsWrongIsToldWithItsPlace) {
    for (const auto& [text, told] : {
             std::pair{"", "1: expected SELECT"},
             {"   ", "4: expected SELECT"},
             {"SELECT", "7: expected a name"},
             {"SELECT *", "9: expected FROM"},
             {"SELECT * FROM devices WHERE", "28: expected a name"},
             {"SELECT * FROM devices WHERE a = ", "33: expected a name"},
             {"SELECT * FROM devices WHERE a == 1", "32: expected a name"},
             {"SELECT * FROM devices WHERE (a = 1", "35: expected )"},
             {"SELECT * FROM devices WHERE a = 1)", "34: expected the end of the query"},
             {"SELECT * FROM devices WHERE a IN ('x')", "34: expected a list such as ['a', 'b']"},
             {"SELECT * FROM devices WHERE a IN []", "35: expected a text in quotes, a number, true, false or null"},
             {"SELECT * FROM devices WHERE a IN ['x'", "38: expected , or ] in the list"},
             {"SELECT * FROM devices WHERE a = 'x", "33: the text that begins here has no end"},
             {"SELECT * FROM devices WHERE a = 1x", "33: '1x' is no number"},
             {"SELECT * FROM devices WHERE a = 0x", "33: '0x' is no number"},
             {"SELECT * FROM devices WHERE a = 1.2.3", "33: '1.2.3' is no number"},
             {"SELECT * FROM devices WHERE a # 1", "31: this character means nothing in a query"},
             {"SELECT * FROM devices WHERE [[a = 1", "29: the name that begins here has no ]]"},
             {"SELECT * FROM devices WHERE [[]] = 1", "29: there is no name between [[ and ]]"},
             {"SELECT * FROM devices WHERE tags. = 1", "35: expected a name"},
             {"SELECT * FROM devices WHERE tags.from = 1", "34: expected a name"},
             {"SELECT * FROM devices WHERE LENGTH(a) = 1", "29: there is no function LENGTH"},
             {"SELECT * FROM devices WHERE IS_NULL(a, b)", "29: IS_NULL takes 1 argument"},
             {"SELECT * FROM devices WHERE CONTAINS(a)", "29: CONTAINS takes 2 arguments"},
             {"SELECT * FROM devices WHERE CONTAINS(a, 'x'", "44: expected , or ) in the call of CONTAINS"},
             {"SELECT TOP 0 * FROM devices", "12: expected a number from 1 after TOP"},
             {"SELECT TOP x * FROM devices", "12: expected a number from 1 after TOP"},
             {"SELECT AVG(a) FROM devices", "8: of the aggregates only COUNT() is here, not AVG"},
             {"SELECT COUNT(a) FROM devices", "14: COUNT() takes no argument"},
             {"SELECT * FROM devices ORDER BY a", "23: ORDER BY is not in the query language of twins"},
             {"SELECT * FROM devices GROUP BY a", "1: SELECT * cannot be grouped"},
             {"SELECT a, COUNT() FROM devices", "1: 'a' is neither in GROUP BY nor an aggregate"},
             {"SELECT a FROM devices GROUP BY b", "1: 'a' is neither in GROUP BY nor an aggregate"},
             {"SELECT * FROM devices JOIN x", "23: expected the end of the query"},
         })
        EXPECT_EQ(problem(text), told) << text;
}

TEST(Query, NestingHasALimitAndLengthHasNone) {
    const auto nested = [](int levels) {
        return "SELECT * FROM devices WHERE " + std::string(static_cast<std::size_t>(levels), '(') + "deviceId = 'a'" +
               std::string(static_cast<std::size_t>(levels), ')');
    };
    EXPECT_EQ(problem(nested(deepest_nesting)), "");
    EXPECT_EQ(problem(nested(deepest_nesting + 1)), "61: nested deeper than 32 levels");
    EXPECT_EQ(problem(nested(100'000)), "61: nested deeper than 32 levels");
    std::string negated = "SELECT * FROM devices WHERE ", joined = negated + "deviceId = 'a'";
    for (int i = 0; i < 100'000; ++i) negated += "NOT ", joined += " AND deviceId = 'a'";
    EXPECT_EQ(problem(negated), "157: nested deeper than 32 levels");
    EXPECT_THAT(rows(joined), testing::SizeIs(1));
}

}  // namespace
}  // namespace hubspec::hub::query

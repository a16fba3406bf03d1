#include "harness/iothub/user_name.hpp"

#include <gtest/gtest.h>

namespace hubspec::iothub {
namespace {

UserName parsed(std::string_view text) {
    const auto result = parse_user_name(text);
    if (const auto* problem = std::get_if<UserNameProblem>(&result)) {
        ADD_FAILURE() << text << ": " << describe(*problem);
        return {};
    }
    return std::get<UserName>(result);
}

std::string refused(std::string_view text) {
    const auto result = parse_user_name(text);
    if (const auto* problem = std::get_if<UserNameProblem>(&result)) return std::string(describe(*problem));
    return "accepted";
}

TEST(UserName, ReadsTheBaseDocumentsExample) {  // CONN-05
    const std::string text = "contoso.azure-devices.net/MyDevice01/?api-version=2021-04-12";
    const UserName expected{
        "contoso.azure-devices.net", "MyDevice01", std::nullopt, false, {{"api-version", "2021-04-12"}}};
    EXPECT_EQ(parsed(text), expected);
    EXPECT_EQ(parsed(text).api_version(), "2021-04-12");
    EXPECT_EQ(format_user_name(expected), text);
    EXPECT_EQ(parsed(text).api_version(), documented_api_version);
}

TEST(UserName, ReadsAModule) {  // MODULE-03
    const std::string text = "contoso.azure-devices.net/MyDevice01/edge/?api-version=2021-04-12";
    const UserName expected{"contoso.azure-devices.net", "MyDevice01", "edge", false, {{"api-version", "2021-04-12"}}};
    EXPECT_EQ(parsed(text), expected);
    EXPECT_EQ(format_user_name(expected), text);
}

TEST(UserName, ReadsEdgeModuleIdsRaw) {  // X-MOD-10
    EXPECT_EQ(parsed("H/D/$edgeAgent/?api-version=2018-06-30").module_id, "$edgeAgent");
}

TEST(UserName, ReadsTheLegacyForm) {  // X-CONN-14; the Go client writes it still
    const std::string text = "contoso.azure-devices.net/dev/api-version=2020-09-30";
    const UserName expected{"contoso.azure-devices.net", "dev", std::nullopt, true, {{"api-version", "2020-09-30"}}};
    EXPECT_EQ(parsed(text), expected);
    EXPECT_EQ(format_user_name(expected), text);
    EXPECT_EQ(parsed("H/D/M/api-version=2018-06-30"), (UserName{"H", "D", "M", true, {{"api-version", "2018-06-30"}}}));
    EXPECT_EQ(parsed("H/D/api-version=2016-11-14&DeviceClientType=a/b").device_client_type(), "a/b");
}

TEST(UserName, ReadsNodesOne) {  // X-CONN-18
    const UserName user_name = parsed(
        "H/dev/?api-version=2021-04-12&model-id=dtmi%3Acom%3Aexample%3BThermostat%3B1"
        "&DeviceClientType=azure-iot-device%2F1.18.4%20(node%20v18%3B%20Ubuntu)");
    EXPECT_EQ(user_name.api_version(), "2021-04-12");
    EXPECT_EQ(user_name.model_id(), "dtmi:com:example;Thermostat;1");
    EXPECT_EQ(user_name.device_client_type(), "azure-iot-device/1.18.4 (node v18; Ubuntu)");
}

TEST(UserName, ReadsTheCClientsOne) {  // lower-case escapes, DeviceClientType before model-id
    const UserName user_name = parsed(
        "H/dev/?api-version=2020-09-30&DeviceClientType=iothubclient%2f1.15.0&model-id=dtmi%3acom%3aexample%3b1");
    EXPECT_EQ(user_name.api_version(), "2020-09-30");
    EXPECT_EQ(user_name.device_client_type(), "iothubclient/1.15.0");
    EXPECT_EQ(user_name.model_id(), "dtmi:com:example;1");
}

TEST(UserName, ReadsDotNetsOne) {  // with auth-chain, X-MOD-11
    const UserName user_name =
        parsed("H/dev/?api-version=2020-09-30&DeviceClientType=.NET%2F1.42.0&auth-chain=dev%3Bedge1%3Bedge2");
    ASSERT_NE(find(user_name.query, "auth-chain"), nullptr);
    EXPECT_EQ(find(user_name.query, "auth-chain")->value, "dev;edge1;edge2");
    EXPECT_EQ(user_name.device_client_type(), ".NET/1.42.0");
}

TEST(UserName, PlusInTheQueryIsAPlus) {
    EXPECT_EQ(parsed("H/D/?api-version=2021-04-12&DeviceClientType=a+b%2Bc").device_client_type(), "a+b+c");
    EXPECT_EQ(parsed("H/D/?api-version=2021+04+12").api_version(), "2021+04+12");
}

TEST(UserName, NeedsNoApiVersion) {  // X-CONN-11
    const UserName expected{"H", "D", std::nullopt, false, {}};
    EXPECT_EQ(parsed("H/D"), expected);
    EXPECT_EQ(parsed("H/D/"), expected);
    EXPECT_EQ(parsed("H/D/?"), expected);  // X-CONN-19
    EXPECT_EQ(expected.api_version(), std::nullopt);
    EXPECT_EQ(parsed("H/D/M").module_id, "M");
    EXPECT_EQ(parsed("H/D/M/").module_id, "M");
    EXPECT_EQ(parsed("H/D/M/?").module_id, "M");
}

TEST(UserName, TellsNullEmptyAndAbsentApart) {
    EXPECT_EQ(parsed("H/D/?api-version").query, (PropertyBag{{"api-version", std::nullopt}}));
    EXPECT_EQ(parsed("H/D/?api-version").api_version(), std::nullopt);
    EXPECT_EQ(parsed("H/D/?api-version=").api_version(), "");
    EXPECT_EQ(parsed("H/D/?model-id=x").api_version(), std::nullopt);
}

TEST(UserName, OfDuplicatesTheFirstCountsAndUnknownOnesAreKept) {  // X-CONN-10
    const UserName user_name = parsed("H/D/?foo=1&api-version=a&api-version=b&Api-Version=c");
    EXPECT_EQ(user_name.api_version(), "a");
    EXPECT_EQ(user_name.query.size(), 4U);
}

TEST(UserName, TheQueryMayComeInAnyOrder) {  // X-CONN-19
    const UserName one = parsed("H/D/?api-version=v&model-id=m&DeviceClientType=c");
    const UserName two = parsed("H/D/?DeviceClientType=c&api-version=v&model-id=m");
    EXPECT_EQ(one.api_version(), two.api_version());
    EXPECT_EQ(one.model_id(), two.model_id());
    EXPECT_EQ(one.device_client_type(), two.device_client_type());
    EXPECT_NE(one, two);  // the order is kept all the same
}

TEST(UserName, IdsAreNotPercentEncoded) {  // X-CONN-16
    const UserName expected{"H", "a%41:b.c=d", std::nullopt, false, {{"api-version", "2021-04-12"}}};
    EXPECT_EQ(parsed("H/a%41:b.c=d/?api-version=2021-04-12"), expected);
    EXPECT_EQ(format_user_name(expected), "H/a%41:b.c=d/?api-version=2021-04-12");
}

TEST(UserName, QueryIsEncodedWhenWritten) {
    const UserName user_name{
        "H",
        "D",
        std::nullopt,
        false,
        {{"api-version", "2021-04-12"}, {"model-id", "dtmi:a:b;1"}, {"DeviceClientType", "x/1 (y)"}}};
    EXPECT_EQ(format_user_name(user_name),
              "H/D/?api-version=2021-04-12&model-id=dtmi%3Aa%3Ab%3B1&DeviceClientType=x%2F1%20%28y%29");
    EXPECT_EQ(parsed(format_user_name(user_name)), user_name);
}

TEST(UserName, SaysWhatIsWrong) {
    EXPECT_EQ(refused(""), "The user name is empty.");
    EXPECT_EQ(refused("H"), "The user name has a host name but no device id.");
    EXPECT_EQ(refused("H/?api-version=2021-04-12"), "The user name has a host name but no device id.");
    EXPECT_EQ(refused("/D/?api-version=2021-04-12"), "The host name at the start of the user name is empty.");
    EXPECT_EQ(refused("/?api-version=2021-04-12"), "The host name at the start of the user name is empty.");
    EXPECT_EQ(refused("/"), "The host name at the start of the user name is empty.");
    EXPECT_EQ(refused("H/"), "The device id in the user name is empty.");
    EXPECT_EQ(refused("H//?api-version=2021-04-12"), "The device id in the user name is empty.");
    EXPECT_EQ(refused("H//M/?api-version=2021-04-12"), "The device id in the user name is empty.");
    EXPECT_EQ(refused("H/D//?api-version=2021-04-12"), "The module id in the user name is empty.");
    EXPECT_EQ(refused("H/D//"), "The module id in the user name is empty.");
    EXPECT_EQ(refused("H/D/M/X/?api-version=2021-04-12"),
              "The user name has more than host name, device id and module id before its query.");
    EXPECT_EQ(refused("H/D/M/X"), "The user name has more than host name, device id and module id before its query.");
}

}  // namespace
}  // namespace hubspec::iothub

#include "harness/iothub/connection_string.hpp"

#include <gtest/gtest.h>

namespace hubspec::iothub {
namespace {

ConnectionString parsed(std::string_view text) {
    const auto result = parse_connection_string(text);
    if (const auto* problem = std::get_if<ConnectionStringProblem>(&result)) {
        ADD_FAILURE() << problem->text;
        return {};
    }
    return std::get<ConnectionString>(result);
}

std::string refused(std::string_view text) {
    const auto result = parse_connection_string(text);
    if (const auto* problem = std::get_if<ConnectionStringProblem>(&result)) return problem->text;
    return "accepted";
}

TEST(ConnectionString, ReadsADevices) {
    const std::string text = "HostName=contoso.azure-devices.net;DeviceId=MyDevice01;SharedAccessKey=AAECAw==";
    ConnectionString expected;
    expected.host_name = "contoso.azure-devices.net";
    expected.device_id = "MyDevice01";
    expected.shared_access_key = "AAECAw==";
    EXPECT_EQ(parsed(text), expected);
    EXPECT_EQ(format_connection_string(expected), text);
}

TEST(ConnectionString, ReadsAModules) {
    const std::string text = "HostName=H;DeviceId=D;ModuleId=M;SharedAccessKey=AAECAw==;GatewayHostName=localhost:8883";
    const ConnectionString connection_string = parsed(text);
    EXPECT_EQ(connection_string.module_id, "M");
    EXPECT_EQ(connection_string.gateway_host_name, "localhost:8883");
    EXPECT_EQ(format_connection_string(connection_string), text);
}

TEST(ConnectionString, ReadsAServices) {
    const std::string text = "HostName=H;SharedAccessKeyName=iothubowner;SharedAccessKey=AAECAw==";
    const ConnectionString connection_string = parsed(text);
    EXPECT_EQ(connection_string.shared_access_key_name, "iothubowner");
    EXPECT_EQ(connection_string.device_id, std::nullopt);
    EXPECT_EQ(format_connection_string(connection_string), text);
}

TEST(ConnectionString, ReadsTheTokenOfTheBaseDocument) {  // AUTH-12
    const std::string text =
        "HostName={iotHub-hostname};DeviceId=javadevice;SharedAccessSignature=SharedAccessSignature "
        "sr={iotHub-hostname}%2Fdevices%2FMyDevice01%2Fapi-version%3D2016-11-14&sig=vSgHBMUG.....Ntg%3d&se=1456481802";
    const ConnectionString connection_string = parsed(text);
    EXPECT_EQ(connection_string.host_name, "{iotHub-hostname}");
    EXPECT_EQ(connection_string.device_id, "javadevice");
    EXPECT_EQ(connection_string.shared_access_signature,
              "SharedAccessSignature sr={iotHub-hostname}%2Fdevices%2FMyDevice01%2Fapi-version%3D2016-11-14"
              "&sig=vSgHBMUG.....Ntg%3d&se=1456481802");
    EXPECT_EQ(format_connection_string(connection_string), text);
}

TEST(ConnectionString, ReadsX509) {
    EXPECT_TRUE(parsed("HostName=H;DeviceId=D;x509=true").x509);
    EXPECT_TRUE(parsed("HostName=H;DeviceId=D;X509=True").x509);
    EXPECT_FALSE(parsed("HostName=H;DeviceId=D;x509=false").x509);
    EXPECT_FALSE(parsed("HostName=H;DeviceId=D").x509);
    EXPECT_EQ(format_connection_string(parsed("x509=true;DeviceId=D;HostName=H")), "HostName=H;DeviceId=D;x509=true");
}

TEST(ConnectionString, TakesKeysInAnyOrderAndCaseAndALastSemicolon) {
    EXPECT_EQ(parsed("deviceid=D;SHAREDACCESSKEY=AAECAw==;hostname=H;"),
              parsed("HostName=H;DeviceId=D;SharedAccessKey=AAECAw=="));
}

TEST(ConnectionString, SaysWhatIsWrongAndQuotesNoValue) {
    EXPECT_EQ(refused(""), "The connection string has no HostName.");
    EXPECT_EQ(refused("DeviceId=D"), "The connection string has no HostName.");
    EXPECT_EQ(refused("HostName=;DeviceId=D"), "The connection string has no value for HostName.");
    EXPECT_EQ(refused("HostName=H;DeviceId="), "The connection string has no value for DeviceId.");
    EXPECT_EQ(refused("HostName=H;DeviceId"), "Part 2 of the connection string has no '='.");
    EXPECT_EQ(refused("HostName=H;DeviceId=D;deviceId=E"), "The connection string has DeviceId twice.");
    EXPECT_EQ(refused("HostName=H;HostName=H"), "The connection string has HostName twice.");
    EXPECT_EQ(refused("HostName=H;x509=false;x509=true"), "The connection string has x509 twice.");
    EXPECT_EQ(refused("HostName=H;ModuleId=M"), "The connection string has a ModuleId but no DeviceId.");
    EXPECT_EQ(refused("HostName=H;DeviceId=D;x509=yes"), "The connection string's x509 is neither true nor false.");
    EXPECT_EQ(refused("HostName=H;DeviceId=D;SharedAccessKey=secret!"),
              "The connection string's SharedAccessKey is not Base64.");
}

TEST(ConnectionString, QuotesAnUnknownKeyOnlyWhenItIsAWord) {
    const std::string keys =
        "; the keys are HostName, DeviceId, ModuleId, SharedAccessKeyName, SharedAccessKey, SharedAccessSignature, "
        "GatewayHostName, x509.";
    EXPECT_EQ(refused("HostName=H;DevicId=D"), "Part 2 of the connection string has an unknown key 'DevicId'" + keys);
    EXPECT_EQ(refused("HostName=H;SharedAccessKey=AA;c2VjcmV0==;DeviceId=D"),
              "Part 3 of the connection string has an unknown key" + keys);
    EXPECT_EQ(refused("HostName=H;=x"), "Part 2 of the connection string has an unknown key" + keys);
    EXPECT_EQ(refused("HostName=H;abcdefghijklmnopqrstuvwxy=x"),
              "Part 2 of the connection string has an unknown key" + keys);
}

}  // namespace
}  // namespace hubspec::iothub

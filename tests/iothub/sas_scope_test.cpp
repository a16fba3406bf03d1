#include <gtest/gtest.h>

#include "harness/iothub/sas_token.hpp"

namespace hubspec::iothub {
namespace {

bool covered(std::string_view sr, std::string_view resource) {
    SasToken token;
    token.resource_raw = sr;
    return covers(token, resource);
}

TEST(SasScope, CoversItselfHoweverItIsEncoded) {
    for (const char* sr : {"H%2Fdevices%2FD", "H%2fdevices%2fD", "H/devices/D", "H%252Fdevices%252FD"}) {
        EXPECT_TRUE(covered(sr, "H/devices/D")) << sr;
    }
}

TEST(SasScope, CoversWhatLiesBelowIt) {  // X-SAS-09
    EXPECT_TRUE(covered("H", "H/devices/D"));
    EXPECT_TRUE(covered("H", "H/devices/D/modules/M"));
    EXPECT_TRUE(covered("H%2Fdevices", "H/devices/D"));
    EXPECT_TRUE(covered("H%2Fdevices%2FD", "H/devices/D/modules/M"));
    EXPECT_TRUE(covered("H%2Fdevices%2FD%2Fmodules%2FM", "H/devices/D/modules/M"));
}

TEST(SasScope, ComparesWholeSegments) {
    EXPECT_FALSE(covered("H%2Fdev", "H/devices/D"));
    EXPECT_FALSE(covered("H%2Fdevices%2FD", "H/devices/D2"));
    EXPECT_FALSE(covered("H%2Fdevices%2FD2", "H/devices/D"));
    EXPECT_FALSE(covered("H.net", "H.net.example/devices/D"));
    EXPECT_FALSE(covered("H.net.example", "H.net/devices/D"));
}

TEST(SasScope, DoesNotCoverWhatLiesAboveOrBeside) {
    EXPECT_FALSE(covered("H%2Fdevices%2FD%2Fmodules%2FM", "H/devices/D"));
    EXPECT_FALSE(covered("H%2Fdevices%2FD%2Fmodules%2FM", "H/devices/D/modules/N"));
    EXPECT_FALSE(covered("H%2Fdevices%2FE", "H/devices/D"));
    EXPECT_FALSE(covered("G%2Fdevices%2FD", "H/devices/D"));
}

TEST(SasScope, TheBaseDocumentsExampleIsNarrowerThanItsDevice) {  // AUTH-14
    EXPECT_FALSE(covered("H%2Fdevices%2FMyDevice01%2Fapi-version%3D2016-11-14", "H/devices/MyDevice01"));
}

TEST(SasScope, ComparesHostsWithoutCaseAndIdsWithCase) {  // X-CONN-07
    EXPECT_TRUE(covered("CONTOSO.azure-devices.net%2Fdevices%2FD", "contoso.Azure-Devices.NET/devices/D"));
    EXPECT_FALSE(covered("contoso.azure-devices.net%2Fdevices%2Fd", "contoso.azure-devices.net/devices/D"));
    EXPECT_FALSE(covered("contoso.azure-devices.net%2FDevices%2FD", "contoso.azure-devices.net/devices/D"));
}

TEST(SasScope, HasNoSchemeAndNoLeadingSlash) {  // X-SAS-04
    EXPECT_FALSE(covered("https%3A%2F%2FH%2Fdevices%2FD", "H/devices/D"));
    EXPECT_FALSE(covered("https://H/devices/D", "H/devices/D"));
    EXPECT_FALSE(covered("%2FH%2Fdevices%2FD", "H/devices/D"));
    EXPECT_FALSE(covered("%2Fdevices%2FD", "H/devices/D"));
}

TEST(SasScope, OneTrailingSlashDoesNoHarm) {
    EXPECT_TRUE(covered("H%2Fdevices%2FD%2F", "H/devices/D"));
    EXPECT_TRUE(covered("H/", "H/devices/D"));
    EXPECT_FALSE(covered("H%2F%2F", "H/devices/D"));
    EXPECT_FALSE(covered("H%2F%2Fdevices%2FD", "H/devices/D"));
}

TEST(SasScope, NothingCoversNothing) {
    EXPECT_FALSE(covered("", "H/devices/D"));
    EXPECT_FALSE(covered("%2F", "H/devices/D"));
    EXPECT_FALSE(covered("", ""));
}

TEST(SasScope, IdsMayBeEncodedOnceOrTwice) {  // X-SAS-16, B-11
    EXPECT_TRUE(covered("H%2Fdevices%2Fa%3Ab", "H/devices/a:b"));
    EXPECT_TRUE(covered("H%2Fdevices%2Fa%253Ab", "H/devices/a:b"));
    EXPECT_TRUE(covered("H%2Fdevices%2Fa%25b", "H/devices/a%b"));
    EXPECT_TRUE(covered("H%2Fdevices%2Fa%2525b", "H/devices/a%b"));
    EXPECT_TRUE(covered("H/devices/a%b", "H/devices/a%b"));
    EXPECT_FALSE(covered("H%2Fdevices%2Fa%25253Ab", "H/devices/a:b"));  // three times is once too often
    EXPECT_FALSE(covered("H%2Fdevices%2Fa+b", "H/devices/a b"));
}

}  // namespace
}  // namespace hubspec::iothub

#include "harness/iothub/redact.hpp"

#include <gtest/gtest.h>

namespace hubspec::iothub {
namespace {

TEST(Redact, LeavesOtherTextAlone) {
    for (const char* text : {"", "hello", "config=5&design=x", "sigma=1", "sig", "sig:x", "SharedAccessKeyName=device",
                             "SharedAccessKey", "signature=", "devices/D/messages/events/a=1&b=2"}) {
        EXPECT_EQ(redact(text), text);
    }
}

TEST(Redact, HidesTheSignatureOfAToken) {
    EXPECT_EQ(redact("SharedAccessSignature sr=H%2Fdevices%2FD&sig=cThI%2Fkk%2B9%3D&se=1&skn=device"),
              "SharedAccessSignature sr=H%2Fdevices%2FD&sig=(hidden)&se=1&skn=device");
    EXPECT_EQ(redact("SharedAccessSignature sig=cThI/kk+9=&se=1&sr=H"), "SharedAccessSignature sig=(hidden)&se=1&sr=H");
    EXPECT_EQ(redact("sr=H&se=1&SIG=abc"), "sr=H&se=1&SIG=(hidden)");
    EXPECT_EQ(redact("password 'SharedAccessSignature sr=H&se=1&sig=abc%3d' was refused"),
              "password 'SharedAccessSignature sr=H&se=1&sig=(hidden)' was refused");
}

TEST(Redact, HidesEverySignature) { EXPECT_EQ(redact("sig=a&sig=b sig=c"), "sig=(hidden)&sig=(hidden) sig=(hidden)"); }

TEST(Redact, HidesThePercentEncodedSignature) {
    EXPECT_EQ(redact("?token=sr%3DH%26sig%3Dab%252Bc%253D%26se%3D1"), "?token=sr%3DH%26sig%3D(hidden)%26se%3D1");
    EXPECT_EQ(redact("sr%253dH%2526sig%253dabc%2526se%253d1"), "sr%253dH%2526sig%253d(hidden)%2526se%253d1");
}

TEST(Redact, HidesKeysOfConnectionStrings) {
    EXPECT_EQ(redact("HostName=H;SharedAccessKeyName=device;SharedAccessKey=AAECAw==;DeviceId=D"),
              "HostName=H;SharedAccessKeyName=device;SharedAccessKey=(hidden);DeviceId=D");
    EXPECT_EQ(redact("sharedaccesskey=AAECAw=="), "sharedaccesskey=(hidden)");
    EXPECT_EQ(redact("SharedAccessKey=\"AAECAw==\""), "SharedAccessKey=\"(hidden)\"");
}

TEST(Redact, HidesTokensOfConnectionStringsWhole) {
    EXPECT_EQ(redact("HostName=H;SharedAccessSignature=SharedAccessSignature sr=H&sig=abc%3d&se=1;DeviceId=D is wrong"),
              "HostName=H;SharedAccessSignature=(hidden);DeviceId=D is wrong");
    EXPECT_EQ(redact("SharedAccessSignature=sr=H&sig=abc next"), "SharedAccessSignature=(hidden) next");
}

TEST(Redact, WorksInsideJson) {
    EXPECT_EQ(redact(R"json({"password":"SharedAccessSignature sr=H&sig=a\/b\u002Bc\u003D"})json"),
              R"json({"password":"SharedAccessSignature sr=H&sig=(hidden)"})json");
    EXPECT_EQ(redact(R"json("sr=H\u0026sig=abc\u0026se=1")json"), R"json("sr=H\u0026sig=(hidden)\u0026se=1")json");
    EXPECT_EQ(redact(R"json("say \"sig=abc\" twice\nsig=def\n")json"),
              R"json("say \"sig=(hidden)\" twice\nsig=(hidden)\n")json");
}

TEST(Redact, AnEmptyValueIsNoSecret) { EXPECT_EQ(redact("sr=H&sig=&se=1"), "sr=H&sig=&se=1"); }

TEST(Redact, IsIdempotent) {
    for (const char* text : {"sig=abc&se=1", "SharedAccessKey=abc;x",
                             "SharedAccessSignature=SharedAccessSignature sr=H", "sr%3DH%26sig%3Dabc%26se%3D1"}) {
        EXPECT_EQ(redact(redact(text)), redact(text));
    }
}

TEST(Redact, HidesTheKeysOfAnIdentity) {
    EXPECT_EQ(redact(R"x({"symmetricKey":{"primaryKey":"a+/=","secondaryKey": "b="}})x"),
              R"x({"symmetricKey":{"primaryKey":"(hidden)","secondaryKey": "(hidden)"}})x");
    EXPECT_EQ(redact(R"x({\"primaryKey\":\"abc=\"})x"), R"x({\"primaryKey\":\"(hidden)\"})x");
    EXPECT_EQ(redact("primaryKeys are two"), "primaryKeys are two");
    EXPECT_EQ(redact(R"x({"primaryKey":null})x"), R"x({"primaryKey":null})x");
}

TEST(Mask, KeepsTheWidth) {
    EXPECT_EQ(mask("x: HostName=h;SharedAccessKey=c2Vj;Device=d"), "x: HostName=h;SharedAccessKey=****;Device=d");
}

TEST(Mask, HidesWhatLooksLikeAKey) {
    EXPECT_EQ(mask("key: c2VjcmV0LWtleS1vZi1hLWh1Yg== # mine"), "key: **************************== # mine");
    EXPECT_EQ(mask("'c2VjcmV0LWtleS1vZi1hLWh1Yg'"), "'**************************'") << "without padding";
    EXPECT_EQ(mask("a+/bc+/d+/ef+/gh+/ijk="), "*********************=");
}

TEST(Mask, LeavesWordsAndPathsAlone) {
    for (const auto* text : {"devices/MyDevice1/messages/devicebound", "/home/User1/projects/azure/hub.yaml",
                             "pneumonoultramicroscopic", "x-opt-sequence-number-epoch", "SharedAccessKey"})
        EXPECT_EQ(mask(text), text);
}

}  // namespace
}  // namespace hubspec::iothub

// Deviations of modules and certificates, each against the smallest conversation that tells it from a right hub.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <set>

#include "fixtures/deviations/topics.hpp"
#include "tests/hub/support/client.hpp"

namespace hubspec::deviations {

namespace {

using namespace hub;
using namespace hub::test;

const std::string version = "?api-version=2021-04-12";
const std::string sha1(40, 'A'), sha256(64, 'B');

/// Device D with module M, and devices that certificates prove.
struct IdentityWorld : World {
    explicit IdentityWorld(const Policy& policy) : World(policy) {
        hub.provision({"D", module_key, other_key, "M"}, now);
        hub.provision({"self", {}, {}, {}, Authentication::self_signed, sha1, sha256}, now);
        hub.provision({"ca", {}, {}, {}, Authentication::certificate_authority}, now);
        hub.provision({"ca", {}, {}, "M", Authentication::certificate_authority}, now);
    }
    static Transport showing(const Transport::Certificate& certificate) {
        Transport transport;
        transport.client_certificate = certificate;
        return transport;
    }
    /// True when CONNECT is accepted.
    bool connects(const std::string& identity, const Transport& transport,
                  const std::function<void(mqtt::Connect&)>& change = {}) {
        Client client(*this, identity, transport);
        auto packet = client.connect_packet();
        if (change) change(packet);
        client.send(packet);
        const auto answer = client.take();
        return answer.size() == 1 && answer[0] == mqtt::Packet{mqtt::Connack{false, 0}};
    }
    bool connects_with(const std::string& identity, const Transport::Certificate& certificate,
                       const std::optional<std::string>& password = std::nullopt) {
        return connects(identity, showing(certificate), [&](mqtt::Connect& packet) {
            packet.password = password ? std::optional(bytes(*password)) : std::nullopt;
        });
    }
    bool connects_without(const std::string& identity, const std::optional<std::string>& password) {
        return connects(identity, {}, [&](mqtt::Connect& packet) {
            packet.password = password ? std::optional(bytes(*password)) : std::nullopt;
        });
    }
    std::string body(const std::string& method, const std::string& target, const std::string& sent = {}) {
        return call(method, target + version, sent, {{"If-Match", "*"}}).body;
    }
    std::string telemetry_text() { return to_json(telemetry()); }
};

Transport::Certificate signed_by_authority(const std::string& name) {
    return {name, std::string(40, 'C'), std::string(64, 'D'), true};
}
Transport::Certificate signed_by_itself(const std::string& one, const std::string& other) {
    return {"any", one, other, false};
}
bool contains(const std::string& text, const std::string& part) { return text.find(part) != std::string::npos; }

/// A conversation, and whether it went as the protocol has it.
struct Check {
    std::string deviation;
    bool (*holds)(IdentityWorld&);
};
void PrintTo(const Check& check, std::ostream* out) { *out << check.deviation; }

std::vector<Check> checks() {
    using W = IdentityWorld;
    return {
        {"deleted-device-leaves-its-modules",
         [](W& w) {
             w.body("DELETE", "/devices/D");
             w.call("PUT", "/devices/D" + version, R"({"deviceId":"D"})");
             return w.body("GET", "/devices/D/modules") == "[]";
         }},
        {"device-list-has-modules", [](W& w) { return !contains(w.body("GET", "/devices"), "moduleId"); }},
        {"disabled-device-leaves-its-modules",
         [](W& w) {
             Client module(w, "D/M");
             module.connect();
             w.body("PUT", "/devices/D", R"({"deviceId":"D","status":"disabled"})");
             return module.closed() && !w.connects("D/M", {});
         }},
        {"input-message-has-no-origin",
         [](W& w) {
             Client module(w, "D/M");
             module.connect().subscribe("devices/D/modules/M/inputs/#");
             w.call("POST", "/_hubspec/devices/D/modules/M/inputs/in", R"({"body":"eA=="})");
             return publish(module.take().at(0)).topic == "devices/D/modules/M/inputs/in/%24.cdid=D";
         }},
        {"module-client-id-has-no-device",
         [](W& w) {
             return w.connects("D/M", {}) && !w.connects("D/M", {}, [](mqtt::Connect& p) { p.client_id = "M"; });
         }},
        {"module-displaces-its-device",
         [](W& w) {
             Client device(w, "D"), module(w, "D/M");
             device.connect();
             module.connect();
             return !device.closed();
         }},
        {"module-filters-are-refused",
         [](W& w) {
             Client module(w, "D/M");
             module.connect().subscribe("devices/D/modules/M/#");
             return !module.closed();
         }},
        {"module-has-a-status",
         [](W& w) {
             w.body("PUT", "/devices/D/modules/M", R"({"deviceId":"D","moduleId":"M","status":"disabled"})");
             return w.connects("D/M", {}) && !contains(w.body("GET", "/devices/D/modules/M"), "status\"");
         }},
        {"module-list-is-empty",
         [](W& w) { return contains(w.body("GET", "/devices/D/modules"), R"("moduleId":"M")"); }},
        {"module-twin-is-not-served",
         [](W& w) { return contains(w.body("GET", "/twins/D/modules/M"), R"("moduleId":"M")"); }},
        {"message-reaches-the-modules",
         [](W& w) {
             Client module(w, "D/M"), device(w);
             module.connect();
             device.connect().subscribe("devices/D/messages/devicebound/#", 0);
             w.send({"D", bytes("p")});
             return module.take().empty();
         }},
        {"module-id-has-no-dollar",
         [](W& w) {
             w.hub.provision({"D", device_key, other_key, "$edgeAgent"}, w.now);
             return w.connects_without("D/$edgeAgent", w.token(host + "/devices/D/modules/$edgeAgent"));
         }},
        {"module-is-refused", [](W& w) { return w.connects("D/M", {}); }},
        {"module-limit-is-off",
         [](W& w) {
             for (int i = 1; i < 50; ++i) w.hub.provision({"D", {}, {}, "m" + std::to_string(i)}, w.now);
             const auto made = w.call("PUT", "/devices/D/modules/N" + version, R"({"deviceId":"D","moduleId":"N"})");
             return contains(made.body, "413003");
         }},
        {"module-method-goes-to-the-device",
         [](W& w) {
             Client device(w, "D"), module(w, "D/M");
             for (auto* one : {&device, &module}) one->connect().subscribe("$iothub/methods/POST/#");
             w.ask("POST", "/twins/D/modules/M/methods" + version, R"({"methodName":"m"})");
             return device.take().empty() && module.take().size() == 1;
         }},
        {"module-publishes-for-its-device",
         [](W& w) {
             Client module(w, "D/M");
             module.connect().publish("devices/D/messages/events/", "x");
             return module.closed();
         }},
        {"module-takes-the-device-token",
         [](W& w) {
             const auto token = w.token();
             return !w.connects("D/M", {}, [&](mqtt::Connect& packet) { packet.password = bytes(token); }) &&
                    !w.connects("D/M", {}, [&](mqtt::Connect& packet) {
                        packet.password = bytes(w.token(host + "/devices/D/modules/M"));
                    });
         }},
        {"module-telemetry-has-no-module-id",
         [](W& w) {
             Client(w, "D/M").connect().publish("devices/D/modules/M/messages/events/", "x");
             return contains(w.telemetry_text(), R"("moduleId":"M")") &&
                    contains(w.telemetry_text(), R"("iothub-connection-module-id":"M")");
         }},
        {"module-twin-is-the-device-twin",
         [](W& w) {
             Client module(w, "D/M");
             module.connect().subscribe("$iothub/twin/res/#");
             module.publish("$iothub/twin/PATCH/properties/reported/?$rid=1", R"({"seen":1})");
             return contains(w.body("GET", "/twins/D/modules/M"), "seen") &&
                    !contains(w.body("GET", "/twins/D"), "seen");
         }},
        {"module-will-is-not-sent",
         [](W& w) {
             Client module(w, "D/M");
             auto packet = module.connect_packet();
             packet.will = mqtt::Will{"devices/D/modules/M/messages/events/", bytes("gone"), 0, false};
             module.send(packet);
             module.vanish();
             return contains(w.telemetry_text(), "Will");
         }},
        {"output-name-is-lost",
         [](W& w) {
             Client(w, "D/M").connect().publish("devices/D/modules/M/messages/events/%24.on=out", "x");
             return contains(w.telemetry_text(), R"("outputName":"out")");
         }},
        {"authentication-type-is-always-sas",
         [](W& w) { return contains(w.body("GET", "/devices/ca"), R"("type":"certificateAuthority")"); }},
        {"authorities-are-unknown", [](W& w) { return w.connects_with("ca", signed_by_authority("ca")); }},
        {"certificate-chain-is-not-checked",
         [](W& w) {
             auto certificate = signed_by_authority("ca");
             certificate.chain_is_valid = false;
             return !w.connects_with("ca", certificate);
         }},
        {"certificate-hides-the-token", [](W& w) { return w.connects("D", W::showing(signed_by_authority("D"))); }},
        {"certificate-is-not-needed", [](W& w) { return !w.connects_without("ca", std::nullopt); }},
        {"certificate-name-is-not-checked", [](W& w) { return !w.connects_with("ca", signed_by_authority("D")); }},
        {"certificate-replaces-the-token", [](W& w) { return !w.connects_with("D", signed_by_authority("D")); }},
        {"empty-password-beside-a-certificate-is-refused",
         [](W& w) { return w.connects_with("ca", signed_by_authority("ca"), ""); }},
        {"expired-certificate-is-accepted",
         [](W& w) {
             auto late = signed_by_authority("ca"), early = late;
             late.not_after = w.now - std::chrono::hours(1);
             early.not_before = w.now + std::chrono::hours(1);
             return !w.connects_with("ca", late) && !w.connects_with("ca", early);
         }},
        {"missing-password-beside-a-certificate-is-refused",
         [](W& w) { return w.connects_with("ca", signed_by_authority("ca")); }},
        {"module-certificate-names-its-device",
         [](W& w) {
             return w.connects_with("ca/M", signed_by_authority("ca/M")) &&
                    !w.connects_with("ca/M", signed_by_authority("ca"));
         }},
        {"secondary-thumbprint-is-refused",
         [](W& w) { return w.connects_with("self", signed_by_itself("x", sha256)); }},
        {"sha1-thumbprint-is-refused", [](W& w) { return w.connects_with("self", signed_by_itself(sha1, "x")); }},
        {"sha256-thumbprint-is-refused", [](W& w) { return w.connects_with("self", signed_by_itself("x", sha256)); }},
        {"thumbprint-is-not-checked", [](W& w) { return !w.connects_with("self", signed_by_itself("x", "y")); }},
        {"token-replaces-the-certificate",
         [](W& w) { return !w.connects_without("ca", w.policy_token("device", host + "/devices/ca")); }},
    };
}

std::vector<Deviation> both_topics() {
    auto all = modules();
    for (auto& one : certificates()) all.push_back(one);
    return all;
}

class Identities : public testing::TestWithParam<Check> {};

}  // namespace

TEST_P(Identities, AreToldFromARightHub) {
    IdentityWorld right{Policy{}};
    EXPECT_TRUE(GetParam().holds(right)) << "the reference hub itself fails";
    Policy policy;
    for (const auto& one : both_topics())
        if (one.name == GetParam().deviation) one.change(policy);
    IdentityWorld wrong{policy};
    EXPECT_FALSE(GetParam().holds(wrong)) << GetParam().deviation << " is not seen";
}

INSTANTIATE_TEST_SUITE_P(Each, Identities, testing::ValuesIn(checks()), [](const auto& one) {
    std::string name = one.param.deviation;
    std::replace(name.begin(), name.end(), '-', '_');
    return name;
});

TEST(IdentityDeviations, AreAllChecked) {
    std::set<std::string> known, checked;
    for (const auto& one : both_topics()) known.insert(one.name);
    for (const auto& one : checks()) checked.insert(one.deviation);
    EXPECT_EQ(known, checked);
}

}  // namespace hubspec::deviations

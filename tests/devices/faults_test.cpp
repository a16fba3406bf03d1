// Each fault of the plain device changes what goes out as it says, and nothing beside it.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <set>

#include "fixtures/devices/plain/faults.hpp"
#include "fixtures/devices/plain/wire_carrier.hpp"
#include "harness/iothub/sas_token.hpp"
#include "tests/devices/support/scene.hpp"

namespace hubspec::devices::test {
namespace {

using namespace std::chrono_literals;

std::string yes(bool is) { return is ? "yes" : "no"; }
mqtt::Connect connect_of(Scene& scene) {
    scene.open();
    const auto all = scene.packets<mqtt::Connect>();
    return all.empty() ? mqtt::Connect{} : all.front();
}
iothub::SasToken token_of(Scene& scene) {
    const auto password = connect_of(scene).password;
    const auto token = iothub::parse_sas_token(password ? text_of(*password) : "");
    return std::holds_alternative<iothub::SasToken>(token) ? std::get<iothub::SasToken>(token) : iothub::SasToken{};
}
std::string first_packets(Scene& scene) { return connect_of(scene), scene.accept(), scene.names(); }
std::string user_name(Scene& scene) { return connect_of(scene).user_name.value_or("none"); }

// Coming, staying and going.
std::string client_id(Scene& scene) { return connect_of(scene).client_id; }
std::string password(Scene& scene) { return yes(connect_of(scene).password.has_value()); }
std::string is_a_token(Scene& scene) {
    return yes(text_of(connect_of(scene).password.value()).find("&se=") != std::string::npos);
}
std::string resource(Scene& scene) { return token_of(scene).resource_raw; }
std::string life(Scene& scene) { return std::to_string(token_of(scene).expiry - 1'700'000'000); }
std::string own_signature(Scene& scene) {
    return yes(iothub::verify_signature(token_of(scene), *iothub::base64_decode(station().key)));
}
std::string password_text(Scene& scene) { return text_of(connect_of(scene).password.value_or(mqtt::Bytes{})); }
std::string part_of_token(Scene& scene, const std::string& name) {
    const auto text = password_text(scene);
    const auto begin = text.find(name + "=") + name.size() + 1;
    return text.substr(begin, text.find('&', begin) - begin);
}
std::string expiry(Scene& scene) { return part_of_token(scene, "se"); }
std::string raw_resource(Scene& scene) { return part_of_token(scene, "sr"); }
std::string broken_signature(Scene& scene) { return yes(part_of_token(scene, "sig").starts_with("%20")); }
std::string gives_its_key_away(Scene& scene) { return yes(password_text(scene).starts_with("HostName=")); }
std::string reserved_flag(Scene& scene) { return yes(connect_of(scene).reserved_flag); }
std::string clean(Scene& scene) { return yes(connect_of(scene).clean_session); }
std::string keep_alive(Scene& scene) { return std::to_string(connect_of(scene).keep_alive); }
std::string will_topic(Scene& scene) { return connect_of(scene).will->topic; }
std::string will_qos(Scene& scene) { return std::to_string(connect_of(scene).will->qos); }
std::string pings(Scene& scene) {
    scene.come_up();
    scene.pass(35s);
    return yes(!scene.packets<mqtt::Pingreq>().empty());
}
std::string back_after_fin(Scene& scene) { return scene.come_up(), scene.lose(), std::to_string(scene.count<Open>()); }
std::string back_after_reset(Scene& scene) {
    return scene.come_up(), scene.lose(true), std::to_string(scene.count<Open>());
}
std::string back_after_refusal(Scene& scene) {
    return scene.open(), scene.refuse(3), scene.pass(10s), std::to_string(scene.count<Open>());
}
std::string pauses(Scene& scene) {
    scene.open();
    for (int i = 0; i < 5; ++i) scene.give(Closed{}), scene.pass(scene.next().value() - scene.now);
    return yes(scene.now - morning > 1s);
}
template <int code>
std::string tries(Scene& scene) {
    scene.open();
    for (int i = 0; i < 9; ++i) scene.refuse(code), scene.pass(10s), scene.give(Opened{});
    return std::to_string(scene.count<Open>());
}
std::string waits_for_connack(Scene& scene) { return scene.open(), scene.pass(1h), yes(scene.count<Reset>() == 0); }
std::string last_packets(Scene& scene) {
    scene.come_up(), scene.all.clear(), scene.ask({{"do", "disconnect"}});
    return scene.names();
}
std::string after_nonsense(Scene& scene) { return scene.come_up(), scene.give(NotMqtt{}), yes(scene.count<Crash>()); }
std::string crashes(Scene& scene) { return yes(scene.count<Crash>() > 0); }
std::string flood(Scene& scene) { return scene.come_up(), yes(scene.count<SendBytes>() > 0); }
std::string opens(Scene& scene) { return scene.open(), std::to_string(scene.count<Open>()); }

// Messages.
mqtt::Publish telemetry(Scene& scene, model::Object more = {}) {
    scene.come_up();
    scene.all.clear();
    model::Object request{{"do", "telemetry"}, {"payload", "x"}};
    for (auto& entry : more) request.push_back(std::move(entry));
    scene.ask(std::move(request));
    const auto all = scene.packets<mqtt::Publish>();
    return all.empty() ? mqtt::Publish{} : all.front();
}
std::string topic(Scene& scene) { return telemetry(scene).topic; }
std::string payload(Scene& scene) { return text_of(telemetry(scene).payload); }
std::string size(Scene& scene) { return std::to_string(telemetry(scene).payload.size()); }
std::string quality(Scene& scene) { return std::to_string(telemetry(scene).qos); }
std::string first_dup(Scene& scene) { return yes(telemetry(scene).dup); }
std::string bag(Scene& scene) {
    return telemetry(scene, {{"properties", model::Object{{"a b", "c/d"}}}}).topic.substr(27);
}
std::string system_bag(Scene& scene) {
    return telemetry(scene, {{"system", model::Object{{"message_id", "m"}}}}).topic.substr(27);
}
std::string packets_of_telemetry(Scene& scene) { return telemetry(scene), scene.names(); }
std::string has_id(Scene& scene) { return yes(telemetry(scene).packet_id != 0); }
std::string again(Scene& scene) {
    telemetry(scene), scene.lose(), scene.all.clear(), scene.accept(true);
    return scene.messages("devices/");
}
std::string again_is_marked(Scene& scene) {
    telemetry(scene), scene.lose(), scene.all.clear(), scene.accept(true);
    return yes(scene.packets<mqtt::Publish>().at(0).dup);
}
std::string acknowledged(Scene& scene) {
    std::string text;
    for (const auto& one : scene.packets<mqtt::Puback>()) text += " " + std::to_string(one.packet_id);
    return text;
}
std::string pubacks(Scene& scene) {
    return scene.come_up(), scene.publish("devices/d1/messages/devicebound/", "x", 1, 5), acknowledged(scene);
}
std::string pubacks_of_duplicate(Scene& scene) {
    return scene.come_up(), scene.publish("devices/d1/messages/devicebound/", "x", 1, 5, true), acknowledged(scene);
}
std::string early_pubacks(Scene& scene) {
    scene.open(), scene.accept(), scene.publish("devices/d1/messages/devicebound/", "x", 1, 5);
    return acknowledged(scene);
}
template <const char* text>
std::string property(Scene& scene) {
    scene.come_up(), scene.all.clear();
    scene.publish(std::string("devices/d1/messages/devicebound/") + text, "x");
    return scene.said("properties");
}
constexpr char plus[] = "k=1+1", escape[] = "k=%2F", empty[] = "k=";
std::string filters(Scene& scene) {
    std::string text;
    scene.come_up();
    const auto subscribe = scene.packets<mqtt::Subscribe>().at(0);
    for (const auto& one : subscribe.subscriptions) text += " " + one.filter;
    return text;
}
std::string after_unknown_topic(Scene& scene) {
    return scene.come_up(), scene.publish("$iothub/foo", "x"), crashes(scene);
}
std::string after_large_message(Scene& scene) {
    scene.come_up(), scene.publish("devices/d1/messages/devicebound/", std::string(65'000, 'x'));
    return crashes(scene);
}

// Twins and methods.
std::string subscribes_again(Scene& scene) {
    return scene.come_up(), scene.lose(), scene.all.clear(), scene.accept(),
           yes(!scene.packets<mqtt::Subscribe>().empty());
}
std::string reads_again(Scene& scene) {
    return scene.come_up(), scene.lose(), scene.all.clear(), scene.accept(true),
           yes(!scene.messages("$iothub").empty());
}
std::string until_suback(Scene& scene) { return scene.open(), scene.accept(), scene.names(); }
std::string get(Scene& scene) { return scene.come_up(), scene.messages("$iothub/twin/GET/"); }
std::string two_gets(Scene& scene) {
    return scene.come_up(), scene.ask({{"do", "get_twin"}}), scene.messages("$iothub/twin/GET/");
}
std::string twin(Scene& scene) {
    scene.come_up(), scene.ask({{"do", "get_twin"}}), scene.publish("$iothub/twin/res/200/?$rid=2", "{\"desired\":{}}");
    return scene.said("twin");
}
std::string desired(Scene& scene) {
    scene.come_up(), scene.publish("$iothub/twin/PATCH/properties/desired/?$version=2", "{\"a\":1}");
    return scene.said("patch");
}
std::string removal(Scene& scene) {
    scene.come_up(), scene.publish("$iothub/twin/PATCH/properties/desired/?$version=2", "{\"a\":{\"b\":null}}");
    return scene.said("patch");
}
std::string patch(Scene& scene) {
    scene.come_up(), scene.ask({{"do", "report"}, {"patch", model::Object{{"a", 1}}}});
    return scene.messages("$iothub/twin/PATCH/");
}
std::string after_refused_patch(Scene& scene) {
    patch(scene), scene.publish("$iothub/twin/res/400/?$rid=2", "");
    return crashes(scene);
}
std::string answer(Scene& scene) {
    scene.come_up(), scene.ask({{"do", "answer_method"}, {"name", "m"}, {"status", 207}});
    scene.publish("$iothub/methods/POST/m/?$rid=9", "1");
    return scene.messages("$iothub/methods/");
}
std::string answer_without_payload(Scene& scene) {
    return scene.come_up(), scene.publish("$iothub/methods/POST/m/?$rid=9", ""), scene.messages("$iothub/methods/");
}
std::string two_answers(Scene& scene) {
    scene.come_up(), scene.ask({{"do", "answer_method"}, {"name", "m"}, {"after_ms", 5}});
    for (const auto* id : {"1", "2"}) scene.publish(std::string("$iothub/methods/POST/m/?$rid=") + id, id);
    return scene.pass(5ms), scene.messages("$iothub/methods/");
}
std::string method_name(Scene& scene) {
    scene.come_up(), scene.all.clear(), scene.publish("$iothub/methods/POST/a%20b/?$rid=9", "1");
    return scene.said("name");
}

std::string told(Scene& scene) { return yes(!scene.said("properties").empty()); }
std::string told_of_duplicate(Scene& scene) {
    return scene.come_up(), scene.publish("devices/d1/messages/devicebound/", "x", 1, 5, true), told(scene);
}
std::string told_at_once(Scene& scene) {
    scene.open(), scene.accept(true), scene.publish("devices/d1/messages/devicebound/", "x", 1, 5);
    return told(scene);
}
std::string puback_at_once(Scene& scene) { return told_at_once(scene), acknowledged(scene); }
std::string pubacks_of_asked_for(Scene& scene) {
    scene.come_up(), scene.publish("devices/d1/messages/devicebound/iothub-ack=full", "x", 1, 5);
    return acknowledged(scene);
}
constexpr char reserved_name[] = "iothub-ack=full";
std::string after_oversize(Scene& scene) {
    scene.come_up(), scene.give(NotMqtt{true});
    return crashes(scene);
}
std::string after_refused_filters(Scene& scene) {
    scene.open(), scene.accept(), scene.give(mqtt::Packet(mqtt::Suback{1, {128, 128, 128, 128}}));
    return crashes(scene);
}
std::string resets_without_suback(Scene& scene) {
    scene.open(), scene.accept(), scene.pass(15s);
    return yes(scene.count<Reset>() > 0);
}
std::string resets_without_pingresp(Scene& scene) {
    return scene.come_up(), scene.pass(1min), yes(scene.count<Reset>() > 0);
}
std::string resets_without_puback(Scene& scene) {
    telemetry(scene), scene.pass(15s);
    return yes(scene.count<Reset>() > 0);
}
std::string resets_at_quality_0(Scene& scene) {
    if (const auto sent = telemetry(scene); sent.qos > 0) scene.give(mqtt::Packet(mqtt::Puback{sent.packet_id}));
    scene.pass(15s);
    return yes(scene.count<Reset>() > 0);
}
std::string two_packet_ids(Scene& scene) {
    const auto first = telemetry(scene);
    scene.ask({{"do", "telemetry"}, {"payload", "y"}});
    return std::to_string(first.packet_id) + " " + std::to_string(scene.packets<mqtt::Publish>().at(1).packet_id);
}
std::string content_type(Scene& scene) {
    return telemetry(scene, {{"system", model::Object{{"content_type", "a;b"}}}}).topic.substr(27);
}
std::string component(Scene& scene) {
    return telemetry(scene, {{"system", model::Object{{"component", "c"}}}}).topic.substr(27);
}
std::string longest_topic(Scene& scene) {
    const auto sent = telemetry(scene, {{"properties", model::Object{{"long", std::string(70'000, 'x')}}}});
    return std::to_string(sent.topic.size());
}
std::string pauses_after_acceptance(Scene& scene) {
    scene.open();
    for (int i = 0; i < 6; ++i)
        scene.accept(), scene.give(Closed{}), scene.pass(scene.next().value() - scene.now), scene.give(Opened{});
    return yes(scene.now - morning > 3s);
}
std::string protocol(Scene& scene) {
    const auto connect = connect_of(scene);
    return connect.protocol_name + " " + std::to_string(connect.protocol_level);
}
std::string policy(Scene& scene) { return token_of(scene).policy.value_or(""); }
/// The same fault in a device whose id has a colon: faults that show only there.
Scene odd_scene(const Scene& scene) { return Scene(scene.behaviour, {"hub.example", "d:1", "", station().key, false}); }
std::string odd_client_id(Scene& scene) {
    auto odd = odd_scene(scene);
    return client_id(odd);
}
std::string odd_resource(Scene& scene) {
    auto odd = odd_scene(scene);
    return raw_resource(odd);
}
std::string done_at_once(Scene& scene) {
    scene.come_up(), scene.all.clear(), scene.ask({{"do", "report"}, {"patch", model::Object{{"a", 1}}}});
    return yes(!scene.said("done").empty());
}
std::string twin_in_words(Scene& scene) {
    scene.come_up(), scene.ask({{"do", "get_twin"}}), scene.publish("$iothub/twin/res/ok/?$rid=2", "{\"desired\":{}}");
    return scene.said("twin");
}
std::string failed_twin(Scene& scene) {
    scene.come_up(), scene.ask({{"do", "get_twin"}}), scene.pass(15s);
    return scene.said("failed");
}
std::string desired_after_loss(Scene& scene) {
    scene.come_up(), scene.lose(), scene.accept(true);
    scene.publish("$iothub/twin/PATCH/properties/desired/?$version=2", "{\"a\":1}");
    return scene.said("patch");
}
std::string answers_large_call(Scene& scene) {
    scene.come_up(), scene.publish("$iothub/methods/POST/m/?$rid=9", std::string(131'072, '1'));
    return yes(!scene.messages("$iothub/methods/").empty());
}
std::string command(Scene& scene) {
    scene.come_up(), scene.all.clear(), scene.publish("$iothub/methods/POST/c%2Am/?$rid=9", "1");
    return scene.said("name");
}

const std::string hub_user = "hub.example/d1/?api-version=2021-04-12&DeviceClientType=hubspec-plain-device";
const std::string events = "devices/d1/messages/events/";
const std::string reported = "$iothub/twin/PATCH/properties/reported/?$rid=2 ";
const std::string all_filters =
    " devices/d1/messages/devicebound/# $iothub/twin/res/# $iothub/twin/PATCH/properties/desired/#"
    " $iothub/methods/POST/#";

/// What is seen of the right device, and what of the one with the fault.
struct Difference {
    std::string fault;
    std::string (*look)(Scene&);
    std::string right, wrong;
};

const std::vector<Difference>& differences() {
    static const std::vector<Difference> all{
        {"begins-with-ping", first_packets, "CONNECT SUBSCRIBE", "PINGREQ CONNECT SUBSCRIBE"},
        {"connects-twice", first_packets, "CONNECT SUBSCRIBE", "CONNECT CONNECT SUBSCRIBE"},
        {"sets-the-reserved-flag", reserved_flag, "no", "yes"},
        {"floods", flood, "no", "yes"},
        {"has-another-client-id", client_id, "d1", "a-device"},
        {"names-no-api-version", user_name, hub_user, "hub.example/d1/?DeviceClientType=hubspec-plain-device"},
        {"names-another-host", user_name, hub_user, "other.example" + hub_user.substr(11)},
        {"names-another-device", user_name, hub_user, "hub.example/other" + hub_user.substr(14)},
        {"has-no-password", password, "yes", "no"},
        {"has-a-token-without-expiry", is_a_token, "yes", "no"},
        {"has-anothers-token", resource, "hub.example%2Fdevices%2Fd1", "hub.example%2Fdevices%2Fother"},
        {"has-an-expired-token", life, "3600", "-3600"},
        {"signs-with-another-key", own_signature, "yes", "no"},
        {"has-an-expiry-in-milliseconds", expiry, "1700003600", "1700003600000"},
        {"encodes-no-resource", raw_resource, "hub.example%2Fdevices%2Fd1", "hub.example/devices/d1"},
        {"has-a-broken-signature", broken_signature, "no", "yes"},
        {"sends-its-connection-string", gives_its_key_away, "no", "yes"},
        {"misses-the-host-in-its-user-name", user_name, hub_user, "d1/?api-version=2021-04-12"},
        {"encodes-its-ids", odd_client_id, "d:1", "d%3A1"},
        {"encodes-half-of-its-resource", odd_resource, "hub.example%2Fdevices%2Fd%3A1", "hub.example%2Fdevices%2Fd:1"},
        {"signs-the-decoded-resource", own_signature, "yes", "no"},
        {"signs-with-the-text-of-its-key", own_signature, "yes", "no"},
        {"names-a-policy", policy, "", "device"},
        {"speaks-mqtt-3.1", protocol, "MQTT 4", "MQIsdp 3"},
        {"encodes-no-client-type", user_name, hub_user,
         "hub.example/d1/?api-version=2021-04-12&DeviceClientType=a b/1"},
        {"announces-no-model", user_name, hub_user, "hub.example/d1/?api-version=2021-04-12&model-id=thermostat"},
        {"starts-clean", clean, "no", "yes"},
        {"keeps-alive-too-long", keep_alive, "60", "1200"},
        {"keeps-no-alive", keep_alive, "60", "0"},
        {"never-pings", pings, "yes", "no"},
        {"has-a-foreign-will", will_topic, events, "devices/other/messages/events/"},
        {"has-a-will-of-quality-2", will_qos, "0", "2"},
        {"stays-away-after-fin", back_after_fin, "2", "1"},
        {"stays-away-after-reset", back_after_reset, "2", "1"},
        {"stays-away-after-refusal", back_after_refusal, "2", "1"},
        {"comes-back-at-once", pauses, "yes", "no"},
        {"comes-back-evenly", pauses_after_acceptance, "yes", "no"},
        {"waits-for-pingresp-for-ever", resets_without_pingresp, "yes", "no"},
        {"leaves-it-to-tcp", pings, "yes", "no"},
        {"insists-on-connack-4", tries<4>, "3", "10"},
        {"insists-on-connack-5", tries<5>, "3", "10"},
        {"waits-for-connack-for-ever", waits_for_connack, "no", "yes"},
        {"leaves-without-goodbye", last_packets, "DISCONNECT", ""},
        {"speaks-after-goodbye", last_packets, "DISCONNECT", "DISCONNECT PINGREQ"},
        {"dies-of-malformed-packets", after_nonsense, "no", "yes"},
        {"crashes-at-start", crashes, "no", "yes"},
        {"never-connects", opens, "1", "0"},

        {"sends-telemetry-once", again, events + " x", ""},
        {"sends-again-unmarked", again_is_marked, "yes", "no"},
        {"sends-at-quality-2", quality, "1", "2"},
        {"speaks-for-another-device", topic, events, "devices/other/messages/events/"},
        {"has-a-topic-of-its-own", topic, events, "telemetry"},
        {"sends-nothing", payload, "x", ""},
        {"encodes-nothing", bag, "a%20b=c%2Fd", "a b=c/d"},
        {"writes-plus-for-blank", bag, "a%20b=c%2Fd", "a+b=c%2Fd"},
        {"has-a-property-in-another-script", topic, events, events + "%C3%BC=1"},
        {"has-a-long-message-id", topic, events, events + "%24.mid=" + std::string(129, 'm')},
        {"has-a-local-creation-time", topic, events,
         events + "iothub-creation-time-utc=2026-01-01T00%3A00%3A00%2B02%3A00"},
        {"sends-too-much", size, "1", "262145"},
        {"asks-elsewhere-for-a-certificate", topic, events, "$iothub/credential/POST/issueCertificate/?$rid=1"},
        {"drops-properties", bag, "a%20b=c%2Fd", ""},
        {"misspells-system-properties", system_bag, "%24.mid=m", "%24.xmid=m"},
        {"begins-with-a-duplicate", first_dup, "no", "yes"},
        {"repeats-a-packet-id", packets_of_telemetry, "PUBLISH", "PUBLISH PUBLISH"},
        {"has-packet-id-0", has_id, "yes", "no"},
        {"has-one-packet-id", two_packet_ids, "2 3", "1 1"},
        {"cuts-content-types", content_type, "%24.ct=a%3Bb", "%24.ct=a"},
        {"waits-for-puback-at-quality-0", resets_at_quality_0, "no", "yes"},
        {"waits-for-puback-for-ever", resets_without_puback, "yes", "no"},
        {"cuts-long-topics", longest_topic, "0", "65535"},
        {"asks-for-a-certificate-without-a-request", topic, events,
         "$iothub/credentials/POST/issueCertificate/?$rid=1"},
        {"never-acknowledges", pubacks, " 5", ""},
        {"acknowledges-twice", pubacks, " 5", " 5 5"},
        {"acknowledges-another", pubacks, " 5", " 6"},
        {"ignores-duplicates", pubacks_of_duplicate, " 5", ""},
        {"ignores-early-messages", early_pubacks, " 5", ""},
        {"reads-plus-as-blank", property<plus>, R"({"k":"1+1"})", R"({"k":"1 1"})"},
        {"decodes-nothing", property<escape>, R"({"k":"/"})", R"({"k":"%2F"})"},
        {"takes-empty-for-null", property<empty>, R"({"k":""})", R"({"k":null})"},
        {"subscribes-to-no-messages", filters, all_filters, all_filters.substr(34)},
        {"subscribes-to-anything", filters, all_filters, all_filters + " $iothub/anything/#"},
        {"dies-of-unknown-topics", after_unknown_topic, "no", "yes"},
        {"dies-of-large-messages", after_large_message, "no", "yes"},
        {"acknowledges-only-what-nobody-asks-about", pubacks_of_asked_for, " 5", ""},
        {"takes-reserved-names-for-properties", property<reserved_name>, "{}", R"({"iothub-ack":"full"})"},
        {"takes-duplicates-for-known", told_of_duplicate, "yes", "no"},
        {"acknowledges-what-nobody-hears", told_at_once, "yes", "no"},
        {"drops-empty-properties", property<empty>, R"({"k":""})", ""},
        {"reads-one-packet-a-record", puback_at_once, " 5", ""},
        {"dies-of-oversize-packets", after_oversize, "no", "yes"},
        {"dies-of-refused-filters", after_refused_filters, "no", "yes"},
        {"waits-for-suback-for-ever", resets_without_suback, "yes", "no"},

        {"subscribes-once", subscribes_again, "yes", "no"},
        {"reads-its-twin-once", reads_again, "yes", "no"},
        {"asks-before-it-subscribes", until_suback, "CONNECT SUBSCRIBE", "CONNECT PUBLISH SUBSCRIBE"},
        {"asks-before-suback", until_suback, "CONNECT SUBSCRIBE", "CONNECT SUBSCRIBE PUBLISH"},
        {"asks-without-id", get, "$iothub/twin/GET/?$rid=1 ", "$iothub/twin/GET/? "},
        {"asks-with-an-empty-id", get, "$iothub/twin/GET/?$rid=1 ", "$iothub/twin/GET/?$rid= "},
        {"asks-with-a-raw-id", two_gets, "$iothub/twin/GET/?$rid=1 \n$iothub/twin/GET/?$rid=2 ",
         "$iothub/twin/GET/?$rid=a/b 1 \n$iothub/twin/GET/?$rid=a/b 2 "},
        {"asks-with-one-id", two_gets, "$iothub/twin/GET/?$rid=1 \n$iothub/twin/GET/?$rid=2 ",
         "$iothub/twin/GET/?$rid=1 \n$iothub/twin/GET/?$rid=1 \n$iothub/twin/GET/?$rid=1 \n$iothub/twin/GET/?$rid=1 "},
        {"hides-its-twin", twin, R"({"desired":{}})", ""},
        {"hides-desired-properties", desired, R"({"a":1})", ""},
        {"hides-removals", removal, R"({"a":{"b":null}})", ""},
        {"reports-no-json", patch, reported + R"({"a":1})", reported + "level=7"},
        {"reports-a-list", patch, reported + R"({"a":1})", reported + "[1]"},
        {"reports-nothing", patch, reported + R"({"a":1})", ""},
        {"reports-desired-properties", patch, reported + R"({"a":1})",
         R"($iothub/twin/PATCH/properties/desired/?$rid=2 {"a":1})"},
        {"reports-before-it-subscribes", until_suback, "CONNECT SUBSCRIBE", "CONNECT PUBLISH SUBSCRIBE"},
        {"reports-in-the-dark", done_at_once, "no", "yes"},
        {"reports-an-empty-patch", patch, reported + R"({"a":1})", reported + "{}"},
        {"puts-the-version-first", get, "$iothub/twin/GET/?$rid=1 ", "$iothub/twin/GET/?$version=1&$rid=1 "},
        {"takes-any-status", twin_in_words, "", R"({"desired":{}})"},
        {"waits-for-its-twin-for-ever", failed_twin, R"("the hub does not answer")", ""},
        {"follows-no-changes-after-a-loss", desired_after_loss, R"({"a":1})", ""},
        {"reports-numbers-as-text", patch, reported + R"({"a":1})", reported + R"({"a":"1"})"},
        {"dies-of-refused-patches", after_refused_patch, "no", "yes"},
        {"answers-no-method", answer, "$iothub/methods/res/207/?$rid=9 1", ""},
        {"answers-twice", answer, "$iothub/methods/res/207/?$rid=9 1",
         "$iothub/methods/res/207/?$rid=9 1\n$iothub/methods/res/207/?$rid=9 1"},
        {"answers-another-call", answer, "$iothub/methods/res/207/?$rid=9 1", "$iothub/methods/res/207/?$rid=other 1"},
        {"answers-in-words", answer, "$iothub/methods/res/207/?$rid=9 1", "$iothub/methods/res/ok/?$rid=9 1"},
        {"answers-no-json", answer, "$iothub/methods/res/207/?$rid=9 1", "$iothub/methods/res/207/?$rid=9 done"},
        {"answers-elsewhere", answer, "$iothub/methods/res/207/?$rid=9 1", "$iothub/methods/RES/207/?$rid=9 1"},
        {"answers-only-with-payload", answer_without_payload, "$iothub/methods/res/200/?$rid=9 ", ""},
        {"swaps-answers", two_answers, "$iothub/methods/res/200/?$rid=1 1\n$iothub/methods/res/200/?$rid=2 2",
         "$iothub/methods/res/200/?$rid=2 1\n$iothub/methods/res/200/?$rid=1 2"},
        {"answers-200-always", answer, "$iothub/methods/res/207/?$rid=9 1", "$iothub/methods/res/200/?$rid=9 1"},
        {"keeps-method-names-encoded", method_name, R"("a b")", R"("a%20b")"},
        {"answers-no-large-call", answers_large_call, "yes", "no"},
        {"names-no-component", component, "%24.sub=c", ""},
        {"cuts-commands-at-the-star", command, R"("c*m")", R"("c")"},
        {"subscribes-to-no-methods", filters, all_filters, all_filters.substr(0, all_filters.rfind(' '))},
    };
    return all;
}

// What a device does that has a model; acknowledges-no-version is of it.
TEST(FaultsOfModels, AcknowledgeChangesWithoutTheirVersion) {
    Behaviour right;
    right.acknowledges_desired = true;
    const auto acknowledged = [&](const std::vector<std::string>& names) {
        Scene scene(with_faults(names, right).behaviour);
        scene.come_up();
        scene.publish("$iothub/twin/PATCH/properties/desired/?$version=4", R"({"a":1,"b":null,"$version":4})");
        return scene.messages("$iothub/twin/PATCH/");
    };
    EXPECT_EQ(acknowledged({}), reported + R"({"a":{"value":1,"ac":200,"av":4}})");
    EXPECT_EQ(acknowledged({"acknowledges-no-version"}), reported + R"({"a":{"value":1,"ac":200,"av":0}})");
}

class Faults : public testing::TestWithParam<Difference> {};

TEST_P(Faults, ChangesWhatItSays) {
    Scene right, wrong(GetParam().fault);
    EXPECT_EQ(GetParam().look(right), GetParam().right);
    EXPECT_EQ(GetParam().look(wrong), GetParam().wrong);
}

std::string test_name(const testing::TestParamInfo<Difference>& info) {
    auto name = info.param.fault;
    for (auto& c : name)
        if (c == '-' || c == '.') c = '_';
    return name;
}

INSTANTIATE_TEST_SUITE_P(All, Faults, testing::ValuesIn(differences()), test_name);

// How it opens its connection is the shell's.
TEST(FaultsOfTheConnection, ChangeHowItIsOpened) {
    const auto transport = [](const std::string& fault) { return transport_of({}, with_faults({fault}).behaviour); };
    const auto right = transport_of({}, {});
    EXPECT_TRUE(right.tls && right.verifies);
    EXPECT_EQ(right.version, net::TlsVersion::any);
    EXPECT_EQ(right.overlooks, net::Overlooks::nothing);
    EXPECT_FALSE(transport("speaks-without-tls").tls);
    EXPECT_EQ(transport("speaks-tls-1.1").version, net::TlsVersion::tls_1_1);
    EXPECT_EQ(transport("trusts-any-root").overlooks, net::Overlooks::root);
    EXPECT_EQ(transport("trusts-any-name").overlooks, net::Overlooks::name);
    EXPECT_EQ(transport("trusts-expired").overlooks, net::Overlooks::expiry);
    EXPECT_EQ(transport("trusts-future").overlooks, net::Overlooks::start);
    EXPECT_FALSE(transport("trusts-anything").verifies);
    EXPECT_FALSE(right.pins_leaf);
    EXPECT_TRUE(transport("pins-the-leaf").pins_leaf);
    EXPECT_EQ(endpoint_of({}, with_faults({"names-no-host"}).behaviour).address, "127.0.0.1");
}

TEST(Faults, AreEachShownHere) {
    std::set<std::string> shown{
        "pins-the-leaf",   "acknowledges-no-version", "speaks-without-tls", "speaks-tls-1.1",
        "trusts-any-root", "trusts-any-name",         "trusts-expired",     "trusts-future",
        "trusts-anything", "names-no-host",           "ignores-sigterm"};  // the last in program_test
    for (const auto& one : differences()) shown.insert(one.fault);
    for (const auto& part : {connecting_faults(), messages_faults(), received_faults(), twin_faults(),
                             method_faults()})  // others elsewhere
        for (const auto& fault : part) EXPECT_TRUE(shown.erase(fault.name) == 1) << fault.name;
    EXPECT_THAT(shown, testing::IsEmpty());
}

TEST(Faults, AreDifferentDevices) {
    const Behaviour right;
    std::vector<std::pair<Behaviour, std::string>> devices;
    for (const auto& fault : faults()) {
        const auto behaviour = with_faults({fault.name}).behaviour;
        // What is right for the plain device may be wrong for the SDK that it pretends to be.
        EXPECT_TRUE(behaviour != right || !fault.sdk.empty()) << fault.name;
        const auto who = fault.statement + " " + fault.transport + " " + fault.sdk;
        for (const auto& [other, statement] : devices)
            EXPECT_FALSE(behaviour == other && who == statement) << fault.name;
        devices.emplace_back(behaviour, who);
        EXPECT_TRUE(fault.summary.ends_with(".")) << fault.name;
    }
}

TEST(Faults, CanBeJoined) {
    const auto chosen = with_faults({"keeps-no-alive", "starts-clean"});
    EXPECT_EQ(chosen.behaviour.keep_alive, 0);
    EXPECT_TRUE(chosen.behaviour.clean_session);
}

TEST(Faults, ThatDoNotExistAreToldWithTheNearest) {
    EXPECT_EQ(with_faults({"answer-twice"}).problem, "there is no fault 'answer-twice'; did you mean 'answers-twice'?");
    EXPECT_EQ(with_faults({"xyz"}).problem, "there is no fault 'xyz'; --list-faults names them");
}

}  // namespace
}  // namespace hubspec::devices::test

#include "harness/run/device_rules.hpp"

#include <algorithm>

#include "harness/run/device_rule_book.hpp"
#include "harness/run/judge.hpp"

namespace hubspec::run {

using namespace model;

const std::vector<DeviceRule>& device_rules() {
    static const std::vector<DeviceRule> all{
        {"tls-is-spoken", {"TLS-01", "SCOPE-05"}, "Nothing is sent without TLS."},
        {"tls-is-1.2-or-newer", {"TLS-01"}, "TLS is 1.2 or newer."},
        {"the-host-is-named", {"X-TLS-06"}, "The ClientHello names the host."},
        {"connect-comes-first", {"MQTT-3.1.0-1"}, "The first packet of a connection is CONNECT."},
        {"connect-comes-once", {"MQTT-3.1.0-2"}, "CONNECT comes once in a connection."},
        {"the-client-id-is-the-devices", {"CONN-02"}, "The client identifier is the device's id, or D/M of a module."},
        {"the-user-name-is-well-formed", {"CONN-03"}, "The user name is HOST/DEVICE[/MODULE]/?api-version=..."},
        {"the-api-version-is-named", {"CONN-06"}, "The user name names an api-version."},
        {"the-password-is-a-token", {"CONN-08", "AUTH-01"}, "The password is a well-formed SAS token."},
        {"the-token-is-for-the-device", {"X-SAS-04"}, "The token is for the device and no other resource."},
        {"a-certificate-needs-no-password", {"AUTH-10"}, "With a certificate there is no password."},
        {"keep-alive-is-short-enough", {"KEEP-14"}, "The keep alive is at most 1177 s."},
        {"the-will-is-telemetry", {"WILL-02"}, "The topic of the Will is that of telemetry."},
        {"the-connection-is-kept-alive", {"MQTT-3.1.2-23", "KEEP-01"}, "No keep-alive period passes without a packet."},
        {"reconnects-are-spaced", {"X-DEV-01"}, "Reconnects do not follow each other in a tight loop."},
        {"refusals-are-heeded", {"X-DEV-03"}, "CONNACK 4 and 5 are not followed by the same CONNECT for ever."},
        {"packets-keep-to-mqtt", {"SCOPE-01"}, "Every packet keeps to MQTT 3.1.1."},
        {"quality-is-at-most-1", {"D2C-09"}, "No message has QoS 2."},
        {"topics-are-the-hubs", {"D2C-01"}, "Messages go to the hub's topics for this identity only."},
        {"bags-are-encoded", {"D2C-03"}, "Names and values of property bags are percent-encoded."},
        {"system-properties-are-known", {"X-TOPIC-01"}, "Keys that begin with $. are those of system properties."},
        {"filters-are-the-hubs", {"X-SUB-03"}, "Subscriptions are to filters that the hub knows."},
        {"requests-have-ids", {"TWIN-03"}, "Twin requests have a request id."},
        {"request-ids-are-unique",
         {"TWIN-03", "X-TOPIC-24"},
         "No request id is used again before its answer has come."},
        {"answers-are-subscribed-first", {"TWIN-01"}, "The answers are subscribed to before the first twin request."},
        {"answers-are-granted-first", {"X-DEV-14"}, "The first twin request waits for SUBACK."},
        {"reported-properties-are-json", {"REPORTED-07"}, "A patch of reported properties is a JSON object."},
        {"method-status-is-an-integer", {"METHOD-07"}, "The status of a method's answer is an integer."},
        {"method-answers-have-their-id", {"METHOD-06"}, "A method's answer has the request id of a call."},
        {"method-answers-come-once", {"METHOD-04"}, "A call is answered once."},
        {"method-answers-are-json", {"METHOD-05"}, "A method's answer is JSON or empty."},
        {"deliveries-are-acknowledged", {"MQTT-4.3.2-2"}, "Each message at QoS 1 is acknowledged."},
        {"only-deliveries-are-acknowledged", {"MQTT-4.3.2-2"}, "PUBACK names a message that was delivered."},
        {"packet-ids-are-not-zero", {"MQTT-2.3.1-1"}, "Packet identifiers are not 0."},
        {"packet-ids-are-free", {"MQTT-2.3.1-2"}, "A new packet has an identifier that is not in use."},
        {"a-first-try-is-no-duplicate", {"MQTT-3.3.1-1"}, "DUP is set when a message is sent again only."},
        {"nothing-follows-disconnect", {"MQTT-3.14.4-1"}, "After DISCONNECT nothing is sent."},
    };
    return all;
}

DeviceFacts facts_of(const Trace& trace) {
    DeviceFacts facts;
    for (const auto& event : trace) {
        const auto* bound = std::get_if<NameBound>(&event.form);
        if (bound == nullptr || bound->value.text() == nullptr) continue;
        if (bound->name == "hub.host") facts.host_name = *bound->value.text();
        if (bound->name == "device.id") facts.device_id = *bound->value.text();
        if (bound->name == "device.module_id") facts.module_id = *bound->value.text();
    }
    for (const auto& event : trace)
        if (const auto* bound = std::get_if<NameBound>(&event.form);
            bound != nullptr && bound->name == "device.primary_key_length" && bound->value.integer() != nullptr)
            facts.has_certificate = *bound->value.integer() == 0;
    return facts;
}

std::vector<Finding> broken_device_rules(const Trace& trace, const DeviceFacts& device, const Catalogue& catalogue) {
    rules::Book book(trace, device);
    rules::look_at_connecting(book);
    rules::look_at_topics(book);
    rules::look_at_twin_and_methods(book);
    rules::look_at_flow(book);
    return book.findings(catalogue);
}

namespace rules {

void Book::broken(const std::string& rule, std::size_t event, const std::string& what, const std::string& clause) {
    auto [entry, is_new] = entries_.try_emplace(rule, Entry{event, what, clause, 0});
    ++entry->second.times;
}

std::vector<Finding> Book::findings(const Catalogue& catalogue) const {
    std::vector<Finding> all;
    for (const auto& rule : device_rules()) {
        const auto entry = entries_.find(rule.name);
        if (entry == entries_.end()) continue;
        const auto& [event, what, clause, times] = entry->second;
        Finding finding;
        finding.requirements = rule.requirements;
        auto id = clause;  // "MQTT 2.2.3" where a section numbers no statement
        std::replace(id.begin(), id.end(), ' ', '-');
        if (!id.empty() && catalogue.find(id) != nullptr) finding.requirements = {id};
        const Level level = strictest(finding.requirements, catalogue);
        finding.verdict = level == Level::must ? Verdict::fail : Verdict::warn;
        finding.type = "conformance." + std::string(to_string(level));
        finding.expected = rule.sentence;
        finding.actual = what;
        finding.summary = rule.name + ": " + what + (times > 1 ? " (" + std::to_string(times) + " times)" : "");
        finding.trace_line = event;
        all.push_back(std::move(finding));
    }
    return all;
}

}  // namespace rules

}  // namespace hubspec::run

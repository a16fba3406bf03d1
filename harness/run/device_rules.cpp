#include "harness/run/device_rules.hpp"

#include <algorithm>
#include <array>
#include <cctype>

#include "harness/iothub/redact.hpp"
#include "harness/mqtt/describe.hpp"
#include "harness/mqtt/hex.hpp"
#include "harness/run/device_rule.hpp"
#include "harness/run/judge.hpp"

namespace hubspec::run {

using namespace model;

namespace {

constexpr std::size_t most_connections_named = 3;
constexpr std::size_t longest_quotation = 120;
constexpr std::size_t shortest_secret = 8;  // a shorter one may be a part of anything

const std::vector<Rule>& rules() {
    static const std::vector<Rule> all = [] {
        std::vector<Rule> made;
        for (auto* topic : {rules_of_transport, rules_of_connect, rules_of_tokens, rules_of_topics, rules_of_bags,
                            rules_of_twins, rules_of_methods, rules_of_packets, rules_of_deliveries, rules_of_time})
            for (auto& rule : topic()) made.push_back(std::move(rule));
        return made;
    }();
    return all;
}

DeviceRule told(const Rule& rule) {
    DeviceRule made{std::string(rule.name), rule.requirements, std::string(rule.sentence)};
    for (const auto* more : {&rule.of_modules, &rule.further})
        for (const auto& id : *more)
            if (std::ranges::find(made.requirements, id) == made.requirements.end()) made.requirements.push_back(id);
    return made;
}

/// The same rule, broken in the same way, on one connection.
struct Group {
    const Dialogue* dialogue = nullptr;
    std::vector<std::string> requirements;
    const Breach* first = nullptr;
    std::size_t times = 0;
    std::size_t further_connections = 0;
};

const std::vector<std::string>& requirements_of(const Rule& rule, const Breach& breach, const DeviceFacts& device) {
    if (!breach.requirements.empty()) return breach.requirements;
    return !device.module_id.empty() && !rule.of_modules.empty() ? rule.of_modules : rule.requirements;
}

std::vector<Group> grouped(const Rule& rule, const Breaches& breaches, const DeviceFacts& device) {
    std::vector<Group> groups;
    for (const auto& breach : breaches) {
        const auto& ids = requirements_of(rule, breach, device);
        const auto is_same = [&](const Group& one) {
            return one.dialogue == breach.dialogue && one.requirements == ids;
        };
        const auto found = std::find_if(groups.rbegin(), groups.rend(), is_same);
        if (found != groups.rend())
            ++found->times;
        else
            groups.push_back({breach.dialogue, ids, &breach, 1, 0});
    }
    return groups;
}

/// A device that comes again and again is told of three connections, and of how many more there were.
void fold(std::vector<Group>& groups) {
    std::vector<Group> kept;
    for (auto& group : groups) {
        const auto is_alike = [&](const Group& one) { return one.requirements == group.requirements; };
        if (static_cast<std::size_t>(std::ranges::count_if(kept, is_alike)) < most_connections_named)
            kept.push_back(group);
        else
            ++std::find_if(kept.rbegin(), kept.rend(), is_alike)->further_connections;
    }
    groups = std::move(kept);
}

/// Bytes that are no MQTT may hold a password: they are not shown.
std::string shown(const EventForm& event) {
    const auto* malformed = std::get_if<MalformedReceived>(&event);
    if (malformed == nullptr) return describe(event);
    return "malformed [" + malformed->problem.clause + "]: " + malformed->problem.text + "; " +
           mqtt::count_bytes(malformed->bytes.size());
}

std::string summary_of(const Rule& rule, const Group& group) {
    std::string text = group.dialogue != nullptr ? group.dialogue->connection + ": " : std::string();
    text += group.first->what;
    if (group.times > 1) text += " (" + std::to_string(group.times) + " times)";
    if (group.further_connections > 0)
        text += " (and on " + std::to_string(group.further_connections) + " more connections)";
    return text + ". " + std::string(rule.name) + ": " + std::string(rule.sentence);
}

Finding finding_of(const Rule& rule, const Group& group, const Talk& talk, const Catalogue& catalogue) {
    Finding finding;
    finding.requirements = group.requirements;
    const Level level = std::max(strictest(group.requirements, catalogue), rule.at_most);
    finding.verdict = level == Level::must ? Verdict::fail : Verdict::warn;
    finding.type = "conformance." + std::string(to_string(level));
    finding.summary = summary_of(rule, group);
    finding.expected = rule.sentence;
    finding.actual = shown(talk.trace[group.first->at].form);
    finding.trace_line = group.first->at;
    return finding;
}

std::vector<std::string> secrets_of(const Talk& talk) {
    std::vector<std::string> secrets;
    for_each_from_device<mqtt::Connect>(talk, [&](const Dialogue&, std::size_t, const mqtt::Connect& connect) {
        if (connect.password && connect.password->size() >= shortest_secret)
            secrets.emplace_back(text_of(*connect.password));
    });
    std::ranges::sort(secrets);
    secrets.erase(std::unique(secrets.begin(), secrets.end()), secrets.end());
    return secrets;
}

// A device may write its password anywhere.
void hide(std::string& text, const std::vector<std::string>& secrets) {
    for (const auto& secret : secrets)
        for (auto at = text.find(secret); at != std::string::npos; at = text.find(secret, at))
            text.replace(at, secret.size(), "(hidden)");
    text = iothub::redact(text);
}

}  // namespace

const std::vector<DeviceRule>& device_rules() {
    static const std::vector<DeviceRule> all = [] {
        std::vector<DeviceRule> made;
        for (const auto& rule : rules()) made.push_back(told(rule));
        return made;
    }();
    return all;
}

DeviceFacts facts_of(const Trace& trace) {
    DeviceFacts facts;
    facts.other_host_names = {"localhost", "127.0.0.1"};
    for (const auto& event : trace) {
        facts.is_fresh = facts.is_fresh || std::holds_alternative<DeviceStarted>(event.form);
        const auto* bound = std::get_if<NameBound>(&event.form);
        if (bound == nullptr) continue;
        const auto* text = bound->value.text();
        if (bound->name == "hub.host" && text != nullptr) facts.host_name = facts.server_name_expected = *text;
        if (bound->name == "device.id" && text != nullptr) facts.device_id = *text;
        if (bound->name == "device.module_id" && text != nullptr) facts.module_id = *text;
        if (bound->name == "device.primary_key_length" && bound->value.integer() != nullptr)
            facts.has_certificate = *bound->value.integer() == 0;
    }
    return facts;
}

std::vector<Finding> broken_device_rules(const Trace& trace, const DeviceFacts& device, const Catalogue& catalogue) {
    const Talk talk = talk_of(trace, device);
    const auto secrets = secrets_of(talk);
    std::vector<Finding> all;
    for (const auto& rule : rules()) {
        const auto breaches = rule.find(talk);
        auto groups = grouped(rule, breaches, device);
        fold(groups);
        for (const auto& group : groups) {
            auto finding = finding_of(rule, group, talk, catalogue);
            for (auto* text : {&finding.summary, &finding.actual}) hide(*text, secrets);
            all.push_back(std::move(finding));
        }
    }
    return all;
}

std::string_view text_of(const mqtt::Bytes& bytes) {
    return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

std::string quoted(std::string_view text) {
    return mqtt::describe_payload({reinterpret_cast<const std::uint8_t*>(text.data()), text.size()}, longest_quotation);
}

// RFC 2396: what no name or value may have as it is. What is reserved there, but harmless here, is another rule.
std::string encoding_problem(std::string_view text) {
    for (std::size_t at = 0; at < text.size(); ++at) {
        const auto byte = static_cast<unsigned char>(text[at]);
        const auto is_hex = [&](std::size_t place) {
            return place < text.size() && std::isxdigit(static_cast<unsigned char>(text[place])) != 0;
        };
        if (byte == '%' && !(is_hex(at + 1) && is_hex(at + 2))) return "has '%' without two hexadecimal digits";
        if (byte <= 0x20 || byte >= 0x7F) return "has the byte " + mqtt::hex(byte) + " as it is";
        if (std::string_view("\"<>\\^`{|}[]/").find(text[at]) != std::string_view::npos)
            return std::string("has '") + text[at] + "' as it is";
    }
    return {};
}

}  // namespace hubspec::run

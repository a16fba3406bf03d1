#include "harness/run/kept_trace.hpp"

#include <algorithm>
#include <array>
#include <set>
#include <string_view>

#include "harness/iothub/redact.hpp"

namespace hubspec::run {

using namespace model;

namespace {

constexpr std::size_t shortest_secret = 8;  // a shorter one may be a part of anything
constexpr std::string_view token_scheme = "SharedAccessSignature ";
constexpr std::string_view connection_string = "HostName=";

bool is_open_field(std::string_view name) {
    static constexpr std::array<std::string_view, 6> open{"sr", "se", "skn", "HostName", "DeviceId", "ModuleId"};
    return std::ranges::find(open, name) != open.end();
}

/// Letters and digits become 'A' and '0'; escapes such as %3D and what is between them stay: still Base64.
void mask(std::string& text, std::size_t from, std::size_t to) {
    for (auto at = from; at < to; ++at) {
        const auto byte = static_cast<unsigned char>(text[at]);
        if (text[at] == '%' && at + 2 < to && std::isxdigit(static_cast<unsigned char>(text[at + 1])) != 0)
            at += 2;
        else if (std::isdigit(byte) != 0)
            text[at] = '0';
        else if (std::isalpha(byte) != 0 || byte >= 0x80)
            text[at] = 'A';
    }
}

/// Values of `name=value` fields between `separator`s; of those that anybody may know nothing is masked.
void mask_fields(std::string& text, std::size_t from, char separator) {
    while (from < text.size()) {
        const auto end = std::min(text.find(separator, from), text.size());
        const auto equals = std::min(text.find('=', from), end);
        if (!is_open_field(std::string_view(text).substr(from, equals - from)))
            mask(text, equals == end ? from : equals + 1, end);
        from = end + 1;
    }
}

std::string masked_password(std::string text) {
    if (text.starts_with(token_scheme))
        mask_fields(text, token_scheme.size(), '&');
    else if (text.starts_with(connection_string))
        mask_fields(text, 0, ';');
    else
        mask(text, 0, text.size());
    return text;
}

mqtt::Bytes bytes_of(const std::string& text) { return {text.begin(), text.end()}; }
std::string text_of(const mqtt::Bytes& bytes) { return {bytes.begin(), bytes.end()}; }

const mqtt::Packet* packet_of(const EventForm& form) {
    if (const auto* sent = std::get_if<PacketSent>(&form)) return &sent->packet;
    if (const auto* received = std::get_if<PacketReceived>(&form)) return &received->packet;
    return nullptr;
}

/// What else a device may have written its password into.
std::set<std::string> secrets_of(const Trace& trace) {
    std::set<std::string> secrets;
    for (const auto& event : trace) {
        const auto* packet = packet_of(event.form);
        const auto* connect = packet != nullptr ? std::get_if<mqtt::Connect>(packet) : nullptr;
        if (connect != nullptr && connect->password && connect->password->size() >= shortest_secret)
            secrets.insert(text_of(*connect->password));
    }
    return secrets;
}

class Cleaner {
public:
    explicit Cleaner(std::set<std::string> secrets) : secrets_(std::move(secrets)) {}

    void clean(std::string& text) const {
        for (const auto& secret : secrets_)
            for (auto at = text.find(secret); at != std::string::npos; at = text.find(secret, at + 1))
                text.replace(at, secret.size(), masked_password(secret));
        // The text of a password that is masked already is as it should be.
        text = iothub::redact(text);
    }
    void clean(mqtt::Bytes& bytes) const {
        auto text = text_of(bytes);
        clean(text);
        bytes = bytes_of(text);
    }
    void clean(Value& value) const {
        if (auto* text = std::get_if<std::string>(&value.form)) clean(*text);
        if (auto* array = std::get_if<Array>(&value.form))
            for (auto& item : *array) clean(item);
        if (auto* object = std::get_if<Object>(&value.form))
            for (auto& member : *object) clean(member.value);
    }
    void clean(HttpHeaders& headers) const {
        for (auto& [name, value] : headers) clean(value);
    }
    void clean(mqtt::Packet& packet) const {
        if (auto* connect = std::get_if<mqtt::Connect>(&packet)) {
            if (connect->password) connect->password = bytes_of(masked_password(text_of(*connect->password)));
            if (connect->user_name) clean(*connect->user_name);
            clean(connect->client_id);
            if (connect->will) clean(connect->will->topic), clean(connect->will->payload);
        }
        if (auto* publish = std::get_if<mqtt::Publish>(&packet)) clean(publish->topic), clean(publish->payload);
        if (auto* subscribe = std::get_if<mqtt::Subscribe>(&packet))
            for (auto& one : subscribe->subscriptions) clean(one.filter);
        if (auto* unsubscribe = std::get_if<mqtt::Unsubscribe>(&packet))
            for (auto& filter : unsubscribe->filters) clean(filter);
    }

    void clean(EventForm& form) const {
        std::visit(mqtt::overloaded{
                       [](StepBegan&) {},
                       [](StepExpired&) {},
                       [](ClockMoved&) {},
                       [](HarnessStoodStill&) {},
                       [](PingFrameSent&) {},
                       [this](NameBound& e) { clean(e.value); },
                       [this](HarnessFailed& e) { clean(e.text); },
                       [this](ConnectionOpened& e) { clean(e.server_name), clean(e.path); },
                       [this](UpgradeAnswered& e) { clean(e.response.headers), clean(e.response.body); },
                       [this](PacketSent& e) { clean(e.packet); },
                       [this](PacketReceived& e) { clean(e.packet); },
                       [this](BytesSent& e) { clean(e.bytes); },
                       [this](MalformedReceived& e) { clean(e.problem.text), clean(e.bytes); },
                       [this](ConnectionClosed& e) { clean(e.how); },
                       [this](ServiceAsked& e) { clean(e.request.headers), clean(e.request.body); },
                       [this](ServiceAnswered& e) { clean(e.response.headers), clean(e.response.body); },
                       [this](CloudMessageSent& e) { clean(e.message); },
                       [this](CloudMessageSettled& e) { clean(e.description); },
                       [this](TelemetrySeen& e) { clean(e.message); },
                       [this](LogSeen& e) { clean(e.entry); },
                       [this](DeviceStarted& e) { clean(e.command); },
                       [this](DeviceExited& e) { clean(e.last_words); },
                       [this](AppAsked& e) { clean(e.request); },
                       [this](AppAnswered& e) { clean(e.answer); },
                       [this](AppTold& e) { clean(e.event); },
                       [this](HubTold& e) { clean(e.what); },
                   },
                   form);
    }

private:
    std::set<std::string> secrets_;
};

}  // namespace

Trace kept(const Trace& trace) {
    const Cleaner cleaner(secrets_of(trace));
    Trace copy = trace;
    for (auto& event : copy) cleaner.clean(event.form);
    return copy;
}

}  // namespace hubspec::run

// Rules of topics, filters and property bags.

#include <cctype>

#include "harness/iothub/topic.hpp"
#include "harness/run/device_rule_book.hpp"

namespace hubspec::run::rules {

using namespace model;

namespace {

std::string bag_of(const std::string& topic) {
    constexpr std::string_view events = "/messages/events/";
    const auto at = topic.find(events);
    return at == std::string::npos ? "" : topic.substr(at + events.size());
}

// RFC 2396: what may stand in a bag as it is. '/' and '$' do in what SDKs send (X-TOPIC-09, X-TOPIC-03).
bool is_plain(unsigned char c) {
    return std::isalnum(c) != 0 ||
           std::string_view("-_.!~*'()%&=/$:;@,+?").find(static_cast<char>(c)) != std::string_view::npos;
}

bool is_escape(const std::string& text, std::size_t at) {
    return at + 2 < text.size() && std::isxdigit(static_cast<unsigned char>(text[at + 1])) != 0 &&
           std::isxdigit(static_cast<unsigned char>(text[at + 2])) != 0;
}

void look_at_bag(Book& book, std::size_t event, const std::string& topic) {
    const auto bag = bag_of(topic);
    for (std::size_t i = 0; i < bag.size(); ++i) {
        if (bag[i] == '%' && !is_escape(bag + " ", i))
            return book.broken("bags-are-encoded", event, "'%' without two hexadecimal digits in '" + bag + "'");
        if (!is_plain(static_cast<unsigned char>(bag[i])))
            return book.broken("bags-are-encoded", event,
                               std::string("'") + bag[i] + "' stands as it is in '" + bag + "'");
    }
    for (const auto& property : iothub::split_topic(topic).bag)
        if (property.name.starts_with("$.") && !iothub::system_property_name(property.name) &&
            property.name != "$.on" && property.name != "$.sub" && property.name != "$.cdid")
            book.broken("system-properties-are-known", event, "'" + property.name + "' is none");
}

void look_at_publish(Book& book, std::size_t event, const mqtt::Publish& publish) {
    const auto& device = book.device();
    if (publish.qos == 2) book.broken("quality-is-at-most-1", event, "a message on '" + publish.topic + "' has QoS 2");
    const auto topic = iothub::parse_device_topic(publish.topic);
    if (const auto* telemetry = std::get_if<iothub::TelemetryTopic>(&topic)) {
        if (telemetry->device_id != device.device_id || telemetry->module_id.value_or("") != device.module_id)
            book.broken("topics-are-the-hubs", event, "'" + publish.topic + "' is another identity's");
        look_at_bag(book, event, publish.topic);
    }
    const bool signs = publish.topic.starts_with("$iothub/credentials/POST/");  // X-CSR-01
    if (std::holds_alternative<iothub::UnsupportedTopic>(topic) && !signs)
        book.broken("topics-are-the-hubs", event, "the hub has no topic '" + publish.topic + "'");
}

void look_at_filter(Book& book, std::size_t event, const std::string& filter) {
    const auto& device = book.device();
    const auto module = device.module_id.empty() ? std::nullopt : std::optional(device.module_id);
    if (iothub::channel_of_filter(filter, device.device_id, module) == iothub::Channel::unsupported &&
        !filter.starts_with("$iothub/credential/"))
        book.broken("filters-are-the-hubs", event, "'" + filter + "' is none");
}

}  // namespace

void look_at_topics(Book& book) {
    for (std::size_t i = 0; i < book.trace().size(); ++i) {
        const auto* received = std::get_if<PacketReceived>(&book.trace()[i].form);
        if (received == nullptr) continue;
        if (const auto* publish = std::get_if<mqtt::Publish>(&received->packet)) look_at_publish(book, i, *publish);
        if (const auto* subscribe = std::get_if<mqtt::Subscribe>(&received->packet))
            for (const auto& one : subscribe->subscriptions) look_at_filter(book, i, one.filter);
    }
}

}  // namespace hubspec::run::rules

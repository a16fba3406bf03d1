// Rules of property bags in telemetry topics.

#include <algorithm>
#include <cctype>
#include <set>

#include "harness/iothub/property_bag.hpp"
#include "harness/iothub/text.hpp"
#include "harness/iothub/topic.hpp"
#include "harness/run/device_rule.hpp"

namespace hubspec::run {

using namespace model;

namespace {

constexpr std::size_t longest_message_id = 128;  // X-TOPIC-15

struct RawProperty {
    std::string_view name;
    std::optional<std::string_view> value;
};

/// The bag as it is written; a trailing slash is what several SDKs add (X-TOPIC-09).
std::string_view raw_bag(std::string_view topic) {
    constexpr std::string_view events = "/messages/events/";
    const auto at = topic.find(events);
    if (!topic.starts_with("devices/") || at == std::string_view::npos) return {};
    auto bag = topic.substr(at + events.size());
    if (bag.ends_with('/')) bag.remove_suffix(1);
    return bag;
}

/// Calls `look(dialogue, index, bag)` for each bag of a message or a Will.
template <class Look>
void for_each_bag(const Talk& talk, Look look) {
    const auto show = [&](const Dialogue& dialogue, std::size_t at, std::string_view topic) {
        if (const auto bag = raw_bag(topic); !bag.empty()) look(dialogue, at, bag);
    };
    for (const auto& dialogue : talk.dialogues)
        for (const auto& said : dialogue.said) {
            if (const auto* publish = from_device<mqtt::Publish>(said)) show(dialogue, said.at, publish->topic);
            const auto* connect = from_device<mqtt::Connect>(said);
            if (connect != nullptr && connect->will) show(dialogue, said.at, connect->will->topic);
        }
}

/// A breach for each bag of whose properties, as they are written, `what` says something.
template <class What>
Breaches in_raw_properties(const Talk& talk, What what) {
    Breaches found;
    for_each_bag(talk, [&](const Dialogue& dialogue, std::size_t at, std::string_view bag) {
        for (const auto part : iothub::split(bag, '&')) {
            const auto [name, value] = iothub::cut_at_equals(part);
            const std::string text = what(RawProperty{name, value}, bag);
            if (text.empty()) continue;
            return found.push_back({&dialogue, at, quoted(part) + " in the bag " + quoted(bag) + " " + text});
        }
    });
    return found;
}

/// The same for properties as they are meant.
template <class What>
Breaches in_properties(const Talk& talk, What what) {
    Breaches found;
    for_each_bag(talk, [&](const Dialogue& dialogue, std::size_t at, std::string_view bag) {
        for (const auto& property : iothub::parse_property_bag(bag))
            if (auto text = what(property); !text.empty()) return found.push_back({&dialogue, at, std::move(text)});
    });
    return found;
}

Breaches broken_encoding(const Talk& talk) {
    return in_raw_properties(talk, [](const RawProperty& property, std::string_view bag) -> std::string {
        const bool is_first = property.name.data() == bag.data();
        if (property.name.empty() && property.value) return "has no name";
        if (is_first && property.name.starts_with('?')) return "has '?' as it is, which is a part of the name here";
        const auto problem = encoding_problem(property.name);
        return problem.empty() ? encoding_problem(property.value.value_or("")) : problem;
    });
}

// Reserved by RFC 2396, but nothing here is cut at them; '$' begins the names of system properties.
Breaches raw_delimiters(const Talk& talk) {
    return in_raw_properties(talk, [](const RawProperty& property, std::string_view bag) -> std::string {
        if (property.name.empty() && !property.value) return "is empty";
        auto name = property.name;
        if (name.data() == bag.data() && name.starts_with('?')) name.remove_prefix(1);  // of the rule above
        constexpr std::string_view reserved = "?:;@,=";
        for (const auto text : {name, property.value.value_or("")})
            if (const auto at = text.find_first_of(reserved); at != std::string_view::npos)
                return std::string("has '") + text[at] + "' as it is";
        return {};
    });
}

bool is_printable(std::string_view text) {
    return std::ranges::all_of(text, [](char c) { return c >= 0x20 && c < 0x7F; });
}

Breaches odd_names(const Talk& talk) {
    return in_properties(talk, [](const iothub::Property& property) {
        return is_printable(property.name) ? std::string() : "a property has the name " + quoted(property.name);
    });
}

Breaches names_alike(const Talk& talk) {
    Breaches found;
    for_each_bag(talk, [&](const Dialogue& dialogue, std::size_t at, std::string_view bag) {
        std::set<std::string> names;
        for (const auto& property : iothub::parse_property_bag(bag)) {
            std::string name = property.name;
            std::ranges::transform(name, name.begin(), iothub::lower);
            if (!names.insert(name).second)
                return found.push_back({&dialogue, at, "the bag " + quoted(bag) + " has " + quoted(name) + " twice"});
        }
    });
    return found;
}

Breaches unknown_system_property(const Talk& talk) {
    return in_properties(talk, [](const iothub::Property& property) {
        const bool is_known = !property.name.starts_with("$.") || iothub::system_property_name(property.name);
        return is_known ? std::string() : "a property has the name " + quoted(property.name);
    });
}

Breaches odd_message_id(const Talk& talk) {
    return in_properties(talk, [](const iothub::Property& property) -> std::string {
        if (property.name != "$.mid" || !property.value) return {};
        if (property.value->size() > longest_message_id)
            return "the message id has " + std::to_string(property.value->size()) + " characters";
        const bool is_plain = is_printable(*property.value) && property.value->find(' ') == std::string::npos;
        return is_plain ? std::string() : "the message id is " + quoted(*property.value);
    });
}

/// 2026-01-31T12:00:00.5Z; the seconds and their fraction may be missing.
bool is_utc(std::string_view text) {
    constexpr std::string_view shape = "dddd-dd-ddTdd:dd";
    if (text.size() <= shape.size() || !text.ends_with('Z')) return false;
    for (std::size_t at = 0; at < shape.size(); ++at) {
        const bool is_digit = std::isdigit(static_cast<unsigned char>(text[at])) != 0;
        if (shape[at] == 'd' ? !is_digit : text[at] != shape[at]) return false;
    }
    const auto rest = text.substr(shape.size(), text.size() - shape.size() - 1);
    return rest.find_first_not_of("0123456789:.") == std::string_view::npos;
}

Breaches odd_creation_time(const Talk& talk) {
    return in_properties(talk, [](const iothub::Property& property) -> std::string {
        if (property.name != "iothub-creation-time-utc" || is_utc(property.value.value_or(""))) return {};
        return "iothub-creation-time-utc is " + quoted(property.value.value_or(""));
    });
}

}  // namespace

std::vector<Rule> rules_of_bags() {
    return {
        {"bags-are-encoded",
         {"D2C-03"},
         "Names and values of properties are percent-encoded, as in the query of a URL.",
         broken_encoding},
        {.name = "delimiters-are-encoded",
         .requirements = {"D2C-03"},
         .sentence = "Reserved characters in names and values of properties are percent-encoded.",
         .find = raw_delimiters,
         .at_most = Level::should},
        {"property-names-are-printable", {"X-TOPIC-16"}, "Names of properties are printable ASCII.", odd_names},
        {.name = "property-names-differ",
         .requirements = {"X-TOPIC-14"},
         .sentence = "Names of properties differ by more than case: of two alike one is lost.",
         .find = names_alike,
         .at_most = Level::should},
        {"system-properties-are-known",
         {"X-TOPIC-01"},
         "Names that begin with $. are those of system properties.",
         unknown_system_property},
        {"message-ids-are-plain",
         {"X-TOPIC-15"},
         "A message id has at most 128 characters of printable ASCII, and no space.",
         odd_message_id},
        {"creation-times-are-utc",
         {"X-TOPIC-19"},
         "iothub-creation-time-utc is UTC as 2026-01-31T12:00:00Z.",
         odd_creation_time},
    };
}

}  // namespace hubspec::run

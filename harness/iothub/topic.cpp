#include "harness/iothub/topic.hpp"

#include "harness/iothub/text.hpp"

namespace hubspec::iothub {
namespace {

constexpr std::string_view events = "messages/events";

/// Takes one topic level and its '/' off the front; nullopt when it is empty or the last one.
std::optional<std::string_view> take_level(std::string_view& rest) {
    const std::size_t slash = rest.find('/');
    if (slash == std::string_view::npos || slash == 0) return std::nullopt;
    const std::string_view level = rest.substr(0, slash);
    rest.remove_prefix(slash + 1);
    return level;
}

/// Whose topic it is, `devices/D/` or `devices/D/modules/M/`, and what follows. Ids are raw in topics.
struct Owned {
    std::string_view device_id;
    std::optional<std::string_view> module_id;
    std::string_view rest;
};

std::optional<Owned> read_owner(std::string_view topic) {
    auto rest = after(topic, "devices/");
    if (!rest) return std::nullopt;
    const auto device_id = take_level(*rest);
    if (!device_id) return std::nullopt;
    auto of_module = after(*rest, "modules/");
    if (!of_module) return Owned{*device_id, std::nullopt, *rest};
    const auto module_id = take_level(*of_module);
    if (!module_id) return std::nullopt;
    return Owned{*device_id, module_id, *of_module};
}

/// What follows `path` and its '/'; the slash may be missing at the very end (X-TOPIC-09).
std::optional<std::string_view> below(std::string_view topic, std::string_view path) {
    const auto rest = after(topic, path);
    if (!rest || rest->empty()) return rest;
    return after(*rest, "/");
}

DeviceTopic parse_owned(const Owned& owned) {
    const auto bag = below(owned.rest, events);
    if (!bag) return UnsupportedTopic{};
    TelemetryTopic topic{std::string(owned.device_id), std::nullopt, {}};
    if (owned.module_id) topic.module_id = std::string(*owned.module_id);
    // A raw '/' ends the bag: a trailing one does no harm (X-TOPIC-09), one within a value cuts it off (X-TOPIC-12).
    topic.properties = parse_property_bag(bag->substr(0, bag->find('/')));
    return topic;
}

/// The parameters after `/?`; empty without any, nullopt when something else follows the path.
std::optional<std::string_view> parameters_below(std::string_view topic, std::string_view path) {
    const auto rest = below(topic, path);
    return !rest || rest->empty() ? rest : after(*rest, "?");
}

/// The value of that parameter as written; its name may be percent-encoded (X-TOPIC-03).
std::optional<std::string> raw_value(std::string_view parameters, std::string_view name) {
    for (const std::string_view part : split(parameters, '&')) {
        const auto [key, value] = cut_at_equals(part);
        if (percent_decode(key) != name) continue;
        return value ? std::optional(std::string(*value)) : std::nullopt;
    }
    return std::nullopt;
}

DeviceTopic parse_method_response(std::string_view rest) {
    const std::string_view status = rest.substr(0, rest.find('/'));
    const auto parameters = parameters_below(rest, status);
    if (!parameters || status.empty() || status.find('?') != std::string_view::npos) return UnsupportedTopic{};
    return MethodResponseTopic{std::string(status), raw_value(*parameters, "$rid")};
}

/// Where a topic's bag begins and how it is written.
struct BagPlace {
    std::size_t start = 0;
    bool of_telemetry = false;
};

std::optional<BagPlace> bag_below_iothub(std::string_view topic) {
    const std::size_t at = topic.find("/?");
    if (at == std::string_view::npos) return std::nullopt;
    return BagPlace{at + 1, false};
}

std::optional<BagPlace> find_bag(std::string_view topic) {
    if (topic.starts_with("$iothub/")) return bag_below_iothub(topic);
    const auto owned = read_owner(topic);
    if (!owned) return std::nullopt;
    const auto place = [&](std::string_view bag, bool of_telemetry) {
        return BagPlace{topic.size() - bag.size(), of_telemetry};
    };
    if (const auto bag = after(owned->rest, "messages/events/")) return place(*bag, true);
    if (const auto bag = after(owned->rest, "messages/devicebound/")) return place(*bag, false);
    auto input = after(owned->rest, "inputs/");  // X-MOD-02
    if (!owned->module_id || !input || !take_level(*input)) return std::nullopt;
    return place(*input, false);
}

}  // namespace

DeviceTopic parse_device_topic(std::string_view topic) {
    if (const auto owned = read_owner(topic)) return parse_owned(*owned);
    if (const auto parameters = parameters_below(topic, "$iothub/twin/GET")) {
        return TwinGetTopic{raw_value(*parameters, "$rid")};
    }
    if (const auto parameters = parameters_below(topic, "$iothub/twin/PATCH/properties/reported")) {
        return ReportedPatchTopic{raw_value(*parameters, "$rid"), raw_value(*parameters, "$version")};
    }
    if (const auto rest = after(topic, "$iothub/methods/res/")) return parse_method_response(*rest);
    return UnsupportedTopic{};
}

SplitTopic split_topic(std::string_view topic) {
    const auto place = find_bag(topic);
    if (!place) return {std::string(topic), {}, false};
    SplitTopic cut{std::string(topic.substr(0, place->start)), {}, false};
    std::string_view bag = topic.substr(place->start);
    if (place->of_telemetry) {
        if (bag.ends_with('/')) bag.remove_suffix(1);  // X-TOPIC-09
    } else if (bag.starts_with('?')) {                 // no mark but part of a name in telemetry (X-TOPIC-08)
        cut.question_mark = true;
        bag.remove_prefix(1);
    }
    cut.bag = parse_property_bag(bag);
    return cut;
}

}  // namespace hubspec::iothub

#include "harness/mqtt/topic.hpp"

#include "harness/mqtt/text.hpp"

namespace hubspec::mqtt {
namespace {

constexpr std::size_t longest_text = 65'535;

bool is_legal(std::string_view text, TextKind kind) {
    // [MQTT-4.7.3-1], [MQTT-4.7.3-2] and [MQTT-4.7.3-3] hold for names and filters alike.
    return text.size() <= longest_text && !check_text(text, text.size(), kind).fault;
}

/// The level up to the next '/', which is taken off `text` too; `more` tells whether there was one.
struct Level {
    std::string_view name;
    bool more = false;
};

Level take_level(std::string_view& text) {
    const std::size_t slash = text.find('/');
    const Level level{text.substr(0, slash), slash != std::string_view::npos};
    text = level.more ? text.substr(slash + 1) : std::string_view{};
    return level;
}

bool starts_with_wildcard(std::string_view filter) { return filter.starts_with('#') || filter.starts_with('+'); }

}  // namespace

bool is_topic_name(std::string_view topic) { return is_legal(topic, TextKind::publish_topic); }

bool is_topic_filter(std::string_view filter) { return is_legal(filter, TextKind::topic_filter); }

bool matches(std::string_view filter, std::string_view topic) {
    if (filter.empty() || topic.empty()) return false;                         // [MQTT-4.7.3-1]
    if (starts_with_wildcard(filter) && topic.starts_with('$')) return false;  // [MQTT-4.7.2-1]
    while (true) {
        const Level wanted = take_level(filter);
        if (wanted.name == "#") return true;
        const Level seen = take_level(topic);
        if (wanted.name != "+" && wanted.name != seen.name) return false;  // [MQTT-4.7.3-4]
        if (wanted.more && !seen.more) return filter == "#";               // "a/#" also matches "a", section 4.7.1.2
        if (!wanted.more) return !seen.more;
    }
}

bool covers(std::string_view filter, std::string_view narrower) {
    if (filter.empty() || narrower.empty()) return false;
    if (starts_with_wildcard(filter) && narrower.starts_with('$')) return false;  // [MQTT-4.7.2-1]
    while (true) {
        const Level wide = take_level(filter), narrow = take_level(narrower);
        if (wide.name == "#") return true;
        if (narrow.name == "#" || (wide.name != "+" && wide.name != narrow.name)) return false;
        if (wide.more && !narrow.more) return filter == "#";  // "a/#" covers "a"
        if (!wide.more) return !narrow.more;
    }
}

}  // namespace hubspec::mqtt

#pragma once

#include <string_view>

namespace hubspec::mqtt {

/// Topic names carry no wildcards and at least one character, section 4.7.
bool is_topic_name(std::string_view topic);
/// '#' only as the last whole level, '+' only as a whole level, at least one character, section 4.7.1.
bool is_topic_filter(std::string_view filter);
/// Section 4.7: a filter that starts with a wildcard does not match a topic that starts with '$' [MQTT-4.7.2-1].
bool matches(std::string_view filter, std::string_view topic);
/// Whether `filter` matches every topic that `narrower`, a filter too, matches.
bool covers(std::string_view filter, std::string_view narrower);

}  // namespace hubspec::mqtt

#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "harness/model/value.hpp"

namespace hubspec::run {

/// What the names of a scenario stand for: `rid` -> "1", `device.id` -> "hubspec-7f3a".
using Bindings = std::map<std::string, model::Value, std::less<>>;

/// A piece of text with names: literal text, or `{{name}}` with an optional type.
struct NameReference {
    std::string name;  ///< "_" stands for whatever
    std::string type;  ///< "int" or empty
    bool operator==(const NameReference&) const = default;
};
using TemplatePart = std::variant<std::string, NameReference>;

/// "a{{x:int}}b" -> "a", x:int, "b". An unclosed "{{" is literal.
std::vector<TemplatePart> parse_template(std::string_view text);

/// Names in `text` that `bindings` does not know, in order.
std::vector<std::string> unbound_names(std::string_view text, const Bindings& bindings);

/// Replaces every name. A text that is one name alone becomes that name's value with its type. Unbound names stay as
/// they are written.
model::Value interpolate(std::string_view text, const Bindings& bindings);
std::string interpolate_text(std::string_view text, const Bindings& bindings);

/// Compares `actual` with a template and captures unbound names into `bindings`; false leaves them untouched.
bool match_template(std::string_view text, const model::Value& actual, Bindings& bindings);

/// A bound value as text: strings as they are, everything else as JSON.
std::string text_of(const model::Value& value);

}  // namespace hubspec::run

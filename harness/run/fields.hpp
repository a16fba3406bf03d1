#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <vector>

#include "harness/model/pattern.hpp"
#include "harness/mqtt/packet.hpp"
#include "harness/run/bindings.hpp"

namespace hubspec::run {

/// Fields of a line that is performed, with their names filled in. Wrong types were refused by the loader; should one
/// come through, the default stands.
class Fields {
public:
    Fields(const std::vector<model::Field>& fields, const Bindings& bindings) : fields_(fields), bindings_(bindings) {}

    bool has(std::string_view name) const;
    /// True for a field that is there and null: `password: null`.
    bool is_null(std::string_view name) const;
    std::string text(std::string_view name, const std::string& otherwise = {}) const;
    std::int64_t integer(std::string_view name, std::int64_t otherwise) const;
    bool flag(std::string_view name, bool otherwise) const;
    std::chrono::milliseconds duration(std::string_view name, std::chrono::milliseconds otherwise) const;
    std::optional<model::Value> value(std::string_view name) const;
    /// The members of a field that is a map; none when it is missing.
    std::vector<model::Field> members(std::string_view name) const;
    /// The items of a field that is a list.
    std::vector<model::Pattern> items(std::string_view name) const;
    /// `payload`, `json`, `hex` or `size` as bytes; none: no bytes.
    mqtt::Bytes body() const;
    bool has_body() const;
    /// All of them as one JSON object.
    model::Value all() const;

    const Bindings& bindings() const { return bindings_; }

private:
    const std::vector<model::Field>& fields_;
    const Bindings& bindings_;
};

/// What a pattern says when it is sent: plain words are text, names are filled in.
model::Value resolve(const model::Pattern& pattern, const Bindings& bindings);

/// "345s", "200ms", "2m", "1h", "1d", "-5m"; nullopt for anything else.
std::optional<std::chrono::milliseconds> parse_duration(std::string_view text);

/// Names used by these fields that nothing stands for yet, without "_", each once.
std::vector<std::string> names_to_invent(const std::vector<model::Field>& fields, const Bindings& bindings);

}  // namespace hubspec::run

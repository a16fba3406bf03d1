#pragma once

#include <chrono>
#include <cstdint>
#include <initializer_list>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <variant>
#include <vector>

#include "harness/model/result.hpp"

namespace hubspec::reports {

using Json = nlohmann::ordered_json;

/// What is wrong with a stored document and where.
struct Wrong {
    std::string text;
};

/// A place in a stored document and typed reads from it; the first thing that is wrong is thrown as Wrong.
class Reader {
public:
    Reader(const Json& json, std::string pointer) : json_(json), pointer_(std::move(pointer)) {
        if (!json_.is_object()) fail("", "an object is expected" + instead_of(json_));
    }
    bool has(const char* name) const { return !at(name).is_null(); }
    Reader part(const char* name) const { return Reader(at(name), pointer_ + "/" + name); }
    std::string text(const char* name) const { return get(name, "text", &Json::is_string).get<std::string>(); }
    bool flag(const char* name) const { return get(name, "true or false", &Json::is_boolean).get<bool>(); }
    /// An integer between the limits of its type.
    template <class Integer>
    Integer number(const char* name) const {
        const auto& value = get(name, "an integer", &Json::is_number_integer);
        if (value.is_number_unsigned()) {
            const auto given = value.get<std::uint64_t>();
            if (!std::in_range<Integer>(given)) fail(name, std::to_string(given) + " is too large");
            return static_cast<Integer>(given);
        }
        const auto given = value.get<std::int64_t>();
        if (std::is_unsigned_v<Integer>) fail(name, "a number of at least 0 is expected");
        if (!std::in_range<Integer>(given)) fail(name, std::to_string(given) + " is too small");
        return static_cast<Integer>(given);
    }
    std::size_t size(const char* name) const { return number<std::size_t>(name); }
    std::chrono::microseconds microseconds(const char* name) const {
        return std::chrono::microseconds(number<std::int64_t>(name));
    }
    std::optional<std::size_t> index(const char* name) const {
        if (at(name).is_null()) return std::nullopt;
        return size(name);
    }
    std::vector<std::string> texts(const char* name) const {
        std::vector<std::string> all;
        const auto& list = get(name, "a list", &Json::is_array);
        for (std::size_t i = 0; i < list.size(); ++i) all.push_back(text_of(list[i], name, std::to_string(i)));
        return all;
    }
    std::vector<std::size_t> sizes(const char* name) const {
        std::vector<std::size_t> all;
        const auto& list = get(name, "a list", &Json::is_array);
        for (std::size_t i = 0; i < list.size(); ++i) {
            if (!list[i].is_number_unsigned())
                fail(std::string(name) + "/" + std::to_string(i), "a number is expected" + instead_of(list[i]));
            all.push_back(list[i].get<std::size_t>());
        }
        return all;
    }
    template <class Read>
    auto each(const char* name, Read read) const {
        std::vector<decltype(read(*this))> all;
        const auto& list = get(name, "a list", &Json::is_array);
        for (std::size_t i = 0; i < list.size(); ++i)
            all.push_back(read(Reader(list[i], pointer_ + "/" + name + "/" + std::to_string(i))));
        return all;
    }
    template <class Enumeration>
    Enumeration word(const char* name, std::initializer_list<Enumeration> all) const {
        const auto wanted = text(name);
        for (const auto one : all)
            if (to_string(one) == wanted) return one;
        fail(name, "'" + wanted + "' is no " + name);
    }
    std::vector<std::pair<std::string, std::string>> pairs(const char* name) const {
        std::vector<std::pair<std::string, std::string>> all;
        for (const auto& [key, value] : get(name, "an object", &Json::is_object).items())
            all.emplace_back(key, text_of(value, name, key));
        return all;
    }

    const Json& value(const char* name) const { return at(name); }
    bool knows(const char* name) const { return json_.contains(name); }
    /// All members of this place.
    auto members() const { return json_.items(); }
    /// A mistake of this member, or of the place itself.
    [[noreturn]] void fail(const std::string& name, const std::string& what) const {
        const auto pointer = pointer_ + (name.empty() ? "" : "/" + name);
        throw Wrong{(pointer.empty() ? "the document" : pointer) + ": " + what};
    }

private:
    static std::string instead_of(const Json& json) {
        const std::string kind = json.type_name();
        return kind == "null" ? ", not null" : (kind.find_first_of("ao") == 0 ? ", not an " : ", not a ") + kind;
    }
    std::string text_of(const Json& item, const std::string& name, const std::string& part) const {
        if (!item.is_string()) fail(name + "/" + part, "text is expected" + instead_of(item));
        return item.get<std::string>();
    }
    const Json& at(const char* name) const {
        if (!json_.contains(name)) fail(name, "it is missing");
        return json_[name];
    }
    const Json& get(const char* name, const char* kind, bool (Json::*is)() const noexcept) const {
        const auto& value = at(name);
        if (!(value.*is)()) fail(name, std::string(kind) + " is expected" + instead_of(value));
        return value;
    }

    const Json& json_;
    std::string pointer_;
};

inline const auto stored_verdicts = {model::Verdict::not_applicable,
                                     model::Verdict::pass,
                                     model::Verdict::expected_failure,
                                     model::Verdict::warn,
                                     model::Verdict::inconclusive,
                                     model::Verdict::error,
                                     model::Verdict::fail};
inline const auto stored_levels = {model::Level::must, model::Level::should, model::Level::may, model::Level::info};

/// A document from outside; a text says what is wrong with it.
std::variant<Json, std::string> parse_stored(std::string_view text);

}  // namespace hubspec::reports

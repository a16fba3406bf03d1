#pragma once

#include <utility>

#include "harness/scenario/vocabulary.hpp"

/// How the tables of the vocabulary are written.
namespace hubspec::scenario::types {

inline Type of(Kind kind) {
    Type type;
    type.kind = kind;
    return type;
}
inline Type text() { return of(Kind::text); }
inline Type flag() { return of(Kind::flag); }
inline Type duration() { return of(Kind::duration); }
inline Type hex() { return of(Kind::hex); }
inline Type json() { return of(Kind::json); }
inline Type dictionary() { return of(Kind::dictionary); }
inline Type identity() { return of(Kind::identity); }
inline Type integer(std::int64_t least, std::int64_t most) {
    Type type = of(Kind::integer);
    type.least = least;
    type.most = most;
    return type;
}
inline Type word(std::vector<std::string> words) {
    Type type = of(Kind::word);
    type.words = std::move(words);
    return type;
}
inline Type record(std::vector<FieldSpec> members, std::vector<std::vector<std::string>> exclusive = {}) {
    Type type = of(Kind::record);
    type.members = std::move(members);
    type.exclusive = std::move(exclusive);
    return type;
}
inline Type list(std::vector<Type> items) {
    Type type = of(Kind::list);
    type.items = std::move(items);
    return type;
}
inline Type or_null(Type type) {
    type.nullable = true;
    return type;
}

inline FieldSpec optional(std::string name, Type type, std::string doc) {
    return {std::move(name), std::move(type), std::move(doc), false};
}
inline FieldSpec required(std::string name, Type type, std::string doc) {
    return {std::move(name), std::move(type), std::move(doc), true};
}

inline std::vector<FieldSpec> operator+(std::vector<FieldSpec> left, const std::vector<FieldSpec>& right) {
    left.insert(left.end(), right.begin(), right.end());
    return left;
}

inline constexpr std::int64_t largest_payload = 268'435'455;  // [MQTT-2.2.3]: the largest remaining length

inline Type quality_of_service() { return integer(0, 2); }
inline Type packet_identifier() { return integer(0, 65535); }

/// `payload`, `json`, `hex`, `size`: the same bytes, said differently.
inline std::vector<FieldSpec> body(const std::string& when_missing) {
    return {optional("payload", text(), "The payload as text." + when_missing),
            optional("json", json(), "The payload as JSON."),
            optional("hex", hex(), "The payload as bytes: \"00 ff\"."),
            optional("size", integer(0, largest_payload), "A payload of so many bytes.")};
}
inline Choice one_body() { return {{"payload", "json", "hex", "size"}, false}; }

inline FieldSpec of_identity(const std::string& doc) {
    return optional("identity", identity(), doc + "; device when missing.");
}

}  // namespace hubspec::scenario::types

namespace hubspec::scenario {

std::vector<LineSpec> device_lines();
std::vector<LineSpec> wire_lines();
std::vector<LineSpec> service_lines();
std::vector<LineSpec> expected_lines();
std::vector<LineSpec> hub_seat_lines();

}  // namespace hubspec::scenario

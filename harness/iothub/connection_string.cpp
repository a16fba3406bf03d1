#include "harness/iothub/connection_string.hpp"

#include <algorithm>
#include <array>

#include "harness/iothub/sas_token.hpp"
#include "harness/iothub/text.hpp"

namespace hubspec::iothub {
namespace {

using Value = std::optional<std::string>;
using Problem = std::optional<ConnectionStringProblem>;

struct Key {
    std::string_view name;
    Value ConnectionString::*member = nullptr;  // null: set by a function of its own
};

/// In the order they are written in.
constexpr std::array<Key, 8> keys{{
    {"HostName"},
    {"DeviceId", &ConnectionString::device_id},
    {"ModuleId", &ConnectionString::module_id},
    {"SharedAccessKeyName", &ConnectionString::shared_access_key_name},
    {"SharedAccessKey", &ConnectionString::shared_access_key},
    {"SharedAccessSignature", &ConnectionString::shared_access_signature},
    {"GatewayHostName", &ConnectionString::gateway_host_name},
    {"x509"},
}};

Problem problem(std::string text) { return ConnectionStringProblem{std::move(text)}; }

std::string part(std::size_t number) { return "Part " + std::to_string(number) + " of the connection string"; }

/// A name that can only be a name is quoted; anything else may be a piece of a broken secret.
Problem unknown_key(std::string_view name, std::size_t number) {
    constexpr std::size_t longest = 24;
    const bool letters = std::ranges::all_of(name, [](char c) { return lower(c) >= 'a' && lower(c) <= 'z'; });
    const bool harmless = letters && !name.empty() && name.size() <= longest;
    std::string text = part(number) + " has an unknown key" + (harmless ? " '" + std::string(name) + "'" : "");
    text += "; the keys are";
    for (const Key& key : keys) text += (&key == keys.begin() ? " " : ", ") + std::string(key.name);
    return problem(text + ".");
}

Problem set_x509(ConnectionString& parsed, std::string_view value) {
    parsed.x509 = equal_ignoring_case(value, "true");
    if (parsed.x509 || equal_ignoring_case(value, "false")) return std::nullopt;
    return problem("The connection string's x509 is neither true nor false.");
}

Problem set(ConnectionString& parsed, const Key& key, std::string_view value) {
    if (value.empty()) return problem("The connection string has no value for " + std::string(key.name) + ".");
    if (key.name == "x509") return set_x509(parsed, value);
    if (key.member != nullptr) {
        parsed.*(key.member) = std::string(value);
    } else {
        parsed.host_name = value;
    }
    return std::nullopt;
}

/// Reads the parts into a connection string; every key may come once.
class Reader {
public:
    Problem read(std::string_view text, std::size_t number) {
        const auto [name, value] = cut_at_equals(text);  // the first '=': a token has more of them (AUTH-12)
        if (!value) return problem(part(number) + " has no '='.");
        const auto same = [name = name](const Key& key) { return equal_ignoring_case(key.name, name); };
        const auto* key = std::ranges::find_if(keys, same);
        if (key == keys.end()) return unknown_key(name, number);
        if (std::ranges::find(seen_, key) != seen_.end()) {
            return problem("The connection string has " + std::string(key->name) + " twice.");
        }
        seen_.push_back(key);
        return set(parsed, *key, *value);
    }

    ConnectionString parsed;

private:
    std::vector<const Key*> seen_;
};

/// What the parts are together.
Problem check(const ConnectionString& parsed) {
    if (parsed.host_name.empty()) return problem("The connection string has no HostName.");
    if (parsed.module_id && !parsed.device_id) return problem("The connection string has a ModuleId but no DeviceId.");
    if (parsed.shared_access_key && !base64_decode(*parsed.shared_access_key)) {
        return problem("The connection string's SharedAccessKey is not Base64.");
    }
    return std::nullopt;
}

}  // namespace

std::variant<ConnectionString, ConnectionStringProblem> parse_connection_string(std::string_view text) {
    Reader reader;
    std::size_t number = 0;
    for (const std::string_view piece : split(text, ';')) {
        ++number;
        if (piece.empty()) continue;
        if (auto wrong = reader.read(piece, number)) return *std::move(wrong);
    }
    if (auto wrong = check(reader.parsed)) return *std::move(wrong);
    return reader.parsed;
}

std::string format_connection_string(const ConnectionString& connection_string) {
    std::string text = "HostName=" + connection_string.host_name;
    for (const Key& key : keys) {
        if (key.member == nullptr) continue;
        const Value& value = connection_string.*(key.member);
        if (value) text += ';' + std::string(key.name) + '=' + *value;
    }
    if (connection_string.x509) text += ";x509=true";
    return text;
}

}  // namespace hubspec::iothub

#include "harness/iothub/sas_token.hpp"

#include <algorithm>
#include <charconv>
#include <utility>

#include "harness/iothub/property_bag.hpp"
#include "harness/iothub/text.hpp"

namespace hubspec::iothub {
namespace {

constexpr std::string_view scheme = "SharedAccessSignature ";

/// The fields as written; nullopt where the token has none.
struct Fields {
    std::optional<std::string_view> resource;
    std::optional<std::string_view> signature;
    std::optional<std::string_view> expiry;
    std::optional<std::string_view> policy;
};

/// Where a field of that name goes, in whatever case it is written (X-SAS-07); nullptr for an unknown name.
std::optional<std::string_view>* field_named(Fields& fields, std::string_view name) {
    if (equal_ignoring_case(name, "sr")) return &fields.resource;
    if (equal_ignoring_case(name, "sig")) return &fields.signature;
    if (equal_ignoring_case(name, "se")) return &fields.expiry;
    if (equal_ignoring_case(name, "skn")) return &fields.policy;
    return nullptr;
}

std::variant<Fields, SasProblem> read_fields(std::string_view text, bool strict_fields) {
    Fields fields;
    for (const std::string_view part : split(text, '&')) {  // any order (AUTH-03)
        const auto [name, value] = cut_at_equals(part);
        auto* field = field_named(fields, name);
        if (field == nullptr) {
            if (strict_fields) return SasProblem::unknown_field;  // X-SAS-08
            continue;
        }
        if (field->has_value()) return SasProblem::duplicate_field;
        *field = value.value_or("");
    }
    return fields;
}

bool present(const std::optional<std::string_view>& field) { return field && !field->empty(); }

/// Digits alone: no sign, no space, no fraction (AUTH-05).
std::optional<std::int64_t> parse_expiry(std::string_view text) {
    if (text.find_first_not_of("0123456789") != std::string_view::npos) return std::nullopt;
    std::int64_t seconds = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), seconds);
    if (error != std::errc{} || end != text.data() + text.size()) return std::nullopt;
    return seconds;
}

std::variant<SasToken, SasProblem> token_of(const Fields& fields) {
    if (!present(fields.resource)) return SasProblem::missing_resource;
    if (!present(fields.signature)) return SasProblem::missing_signature;
    if (!present(fields.expiry)) return SasProblem::missing_expiry;
    const auto expiry = parse_expiry(*fields.expiry);
    if (!expiry) return SasProblem::bad_expiry;
    auto signature = base64_decode(percent_decode(*fields.signature));  // `%3d` and `%3D` alike (AUTH-06)
    if (!signature) return SasProblem::bad_signature_text;
    SasToken token{std::string(*fields.resource), std::string(*fields.expiry), *expiry, std::move(*signature), {}};
    if (present(fields.policy)) token.policy = percent_decode(*fields.policy);  // `skn=` is no policy (X-SAS-05)
    return token;
}

/// `inner` lies under `outer`: a prefix by whole segments, the first of which is a host name.
bool covers_by_segments(std::string_view outer, std::string_view inner) {
    if (outer.ends_with('/')) outer.remove_suffix(1);
    const auto granted = split(outer, '/');
    const auto wanted = split(inner, '/');
    if (granted.size() > wanted.size() || granted.front().empty()) return false;
    if (!equal_ignoring_case(granted.front(), wanted.front())) return false;
    return std::equal(granted.begin() + 1, granted.end(), wanted.begin() + 1);
}

}  // namespace

std::string_view describe(SasProblem problem) {
    switch (problem) {
        case SasProblem::not_a_token:
            return "The token does not begin with the word SharedAccessSignature and a space.";
        case SasProblem::missing_resource:
            return "The token has no resource (sr).";
        case SasProblem::missing_signature:
            return "The token has no signature (sig).";
        case SasProblem::missing_expiry:
            return "The token has no expiry (se).";
        case SasProblem::duplicate_field:
            return "The token has one of its fields (sr, sig, se, skn) twice.";
        case SasProblem::unknown_field:
            return "The token has a field other than sr, sig, se and skn.";
        case SasProblem::bad_expiry:
            return "The token's expiry (se) is not a number of seconds since 1970 in digits.";
        case SasProblem::bad_signature_text:
            return "The token's signature (sig) is not percent-encoded Base64.";
    }
    return "The token is malformed.";
}

std::variant<SasToken, SasProblem> parse_sas_token(std::string_view text, bool strict_fields) {
    const auto rest = after(text, scheme);
    if (!rest) return SasProblem::not_a_token;
    const auto fields = read_fields(*rest, strict_fields);
    if (const auto* problem = std::get_if<SasProblem>(&fields)) return *problem;
    return token_of(std::get<Fields>(fields));
}

bool covers(const SasToken& token, std::string_view resource) {
    const std::string once = percent_decode(token.resource_raw);
    return covers_by_segments(once, resource) || covers_by_segments(percent_decode(once), resource);
}

std::string make_sas_token(const SasRequest& request) {
    const std::string resource = percent_encode(request.resource);
    const std::string expiry = std::to_string(request.expiry);
    std::string token(scheme);
    token += "sr=" + resource;
    token += "&sig=" + percent_encode(sas_signature(resource, expiry, request.key));
    token += "&se=" + expiry;
    if (request.policy) token += "&skn=" + percent_encode(*request.policy);
    return token;
}

}  // namespace hubspec::iothub

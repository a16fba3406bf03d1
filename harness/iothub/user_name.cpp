#include "harness/iothub/user_name.hpp"

#include <algorithm>
#include <utility>
#include <vector>

#include "harness/iothub/text.hpp"

namespace hubspec::iothub {
namespace {

/// A user name before its parts are judged.
struct Cut {
    std::vector<std::string_view> segments;
    std::string_view query;
    bool legacy_form = false;
};

/// `H/D/api-version=...`: the query begins with the first level after the device that has a '=' (X-CONN-14).
Cut cut_without_question_mark(std::string_view text) {
    Cut cut{split(text, '/'), {}, false};
    const auto first = cut.segments.begin() + std::min<std::ptrdiff_t>(2, std::ssize(cut.segments));
    const auto query =
        std::find_if(first, cut.segments.end(), [](std::string_view part) { return part.find('=') != part.npos; });
    if (query != cut.segments.end()) {
        cut.query = text.substr(static_cast<std::size_t>(query->data() - text.data()));
        cut.legacy_form = true;
        cut.segments.erase(query, cut.segments.end());
    } else if (cut.segments.size() > 2 && cut.segments.back().empty()) {
        cut.segments.pop_back();  // `H/D/` is `H/D` (X-CONN-11)
    }
    return cut;
}

Cut cut(std::string_view text) {
    const std::size_t at = text.find("/?");
    if (at == std::string_view::npos) return cut_without_question_mark(text);
    return {split(text.substr(0, at), '/'), text.substr(at + 2), false};
}

std::optional<UserNameProblem> problem_of(const std::vector<std::string_view>& segments) {
    if (segments[0].empty()) return UserNameProblem::empty_host;
    if (segments.size() < 2) return UserNameProblem::no_device_id;
    if (segments[1].empty()) return UserNameProblem::empty_device_id;
    if (segments.size() > 3) return UserNameProblem::too_many_segments;
    if (segments.size() == 3 && segments[2].empty()) return UserNameProblem::empty_module_id;
    return std::nullopt;
}

std::optional<std::string> value_of(const PropertyBag& query, std::string_view name) {
    const Property* property = find(query, name);
    return property == nullptr ? std::nullopt : property->value;
}

}  // namespace

std::optional<std::string> UserName::api_version() const { return value_of(query, "api-version"); }
std::optional<std::string> UserName::model_id() const { return value_of(query, "model-id"); }
std::optional<std::string> UserName::device_client_type() const { return value_of(query, "DeviceClientType"); }

std::string_view describe(UserNameProblem problem) {
    switch (problem) {
        case UserNameProblem::empty:
            return "The user name is empty.";
        case UserNameProblem::no_device_id:
            return "The user name has a host name but no device id.";
        case UserNameProblem::empty_host:
            return "The host name at the start of the user name is empty.";
        case UserNameProblem::empty_device_id:
            return "The device id in the user name is empty.";
        case UserNameProblem::empty_module_id:
            return "The module id in the user name is empty.";
        case UserNameProblem::too_many_segments:
            return "The user name has more than host name, device id and module id before its query.";
    }
    return "The user name is malformed.";
}

std::variant<UserName, UserNameProblem> parse_user_name(std::string_view text) {
    if (text.empty()) return UserNameProblem::empty;
    const Cut parts = cut(text);
    if (const auto problem = problem_of(parts.segments)) return *problem;
    // Ids are not percent-encoded (X-CONN-16), names and values of the query are (X-CONN-10).
    UserName user_name{std::string(parts.segments[0]), std::string(parts.segments[1]), std::nullopt, parts.legacy_form,
                       parse_property_bag(parts.query)};
    if (parts.segments.size() == 3) user_name.module_id = std::string(parts.segments[2]);
    return user_name;
}

std::string format_user_name(const UserName& user_name) {
    std::string text = user_name.host + '/' + user_name.device_id + '/';
    if (user_name.module_id) text += *user_name.module_id + '/';
    if (!user_name.legacy_form) text += '?';
    return text + format_property_bag(user_name.query);
}

}  // namespace hubspec::iothub

// Rules of the password.

#include <algorithm>

#include "harness/iothub/property_bag.hpp"
#include "harness/iothub/sas_token.hpp"
#include "harness/run/device_rule.hpp"

namespace hubspec::run {

using namespace model;

namespace {

constexpr std::int64_t first_in_milliseconds = 1'000'000'000'000;  // as seconds it is 31 millennia ahead

bool has_password(const mqtt::Connect& connect) { return connect.password && !connect.password->empty(); }

/// Calls `look` for each password of a device that has no certificate.
template <class Look>
void for_each_password(const Talk& talk, Look look) {
    if (talk.device.has_certificate) return;
    for_each_from_device<mqtt::Connect>(talk, [&](const Dialogue& dialogue, std::size_t at, const auto& connect) {
        if (has_password(connect)) look(dialogue, at, text_of(*connect.password));
    });
}

/// The same for those that can be read; a breach where `what` says something.
template <class What>
Breaches in_token(const Talk& talk, What what) {
    Breaches found;
    for_each_password(talk, [&](const Dialogue& dialogue, std::size_t at, std::string_view password) {
        const auto parsed = iothub::parse_sas_token(password);
        const auto* token = std::get_if<iothub::SasToken>(&parsed);
        if (token == nullptr) return;
        if (auto text = what(*token); !text.empty()) found.push_back({&dialogue, at, std::move(text)});
    });
    return found;
}

Breaches no_password(const Talk& talk) {
    Breaches found;
    if (talk.device.has_certificate) return found;
    for_each_from_device<mqtt::Connect>(talk, [&](const Dialogue& dialogue, std::size_t at, const auto& connect) {
        if (!has_password(connect)) found.push_back({&dialogue, at, "there is no password"});
    });
    return found;
}

std::vector<std::string> requirements_for(iothub::SasProblem problem) {
    if (problem == iothub::SasProblem::bad_expiry) return {"AUTH-05"};
    if (problem == iothub::SasProblem::bad_signature_text) return {"AUTH-06"};
    return {"AUTH-01"};
}

Breaches no_token(const Talk& talk) {
    Breaches found;
    for_each_password(talk, [&](const Dialogue& dialogue, std::size_t at, std::string_view password) {
        if (password.starts_with("HostName="))
            return found.push_back({&dialogue, at, "the password is a connection string", {"AUTH-13"}});
        const auto parsed = iothub::parse_sas_token(password);
        const auto* problem = std::get_if<iothub::SasProblem>(&parsed);
        if (problem == nullptr) return;
        std::string text(iothub::describe(*problem));
        text.pop_back();  // its full stop
        found.push_back({&dialogue, at, std::move(text), requirements_for(*problem)});
    });
    return found;
}

Breaches raw_resource(const Talk& talk) {
    return in_token(talk, [](const iothub::SasToken& token) {
        return token.resource_raw.find('/') == std::string::npos ? std::string()
                                                                 : "the resource is " + quoted(token.resource_raw);
    });
}

Breaches named_policy(const Talk& talk) {
    return in_token(talk, [](const iothub::SasToken& token) {
        const auto policy = token.policy.value_or("");
        return policy.empty() ? std::string() : "the token names the policy " + quoted(policy);
    });
}

/// The token is for the resource, for one above it, or, as in the documents' own example, for one below it (AUTH-14).
bool is_for(const iothub::SasToken& token, const std::string& resource) {
    if (iothub::covers(token, resource)) return true;
    const auto once = iothub::percent_decode(token.resource_raw);
    return once.starts_with(resource + "/") || iothub::percent_decode(once).starts_with(resource + "/");
}

Breaches another_resource(const Talk& talk) {
    const auto& device = talk.device;
    return in_token(talk, [&](const iothub::SasToken& token) {
        const auto is_it = [&](const std::string& host) { return is_for(token, host + "/devices/" + device.path()); };
        if (is_it(device.host_name) || std::ranges::any_of(device.other_host_names, is_it)) return std::string();
        return "the token is for " + quoted(iothub::percent_decode(token.resource_raw)) + ", not for " +
               quoted(device.host_name + "/devices/" + device.path());
    });
}

Breaches milliseconds(const Talk& talk) {
    return in_token(talk, [](const iothub::SasToken& token) {
        return token.expiry < first_in_milliseconds ? std::string() : "the expiry is " + token.expiry_raw;
    });
}

Breaches password_beside_certificate(const Talk& talk) {
    Breaches found;
    if (!talk.device.has_certificate) return found;
    for_each_from_device<mqtt::Connect>(talk, [&](const Dialogue& dialogue, std::size_t at, const auto& connect) {
        if (has_password(connect)) found.push_back({&dialogue, at, "there is a password"});
    });
    return found;
}

}  // namespace

std::vector<Rule> rules_of_tokens() {
    return {
        {"the-password-is-there",
         {"CONN-08"},
         "A device without a certificate has a password.",
         no_password,
         {"MODULE-04"}},
        {.name = "the-password-is-a-token",
         .requirements = {"CONN-08"},
         .sentence = "The password is SharedAccessSignature with sr, sig and se.",
         .find = no_token,
         .further = {"AUTH-01", "AUTH-05", "AUTH-06", "AUTH-13"}},
        {.name = "the-resource-is-encoded",
         .requirements = {"X-SAS-03", "AUTH-04"},
         .sentence = "The resource of a token is percent-encoded.",
         .find = raw_resource,
         .at_most = Level::should},  // the SDKs for C and Java do not
        {"a-device-key-has-no-policy",
         {"X-SAS-05"},
         "A token that the device's own key signs names no policy: skn is missing or empty.",
         named_policy},
        {"the-token-is-for-the-device",
         {"X-SAS-04"},
         "The token is for HOST/devices/DEVICE[/modules/MODULE].",
         another_resource,
         {"MODULE-04"}},
        {"the-expiry-is-in-seconds",
         {"X-SAS-01", "AUTH-05"},
         "The expiry of a token is in seconds since 1970.",
         milliseconds},
        {"a-certificate-needs-no-password",
         {"AUTH-07"},
         "With a certificate there is no password.",
         password_beside_certificate},
    };
}

}  // namespace hubspec::run

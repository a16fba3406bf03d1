#include "harness/run/sas_defects.hpp"

#include <algorithm>

#include "harness/iothub/property_bag.hpp"

// Tokens that are wrong in one way each. Which of them a hub must refuse is for scenarios to say.
namespace hubspec::run {

namespace {

std::string* field(SasParts& parts, std::string_view name) {
    for (auto& [key, value] : parts.fields)
        if (key == name) return &value;
    return nullptr;
}

void drop(SasParts& parts, std::string_view name) {
    std::erase_if(parts.fields, [&](const auto& one) { return one.first == name; });
}

void repeat(SasParts& parts, std::string_view name) {
    if (const auto* value = field(parts, name)) parts.fields.emplace_back(name, *value);
}

void spoil_signature(std::string& sig, std::string_view defect) {
    if (defect == "tampered_signature") sig.front() = sig.front() == 'A' ? 'B' : 'A';
    if (defect == "truncated_signature") sig.resize(20);
    if (defect == "encoded_signature") sig = iothub::percent_encode(sig);
    if (defect == "signature_no_base64") sig = "%21" + sig;
}

constexpr std::string_view wrong_key = "dGhpcyBrZXkgYmVsb25ncyB0byBub2JvZHkgYXQgYWxs";

}  // namespace

void spoil_before_signing(SasParts& parts, std::string_view defect, long long now) {
    const auto slash = parts.resource.find('/');
    const auto path = slash == std::string::npos ? "" : parts.resource.substr(slash);
    if (defect == "expired") parts.expiry = std::to_string(now - 600);
    if (defect == "far_future") parts.expiry = "253402300799";
    if (defect == "negative_expiry") parts.expiry = "-" + parts.expiry;
    if (defect == "expiry_in_words") parts.expiry = "tomorrow";
    if (defect == "expiry_with_fraction") parts.expiry += ".5";
    if (defect == "wrong_key") parts.key = wrong_key;
    if (defect == "key_as_text") parts.key_is_text = true;
    if (defect == "decoded_resource") parts.signed_resource = parts.resource;
    if (defect == "unsigned_expiry") parts.signs_expiry = false;
    if (defect == "other_device") parts.resource = parts.resource.substr(0, slash) + "/devices/somebody-else";
    if (defect == "half_device") parts.resource.resize(parts.resource.size() - 1);
    if (defect == "other_hub") parts.resource = "another-hub.azure-devices.net" + path;
    if (defect == "wrong_scope") parts.resource = parts.resource.substr(0, slash) + "/messages";
}

void spoil_fields(SasParts& parts, std::string_view defect) {
    for (const auto* name : {"sr", "sig", "se"}) {
        if (defect == std::string("no_") + name) drop(parts, name);
        if (defect == std::string("empty_") + name) field(parts, name)->clear();
        if (defect == std::string("twice_") + name) repeat(parts, name);
    }
    if (defect == "tampered_expiry") *field(parts, "se") = "4102444800";
    if (defect == "tampered_resource") *field(parts, "sr") += "%2Fmodules";
    if (auto* sig = field(parts, "sig")) spoil_signature(*sig, defect);
    if (defect == "empty_skn") parts.fields.emplace_back("skn", "");
    if (defect == "unknown_skn") parts.fields.emplace_back("skn", "nobody");
    if (defect == "extra_field") parts.fields.emplace_back("spr", "1");
    if (defect == "no_scheme") parts.scheme.clear();
    if (defect == "other_scheme") parts.scheme = "Bearer";
    if (defect == "lower_case_scheme") parts.scheme = "sharedaccesssignature";
}

std::string spoil_text(std::string token, std::string_view defect) {
    if (defect == "truncated") return token.substr(0, token.size() / 2);
    if (defect == "not_a_token") return "correct horse battery staple";
    if (defect == "no_scheme") return token.substr(token.find_first_not_of(' '));
    if (defect == "connection_string")
        return "HostName=hub.azure-devices.net;DeviceId=d;SharedAccessSignature=" + token;
    if (defect == "two_spaces") return token.insert(token.find(' '), " ");
    if (defect == "leading_space") return " " + token;
    if (defect == "trailing_space") return token + " ";
    if (defect == "trailing_newline") return token + "\n";
    return token;
}

}  // namespace hubspec::run

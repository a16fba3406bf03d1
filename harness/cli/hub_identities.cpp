#include "harness/cli/hub_identities.hpp"

#include <algorithm>
#include <nlohmann/json.hpp>
#include <stdexcept>

#include "harness/cli/test_pki.hpp"

namespace hubspec::cli {

namespace {

using hub::Authentication;
using hub::IdentitySeed;
using nlohmann::json;

IdentitySeed seed_of(const std::string& key, Authentication authentication) {
    const auto slash = key.find('/');
    IdentitySeed seed{key.substr(0, slash), {}, {}};
    if (slash != std::string::npos) seed.module_id = key.substr(slash + 1);
    if (seed.device_id.empty() || seed.module_id == "")
        throw std::runtime_error("'" + key + "' is neither a device id nor DEVICE/MODULE");
    seed.authentication = authentication;
    return seed;
}

std::string text_at(const json& item, std::initializer_list<const char*> path) {
    const json* at = &item;
    for (const auto* name : path) {
        if (!at->is_object() || !at->contains(name)) return {};
        at = &(*at)[name];
    }
    return at->is_string() ? at->get<std::string>() : std::string();
}

/// Reads the identities file; complaints name it and show what is expected.
class File {
public:
    explicit File(std::string path) : path_(std::move(path)) {}

    std::vector<IdentitySeed> read() const {
        const auto items = json::parse(read_file(path_), nullptr, false);
        if (!items.is_array()) throw refusal("this is no JSON array");
        std::vector<IdentitySeed> seeds;
        for (const auto& item : items) seeds.push_back(seed(item, "item " + std::to_string(seeds.size() + 1)));
        return seeds;
    }

private:
    std::runtime_error refusal(const std::string& what) const {
        return std::runtime_error(
            path_ + ": " + what +
            R"(; expected [{"deviceId": "d1", "primaryKey": "<Base64>", "secondaryKey": "<Base64>"}], and where needed )"
            R"("moduleId" and "authentication": {"type": "selfSigned", "x509Thumbprint": {"primaryThumbprint": "<hex>"}})");
    }

    IdentitySeed seed(const json& item, const std::string& place) const {
        IdentitySeed seed{text_at(item, {"deviceId"}), text_at(item, {"primaryKey"}), text_at(item, {"secondaryKey"})};
        if (seed.device_id.empty()) throw refusal(place + " has no deviceId");
        if (const auto module = text_at(item, {"moduleId"}); !module.empty()) seed.module_id = module;
        seed.authentication = authentication(text_at(item, {"authentication", "type"}), place);
        seed.primary_thumbprint = text_at(item, {"authentication", "x509Thumbprint", "primaryThumbprint"});
        seed.secondary_thumbprint = text_at(item, {"authentication", "x509Thumbprint", "secondaryThumbprint"});
        if (seed.authentication == Authentication::self_signed && seed.primary_thumbprint.empty() &&
            seed.secondary_thumbprint.empty())
            throw refusal(place + " is selfSigned and has no thumbprint");
        return seed;
    }

    Authentication authentication(const std::string& type, const std::string& place) const {
        if (type.empty() || type == "sas") return Authentication::sas;
        if (type == "selfSigned") return Authentication::self_signed;
        if (type == "certificateAuthority") return Authentication::certificate_authority;
        throw refusal(place + " has the authentication type '" + type +
                      "', which is none of sas, selfSigned, certificateAuthority");
    }

    std::string path_;
};

bool has(const std::vector<IdentitySeed>& seeds, const std::string& key) {
    return std::any_of(seeds.begin(), seeds.end(), [&](const IdentitySeed& one) { return one.key() == key; });
}

}  // namespace

std::vector<IdentitySeed> identities_from(const HubOptions& options) {
    std::vector<IdentitySeed> seeds;
    for (const auto& id : options.devices) seeds.push_back(seed_of(id, Authentication::sas));
    for (const auto& id : options.modules) {
        if (id.find('/') == std::string::npos)
            throw std::runtime_error("--module takes DEVICE/MODULE; '" + id + "' has no '/'");
        seeds.push_back(seed_of(id, Authentication::sas));
    }
    for (const auto& id : options.x509_devices) seeds.push_back(seed_of(id, Authentication::certificate_authority));
    if (!options.identities.empty())
        for (auto& seed : File(options.identities).read()) seeds.push_back(std::move(seed));
    std::vector<IdentitySeed> missing;
    for (const auto& seed : seeds)
        if (seed.module_id && !has(seeds, seed.device_id) && !has(missing, seed.device_id))
            missing.push_back({seed.device_id, {}, {}});
    seeds.insert(seeds.end(), missing.begin(), missing.end());
    std::stable_partition(seeds.begin(), seeds.end(), [](const IdentitySeed& one) { return !one.module_id; });
    return seeds;
}

std::map<std::string, DeviceFiles> certify(const HubOptions& options, const std::string& folder,
                                           const pki::Credential& authority) {
    std::map<std::string, DeviceFiles> files;
    for (const auto& id : options.x509_devices)
        files[id] = write_device(folder, id, pki::make_client(authority, id), false);
    return files;
}

}  // namespace hubspec::cli

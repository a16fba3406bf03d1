#include "harness/cli/hub_keys.hpp"

#include <filesystem>
#include <nlohmann/json.hpp>
#include <stdexcept>

#include "harness/cli/random.hpp"
#include "harness/cli/test_pki.hpp"
#include "harness/iothub/sas_token.hpp"

namespace hubspec::cli {

namespace {

using Json = nlohmann::ordered_json;

std::string fresh_key() { return iothub::base64_encode(random_bytes(32)); }

std::string stored(const Json& keys, const char* name) {
    const bool there = keys.is_object() && keys.contains(name) && keys[name].is_string();
    const auto key = there ? keys[name].get<std::string>() : std::string();
    return iothub::base64_decode(key) ? key : std::string();
}

/// Keys that were given stay; the others come from the store, or go there.
void fill(Json& store, const std::string& name, std::string& primary, std::string& secondary) {
    if (!primary.empty()) return;
    auto& keys = store[name];
    primary = stored(keys, "primaryKey");
    secondary = stored(keys, "secondaryKey");
    if (primary.empty()) primary = fresh_key();
    if (secondary.empty()) secondary = fresh_key();
    keys = {{"primaryKey", primary}, {"secondaryKey", secondary}};
}

}  // namespace

void keep_keys(const std::string& folder, std::vector<hub::IdentitySeed>& devices,
               std::vector<hub::SharedAccessPolicy>& policies) {
    const std::string path = folder + "/keys.json";
    Json all = std::filesystem::exists(path) ? Json::parse(read_file(path), nullptr, false) : Json::object();
    if (!all.is_object())
        throw std::runtime_error(path + ": this is no JSON object; remove the file, and new keys are made");
    const Json before = all;
    for (const auto* section : {"devices", "policies"})
        if (!all.contains(section) || !all[section].is_object()) all[section] = Json::object();
    for (auto& one : devices)
        if (one.authentication == hub::Authentication::sas)
            fill(all["devices"], one.key(), one.primary_key, one.secondary_key);
    for (auto& one : policies) {
        one.primary_key.clear();
        fill(all["policies"], one.name, one.primary_key, one.secondary_key);
    }
    if (all != before) write_private_file(path, all.dump(2) + "\n");
}

}  // namespace hubspec::cli

#include <cstdio>
#include <nlohmann/json.hpp>

#include "harness/cli/options.hpp"
#include "harness/cli/registry.hpp"
#include "harness/cli/target_file.hpp"
#include "harness/run/service_requests.hpp"

namespace hubspec::cli {

namespace {

using Json = nlohmann::json;

constexpr std::size_t most_listed = 1000;  // X-REST-11

std::string versioned(const std::string& path) {
    return path + (path.find('?') == std::string::npos ? "?" : "&") +
           "api-version=" + std::string(run::service_api_version);
}

void collect(const model::HttpResponse& answer, std::vector<std::string>& ids) {
    for (const auto& one : Json::parse(answer.body))
        if (one.is_object() && one.contains("deviceId")) ids.push_back(one["deviceId"].get<std::string>());
}

// Page by page; false where the hub takes no queries, as a basic one.
bool query(Registry& registry, std::vector<std::string>& ids) {
    const Json body{{"query", "SELECT deviceId FROM devices WHERE STARTSWITH(deviceId, 'hubspec-')"}};
    std::string token;
    do {
        model::HttpHeaders headers{{"x-ms-max-item-count", "100"}};
        if (!token.empty()) headers.emplace_back("x-ms-continuation", token);
        const auto answer = registry.ask({"POST", versioned("/devices/query"), headers, body.dump()});
        if (answer.status == 401 || answer.status == 429)
            throw std::runtime_error("the identities cannot be listed: " + answer_text(answer));
        if (answer.status != 200) return false;
        collect(answer, ids);
        token = model::header(answer.headers, "x-ms-continuation");
    } while (!token.empty());
    return true;
}

std::vector<std::string> all_devices(Registry& registry) {
    std::vector<std::string> ids;
    if (query(registry, ids)) return ids;
    const auto answer = registry.ask({"GET", versioned("/devices?top=" + std::to_string(most_listed)), {}, {}});
    if (answer.status != 200) throw std::runtime_error("the identities cannot be listed: " + answer_text(answer));
    ids.clear();
    collect(answer, ids);
    if (ids.size() >= most_listed)
        std::fprintf(stderr,
                     "hubspec: this hub takes no queries and lists no more than %zu identities: there may be others\n",
                     most_listed);
    return ids;
}

struct Found {
    std::vector<std::string> due;
    std::size_t young = 0;
};

Found leftovers(const std::vector<std::string>& ids, const CleanOptions& options) {
    Found found;
    const auto now = std::chrono::system_clock::now();
    for (const auto& id : ids) {
        const auto name = parse_run_name(id);
        if (!name) continue;
        const bool is_due =
            options.run_id.empty() ? now - name->began >= options.older_than : name->run_id == options.run_id;
        is_due ? found.due.push_back(id) : static_cast<void>(++found.young);
    }
    return found;
}

}  // namespace

int run(const CleanOptions& options) {
    const auto target = read_target_file(options.target);
    if (!target) return exit_unusable;
    if (!target->service) {
        std::fprintf(stderr, "hubspec: clean needs a target with a service connection string\n");
        return exit_unusable;
    }
    Registry registry(target->endpoint, *target->service, new_run_id());
    const auto found = leftovers(all_devices(registry), options);
    for (const auto& id : found.due) std::printf("%s\n", id.c_str());
    if (found.young > 0) std::fprintf(stderr, "%zu identities of other or younger runs stay\n", found.young);
    if (!options.yes) {
        std::fprintf(stderr, "%zu identities would be removed%s\n", found.due.size(),
                     found.due.empty() ? "" : "; --yes removes them");
        return exit_ok;
    }
    const auto left = registry.remove(found.due);
    std::fprintf(stderr, "%zu identities removed\n", found.due.size() - left.device_ids.size());
    if (left.device_ids.empty()) return exit_ok;
    std::fprintf(stderr, "hubspec: %zu could not be removed: %s\n", left.device_ids.size(), left.why.c_str());
    return exit_failed;
}

}  // namespace hubspec::cli

#include <algorithm>
#include <cstdio>
#include <nlohmann/json.hpp>

#include "harness/actors/proxy.hpp"
#include "harness/cli/doctor.hpp"
#include "harness/cli/options.hpp"
#include "harness/cli/terminal.hpp"

namespace hubspec::cli {

namespace {

std::optional<TargetFile> target_from(const DoctorOptions& options) {
    if (options.target.empty() == options.connection_string_env.empty()) {
        std::fprintf(stderr,
                     "hubspec: doctor takes either --target or --connection-string-env; see: hubspec doctor --help\n");
        return std::nullopt;
    }
    if (!options.target.empty()) return read_target_file(options.target);
    const auto text = environment(options.connection_string_env.c_str());
    if (text.empty()) {
        std::fprintf(stderr, "hubspec: the environment variable '%s' is not set\n",
                     options.connection_string_env.c_str());
        return std::nullopt;
    }
    auto target = target_of(text);
    if (const auto* problem = std::get_if<std::string>(&target)) {
        std::fprintf(stderr, "hubspec: the connection string in '%s' cannot be used: %s\n",
                     options.connection_string_env.c_str(), problem->c_str());
        return std::nullopt;
    }
    return std::get<TargetFile>(std::move(target));
}

bool is_well(const Checks& checks, const char* name) {
    return std::any_of(checks.begin(), checks.end(),
                       [&](const Check& one) { return one.name == name && one.health != Health::problem; });
}

std::size_t count(const Checks& checks, Health health) {
    return static_cast<std::size_t>(
        std::count_if(checks.begin(), checks.end(), [&](const Check& one) { return one.health == health; }));
}

void print(const Check& one) {
    std::printf("%-8s %-20s %s\n", std::string(to_string(one.health)).c_str(), one.name.c_str(), one.text.c_str());
    if (!one.advice.empty()) std::printf("%30s-> %s\n", "", one.advice.c_str());
    std::fflush(stdout);
}

void print_json(const TargetFile& target, const Checks& checks) {
    nlohmann::ordered_json all = nlohmann::ordered_json::array();
    for (const auto& one : checks) {
        nlohmann::ordered_json row{{"name", one.name}, {"state", to_string(one.health)}, {"text", one.text}};
        if (!one.advice.empty()) row["advice"] = one.advice;
        all.push_back(std::move(row));
    }
    const nlohmann::ordered_json out{{"target", target.name},
                                     {"problems", count(checks, Health::problem)},
                                     {"warnings", count(checks, Health::warning)},
                                     {"checks", all}};
    std::printf("%s\n", out.dump(2, ' ', false, nlohmann::ordered_json::error_handler_t::replace).c_str());
}

}  // namespace

int run(const DoctorOptions& options) {
    const auto target = target_from(options);
    if (!target) return exit_unusable;
    const Visit visit{*target, std::chrono::seconds(options.within)};
    Checks checks;
    const auto add = [&](const Checks& more) {
        for (const auto& one : more) {
            if (!options.json) print(one);
            checks.push_back(one);
        }
    };
    add(examine_network(visit));
    // Through a proxy the service API may answer where the port is closed.
    const bool by_proxy = !actors::proxy_for(target->endpoint).empty() && is_well(checks, "proxy");
    const bool service = target->service && target->has_https_port && (is_well(checks, "https") || by_proxy);
    if (service) add(examine_service(visit));
    if (service || (!target->service && is_well(checks, "mqtt"))) add(examine_identities(visit));
    const auto problems = count(checks, Health::problem);
    if (options.json) print_json(*target, checks);
    if (!options.json)
        std::printf("%s\n", problems == 0
                                ? "This machine can talk to that hub."
                                : (std::to_string(problems) + (problems == 1 ? " problem" : " problems")).c_str());
    return problems == 0 ? exit_ok : exit_failed;
}

}  // namespace hubspec::cli

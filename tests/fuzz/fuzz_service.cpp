#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <variant>

#include "fixtures/hub/hub.hpp"

using namespace hubspec;

namespace {

hub::Hub some_hub(hub::Time now) {
    hub::Settings settings;
    settings.random = [](std::size_t size) { return mqtt::Bytes(size, 7); };
    hub::Policy policy;
    policy.checks_service_token = policy.checks_api_version = false;
    hub::Hub made(std::move(settings), policy);
    made.provision({"d", {}, {}}, now);
    made.provision({"d", {}, {}, "m"}, now);
    return made;
}

}  // namespace

/// A request of the service API, whatever its method, path and body: it is answered once, at the latest when the
/// longest time-out is over. The first line is the method and the target, the rest the body.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    auto now = hub::Time(std::chrono::hours(24 * 365 * 50));
    auto one = some_hub(now);
    const std::string text(reinterpret_cast<const char*>(data), size);
    const auto line = text.substr(0, text.find('\n'));
    const auto body = line.size() < text.size() ? text.substr(line.size() + 1) : "";
    const auto space = std::min(line.find(' '), line.size());
    const auto target = line.substr(std::min(space + 1, line.size()));
    if (target.find("_hubspec") != std::string::npos) return 0;  // these may wait for days, and for the shell
    auto effects = one.request(1, {line.substr(0, space), target, {{"If-Match", "*"}}, body}, now);
    for (int minutes = 0; minutes < 12; ++minutes)
        for (auto& effect : one.advance(now += std::chrono::minutes(1))) effects.push_back(std::move(effect));
    const auto answers = std::count_if(effects.begin(), effects.end(), [](const hub::Effect& effect) {
        return std::holds_alternative<hub::Respond>(effect);
    });
    if (answers != 1) std::abort();
    return 0;
}

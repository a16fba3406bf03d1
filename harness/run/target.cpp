#include "harness/run/target.hpp"

#include <stdexcept>

#include "harness/run/played_hub.hpp"

namespace hubspec::run {

actors::EventsEndpoint Session::events(net::Loop& loop) {
    if (endpoint().events) return *endpoint().events;
    const auto access = service_access();
    if (!access) throw std::runtime_error("the target has no service connection string, so telemetry cannot be read");
    return actors::find_events(loop, endpoint(), *access);
}

std::shared_ptr<PlayedHub> Target::play(const std::string&, actors::Inbox&) { return nullptr; }
std::string Target::why_not(const std::string&) const { return {}; }
std::vector<std::string> Target::prepare(const std::vector<Case>&, const Interruption&) { return {}; }
std::optional<std::string> Target::admit(const Case&) { return std::nullopt; }

}  // namespace hubspec::run

#include "harness/run/target.hpp"

#include "harness/run/played_hub.hpp"

namespace hubspec::run {

std::shared_ptr<PlayedHub> Target::play(const std::string&, actors::Inbox&) { return nullptr; }

}  // namespace hubspec::run

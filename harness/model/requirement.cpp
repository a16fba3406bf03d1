#include "harness/model/requirement.hpp"

#include <algorithm>

namespace hubspec::model {

const Requirement* Catalogue::find(std::string_view id) const {
    const auto found = requirements.find(id);
    return found == requirements.end() ? nullptr : &found->second;
}

bool binds_hub(const Requirement& requirement) {
    return requirement.binds == Binds::hub || requirement.binds == Binds::both;
}

Level binding_level(const Requirement& requirement) {
    const bool unproven = requirement.certainty == "reported in issue" || requirement.certainty == "guess";
    return unproven ? std::max(requirement.level, Level::should) : requirement.level;
}

std::string weight(const Requirement& requirement) {
    std::string text(to_string(requirement.level));
    if (!requirement.certainty.empty()) text += ", " + requirement.certainty;
    if (!requirement.line.empty()) return text + ", protocol line " + requirement.line;
    return requirement.sources.empty() ? text : text + ", source: " + requirement.sources;
}

std::string_view to_string(Level level) {
    switch (level) {
        case Level::must:
            return "must";
        case Level::should:
            return "should";
        case Level::may:
            return "may";
        case Level::info:
            return "info";
    }
    return "info";
}

std::string_view to_string(Binds binds) {
    switch (binds) {
        case Binds::hub:
            return "hub";
        case Binds::device:
            return "device";
        case Binds::both:
            return "both";
        case Binds::info:
            return "info";
    }
    return "info";
}

std::string_view to_string(Observable observable) {
    switch (observable) {
        case Observable::wire:
            return "wire";
        case Observable::service:
            return "service";
        case Observable::clock:
            return "clock";
        case Observable::none:
            return "none";
    }
    return "none";
}

std::string_view to_string(Standing standing) {
    switch (standing) {
        case Standing::not_the_hubs:
            return "not the hub's";
        case Standing::not_observable:
            return "not observable";
        case Standing::left_out:
            return "left out";
        case Standing::hole:
            return "not covered";
        case Standing::covered:
            return "covered, not proven";
        case Standing::proven:
            return "proven";
    }
    return "not covered";
}

}  // namespace hubspec::model

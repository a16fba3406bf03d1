#include "harness/model/requirement.hpp"

namespace hubspec::model {

const Requirement* Catalogue::find(std::string_view id) const {
    const auto found = requirements.find(id);
    return found == requirements.end() ? nullptr : &found->second;
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

}  // namespace hubspec::model

#include "harness/model/place.hpp"

namespace hubspec::model {

std::string to_string(const std::string& file, Place place) {
    if (place.line == 0) return file;
    return file + ":" + std::to_string(place.line) + ":" + std::to_string(place.column);
}

}  // namespace hubspec::model

#pragma once

#include "harness/scenario/yaml.hpp"

namespace hubspec::scenario::yaml {

/// Fills `document.root` from the text of its file, or says why it cannot. The only place that knows yaml-cpp.
void build(Document& document);

}  // namespace hubspec::scenario::yaml

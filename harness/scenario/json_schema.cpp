#include "harness/scenario/json_schema.hpp"
namespace hubspec::scenario { std::string json_schema() { return "{}\n"; } }

#pragma once

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "harness/model/scenario.hpp"
#include "harness/run/bindings.hpp"

namespace hubspec::run {

/// A scenario bound to one value of each of its axes.
struct Case {
    std::shared_ptr<const model::Scenario> scenario;  ///< all its cases have it in common
    std::string name;  ///< "reported/patch [qos=1]": unique in a run, stable between runs
    std::vector<std::pair<std::string, std::string>> axes;
    Bindings bindings;           ///< of the axes
    std::string not_applicable;  ///< why it cannot run on the target; empty: it can
};

/// One case for each combination of the axes, in their order.
std::vector<Case> expand(const model::Scenario& scenario);

/// The identity "device" of the case: a device with a token, or what its axes `identity` and `auth` say.
model::IdentitySpec own_identity(const Case& one);

/// Its name without the axes `transport`, `identity` and `auth`: the same for cases that differ only in how the device
/// connects.
std::string name_beside_connection(const Case& one);

/// `*` stands for anything but '/', `**` for anything; the whole name must match.
bool matches_glob(std::string_view pattern, std::string_view name);
/// False: no name that begins so matches.
bool may_begin(std::string_view pattern, std::string_view beginning);

/// Which part of a run this is.
struct Shard {
    std::size_t index = 1;  ///< from 1
    std::size_t count = 1;
};

struct Selection {
    std::vector<std::string> match;  ///< any of them; none: all
    std::vector<std::string> skip;
    std::vector<std::string> tags;          ///< any of them
    std::vector<std::string> requirements;  ///< any of them
    std::vector<std::string> levels;        ///< any of them: the level of a case is its strictest requirement's
    Shard shard;
};

/// Nothing is left out.
bool is_everything(const Selection& selection);
bool is_selected(const Case& one, const Selection& selection, const std::string& level);

}  // namespace hubspec::run

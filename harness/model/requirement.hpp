#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace hubspec::model {

enum class Level { must, should, may, info };
enum class Binds { hub, device, both, info };
enum class Observable { wire, service, clock, none };

/// One sentence of the protocol that is checked; a row of scenarios/requirements/*.yaml.
struct Requirement {
    std::string id;    ///< "REPORTED-11"; stable, never reused
    std::string area;  ///< "REPORTED"
    std::string text;
    Level level = Level::must;
    Binds binds = Binds::hub;
    Observable observable = Observable::wire;
    std::string line;           ///< of the base document: "97", "37-41", "97 vs 119"; empty beyond it
    std::string sources;        ///< beyond the base document
    std::string certainty;      ///< beyond the base document: documented, seen in SDK code, reported in issue, guess
    std::string reason = {};    ///< why nobody can observe it, where `observable` is none
    std::string left_out = {};  ///< why the suite leaves it out on purpose; empty: it does not
    bool operator==(const Requirement&) const = default;
};

/// Where a requirement stands in the suite.
enum class Standing {
    not_the_hubs,    ///< binds the device, or nobody
    not_observable,  ///< nobody outside the hub can see whether it holds
    left_out,        ///< could be tested, and is not on purpose
    hole,            ///< no scenario verifies it
    covered,         ///< a scenario verifies it; nothing shows that the scenario can fail for it
    proven,          ///< a deviation that breaks it is caught by a scenario that verifies it
};

/// True when the hub is bound, alone or with the device.
bool binds_hub(const Requirement& requirement);

/// The level that a verdict may use: what was only reported or guessed never fails a hub.
Level binding_level(const Requirement& requirement);

/// "must, protocol line 334"; "should, seen in SDK code, source: sdk-c": how much weight it has.
std::string weight(const Requirement& requirement);

struct Area {
    std::string name;
    std::string title;
    std::string source;
    std::vector<std::string> ids;  ///< in the order of the file
    bool operator==(const Area&) const = default;
};

struct Catalogue {
    std::map<std::string, Requirement, std::less<>> requirements;
    std::vector<Area> areas;  ///< the base document's own order, then what lies beyond it
    const Requirement* find(std::string_view id) const;
};

std::string_view to_string(Level level);
std::string_view to_string(Binds binds);
std::string_view to_string(Observable observable);
/// "not observable"
std::string_view to_string(Standing standing);

}  // namespace hubspec::model

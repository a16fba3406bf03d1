#pragma once

#include <string>
#include <vector>

#include "harness/cli/suite.hpp"
#include "harness/run/runner.hpp"

namespace hubspec::cli {

/// One wrong device against the scenario that is to show it.
struct WrongDevice {
    std::string fault, scenario;
    std::vector<std::string> breaks;
    std::vector<std::string> found;  ///< what was said of it, one line each
    std::vector<std::string>
        unrelated;                     ///< of these, what names neither a requirement that it breaks nor the scenario's
    std::vector<std::string> unnamed;  ///< of `breaks`, what no finding names
    bool caught = false;               ///< for all that it breaks, or as a bad program where it breaks nothing
};

/// The plain device with each of these faults (all of them when none is named) in the scenarios of the hub seat. Throws
/// std::runtime_error when the device's program or its statement is not there.
std::vector<WrongDevice> try_wrong_devices(const Suite& suite, const std::vector<std::string>& faults, unsigned jobs,
                                           run::Interruption& interruption);

/// Names of faults that the plain device does not have; printed. True when there are such.
bool has_unknown_faults(const std::vector<std::string>& names);

}  // namespace hubspec::cli

#pragma once

#include <string>
#include <vector>

#include "harness/model/requirement.hpp"
#include "harness/model/result.hpp"
#include "harness/model/trace.hpp"

/// Rules that hold for everything that a device sends, whatever a scenario is about. Pure: a stored trace can be looked
/// at again.
namespace hubspec::run {

/// Who the device is and what it was told.
struct DeviceFacts {
    std::string host_name;                           ///< of the hub
    std::vector<std::string> other_host_names = {};  ///< that the hub answers to as well
    std::string device_id;
    std::string module_id = {};  ///< empty: a device
    bool has_certificate = false;
    std::string server_name_expected = {};  ///< of the ClientHello; empty or an address: it is not judged
    bool is_fresh = false;                  ///< its program was started for this trace: nothing is left from before

    std::string client_id() const { return module_id.empty() ? device_id : device_id + "/" + module_id; }
    std::string path() const { return module_id.empty() ? device_id : device_id + "/modules/" + module_id; }
    bool operator==(const DeviceFacts&) const = default;
};

/// A rule, for people and for coverage.
struct DeviceRule {
    std::string name;                       ///< "request-ids-are-unique"
    std::vector<std::string> requirements;  ///< all that a finding of this rule may name
    std::string sentence;
    bool operator==(const DeviceRule&) const = default;
};

const std::vector<DeviceRule>& device_rules();

/// What the names of the case say of its device.
DeviceFacts facts_of(const model::Trace& trace);

/// What was broken: each rule once a connection, at the first place, with how often it happened. No text has a secret.
std::vector<model::Finding> broken_device_rules(const model::Trace& trace, const DeviceFacts& device,
                                                const model::Catalogue& catalogue);

}  // namespace hubspec::run

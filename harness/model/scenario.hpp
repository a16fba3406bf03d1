#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "harness/model/pattern.hpp"
#include "harness/model/place.hpp"
#include "harness/model/verdict.hpp"

/// A scenario is a conversation: lines labelled with who speaks. scenarios/README.md is the language on one page.
namespace hubspec::model {

using Milliseconds = std::chrono::milliseconds;

enum class Seat { device, hub };
/// `app` is the program on the device under test: what it is asked for, and what it says it saw. Hub seat only.
enum class Speaker { device, wire, service, hub, app };

/// Something the harness does: `device: {publish: {...}}`. Verb and fields were checked against the vocabulary.
struct Action {
    Speaker speaker = Speaker::device;
    std::string verb;
    std::vector<Field> fields;
    bool operator==(const Action&) const = default;
};

/// Something that must be observed: `hub: {publish: {...}}`, `service: {telemetry: {...}}`.
struct Expectation {
    Speaker speaker = Speaker::hub;
    std::string event;
    std::vector<Field> fields;
    Seat seat = Seat::device;  ///< whose packets are sent and whose received depends on it
    bool operator==(const Expectation&) const = default;
};

/// `expect_never`: it must not be observed for `lasting`.
struct Never {
    Expectation expectation;
    Milliseconds lasting{};
    bool operator==(const Never&) const = default;
};

/// All of them, in any order, within one window.
struct AnyOrder {
    std::vector<Expectation> expectations;
    bool operator==(const AnyOrder&) const = default;
};

/// One of several known behaviours: the documented one passes, another may be a warning with its source.
struct Outcome {
    Expectation expectation;
    Verdict verdict = Verdict::pass;
    std::string source;
    bool operator==(const Outcome&) const = default;
};
struct Outcomes {
    std::vector<Outcome> outcomes;
    bool operator==(const Outcomes&) const = default;
};

/// Hub time goes by: the embedded hub's clock is moved, elsewhere the harness waits.
struct Pass {
    Milliseconds duration{};
    bool operator==(const Pass&) const = default;
};

struct Step {
    std::variant<Action, Expectation, Never, AnyOrder, Outcomes, Pass> form;
    std::string connection = "main";     ///< which connection speaks or is spoken of
    std::optional<Milliseconds> within;  ///< window; the target's default when unset
    std::vector<std::string> verifies;   ///< narrower than the scenario's list; empty: all of it
    std::string exchange;  ///< `as`: the name of the exchange that a service line starts; empty: it has none
    std::vector<std::string>
        left_to_later;  ///< acknowledgements of this action that a later line expects itself: "connack", "puback", ...
    Place place;
    std::string source;  ///< the step as it stands in the file, shortened to one line
    bool operator==(const Step&) const = default;
};

/// `over: {transport: [tls, wss]}`
struct Axis {
    std::string name;
    std::vector<Value> values;
    bool operator==(const Axis&) const = default;
};

/// How an identity proves itself to the hub.
enum class Proof { sas, x509 /* self-signed, known by its thumbprint */, x509_ca };

/// The certificate of an X.509 identity: right, or wrong in one way.
enum class CertificateDefect {
    none,
    expired,
    not_yet_valid,
    foreign_authority,  ///< signed by a CA that the hub does not know
    other_name,         ///< the common name is another identity's
    server_usage,       ///< for servers, not for clients
    missing_chain,      ///< signed by an intermediate that the device does not send
};

/// An identity of the scenario: "device", which always exists, or one that `identities` lists.
struct IdentitySpec {
    std::string name;
    bool is_module = false;
    std::string module_of = {};  ///< the identity whose module it is; empty: a fresh device's
    Proof proof = Proof::sas;
    CertificateDefect defect = CertificateDefect::none;
    std::string id_suffix = {};  ///< in the hub seat: what its id ends in
    Place place = {};
    bool operator==(const IdentitySpec&) const = default;
};

struct Scenario {
    std::string id;    ///< path below the suite without its ending: "reported/patch-is-answered"
    std::string file;  ///< as the user named it
    std::string title;
    std::vector<std::string> verifies;
    std::vector<std::string> tags;
    Seat seat = Seat::device;
    std::string applies;  ///< expression over the target's capabilities; empty: always
    std::vector<std::string>
        needs;  ///< capabilities that its lines need, found by the loader: "clock", "telemetry", ...
    std::vector<Axis> axes;
    std::vector<IdentitySpec> identities;
    std::vector<Step> steps;
    bool operator==(const Scenario&) const = default;
};

}  // namespace hubspec::model

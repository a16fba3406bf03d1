#pragma once

#include <chrono>
#include <cstddef>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "harness/model/place.hpp"
#include "harness/model/requirement.hpp"
#include "harness/model/trace.hpp"
#include "harness/model/verdict.hpp"

/// What is stored of a run and what every report is written from.
namespace hubspec::model {

/// One line of a trace as people read it.
struct TraceLine {
    std::chrono::microseconds at{};
    std::string lane;                 ///< "device", "hub", "service", "harness", or the name of a further connection
    std::string direction;            ///< "sent", "received", "note"
    std::string text;                 ///< decoded, secrets removed
    std::string hex;                  ///< bytes, where they are kept; empty otherwise
    std::optional<std::size_t> step;  ///< the step that caused or consumed it
    bool operator==(const TraceLine&) const = default;
};

/// Expected against closest actual.
struct Finding {
    Verdict verdict = Verdict::fail;
    std::string type;     ///< "conformance.must", "conformance.should", "timing", "infra.connect", "inconclusive", ...
    std::string summary;  ///< one line
    std::string expected;
    std::string actual;                    ///< closest, or what happened instead; empty: nothing came
    std::vector<std::string> differences;  ///< one line a field that does not match
    std::vector<std::string> requirements;
    std::optional<std::size_t> step;
    Place place;
    std::string source_line;                ///< the YAML line itself
    std::optional<std::size_t> trace_line;  ///< the closest actual in the trace
    std::string hint;
    bool operator==(const Finding&) const = default;
};

struct StepResult {
    std::string text;  ///< as the scenario spells it, one line
    Place place;
    bool is_check = false;
    std::string state;                      ///< "passed", "failed", "warned", "not run", "done"
    std::optional<std::size_t> trace_line;  ///< what satisfied it
    bool operator==(const StepResult&) const = default;
};

/// What a case can be judged from again.
struct Record {
    std::vector<std::pair<std::string, Value>> bindings;  ///< what the scenario was bound to
    Trace events;                                         ///< all of them, without secrets
    bool operator==(const Record&) const = default;
};

/// How long a device stayed away after it had lost a connection.
struct Reconnect {
    std::string after;        ///< "FIN", "RST", "CONNACK 3", ...: how the connection was lost
    std::size_t attempt = 1;  ///< so many losses of this kind followed each other
    std::chrono::microseconds delay{};
    bool operator==(const Reconnect&) const = default;
};

/// What a case is judged by, step by step: most of what is kept of it, and looked at case by case.
struct CaseDetails {
    std::vector<StepResult> steps;
    std::vector<TraceLine> trace;
    std::optional<Record> record;
    bool operator==(const CaseDetails&) const = default;
};

/// Keeps details out of memory.
class DetailStore {
public:
    virtual ~DetailStore() = default;
    /// Throws std::runtime_error where they cannot be had back.
    virtual CaseDetails read(std::size_t place) const = 0;
};
struct PutAway {
    std::shared_ptr<const DetailStore> store;
    std::size_t place = 0;
    bool operator==(const PutAway&) const = default;
};

struct CaseResult {
    std::string scenario;  ///< id
    std::string file;
    std::string title;
    std::string name;  ///< id and axes: "reported/patch [transport=tls]": unique in a run, stable between runs
    std::vector<std::pair<std::string, std::string>> axes;
    std::vector<std::string> requirements;
    std::vector<std::string> tags;
    Level level = Level::must;
    Verdict verdict = Verdict::pass;
    std::string reason;  ///< why not applicable, inconclusive or error; one line
    std::vector<Finding> findings;
    std::vector<std::string> earlier_attempts;  ///< why each was an error; the result is the last attempt's
    std::vector<std::string> notes;             ///< what nobody expected, and other things worth knowing
    std::vector<StepResult> steps;
    std::vector<TraceLine> trace;
    std::vector<std::string> shown;     ///< of a device under test: which of the things that can be claimed it did
    std::vector<Reconnect> reconnects;  ///< of a device under test
    std::optional<Record> record;       ///< where it is kept
    std::optional<PutAway> put_away;    ///< where steps, trace and record are, if they are not here (see Whole)
    std::size_t checks_planned = 0;
    std::size_t checks_executed = 0;
    std::size_t checks_passed = 0;
    std::chrono::microseconds duration{};
    std::string started_at;  ///< UTC, ISO 8601
    bool operator==(const CaseResult&) const = default;
};

/// A case with its details, wherever they are; it lives no longer than the case.
class Whole {
public:
    explicit Whole(const CaseResult& one);
    const CaseResult& operator*() const { return loaded_ ? *loaded_ : here_; }

private:
    const CaseResult& here_;
    std::optional<CaseResult> loaded_;
};

/// A device's claim, and whether the run bore it out.
struct ClaimResult {
    std::string name;
    bool claimed = false, shown = false;
    std::size_t cases = 0;                      ///< that are about it and ran
    Verdict verdict = Verdict::not_applicable;  ///< the worst of theirs
    bool operator==(const ClaimResult&) const = default;
};

/// What a certificate of conformance says beside the cases.
struct Certification {
    std::string device, version;
    std::string statement_hash, suite_hash;  ///< SHA-256, hex
    std::string system;                      ///< of the machine that ran it: "Linux 6.1 x86_64"
    bool is_whole = false;                   ///< every scenario of the hub seat that came with hubspec was selected
    std::vector<ClaimResult> claims;
    std::vector<std::pair<std::string, std::string>> exceptions;  ///< requirement and reason
    bool operator==(const Certification&) const = default;
};

/// Which shards of a run against one target the results are of.
struct ShardSet {
    std::string target;
    std::size_t count = 1;
    std::string cut;                ///< which cases are in which shard; empty: an earlier hubspec did not say
    std::set<std::size_t> indexes;  ///< from 1
    bool is_merged = false;         ///< of results that were put together: the other shards are missing
    bool operator==(const ShardSet&) const = default;
};
std::vector<std::size_t> missing_of(const ShardSet& shards);

struct RunResult {
    std::string tool_version;
    std::string seat = "device";
    std::string target;       ///< name
    std::string target_kind;  ///< "embedded", "endpoint"
    std::vector<std::string> deviations;
    std::string started_at;  ///< UTC, ISO 8601
    std::string host_name;   ///< of the machine that ran it
    std::uint64_t seed = 0;
    std::vector<ShardSet> shards;  ///< one of one index in a run; empty: the whole
    std::string api_version;       ///< of the protocol, as scenarios spell it where they leave it open
    std::string setup_failure;     ///< why no case could begin; empty: they could
    std::chrono::microseconds duration{};
    bool interrupted = false;
    std::vector<CaseResult> cases;
    std::optional<Certification> certification;  ///< in the hub seat
    /// The sentences that the cases speak of, so that a stored result explains itself.
    std::vector<Requirement> requirements;
    bool operator==(const RunResult&) const = default;
};

struct Counts {
    std::size_t pass = 0, expected_failure = 0, warn = 0, inconclusive = 0, fail = 0, error = 0, not_applicable = 0;
    std::size_t checks_planned = 0, checks_executed = 0, checks_passed = 0;
    bool operator==(const Counts&) const = default;
};
Counts count(const std::vector<CaseResult>& cases);

/// Something that the device claims was never seen, although everything was tried.
bool has_false_claim(const RunResult& run);

/// The contract of the command line: 0, 1, 2, 4 or 130.
int exit_status(const RunResult& run, bool strict);

}  // namespace hubspec::model

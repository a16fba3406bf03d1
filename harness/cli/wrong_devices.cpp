#include "harness/cli/wrong_devices.hpp"

#include <algorithm>
#include <atomic>
#include <cstdio>
#include <map>
#include <stdexcept>
#include <thread>

#include "fixtures/devices/plain/behaviour.hpp"
#include "harness/cli/certified_device.hpp"
#include "harness/cli/execute.hpp"
#include "harness/cli/nearest.hpp"
#include "harness/cli/terminal.hpp"

namespace hubspec::cli {

using namespace model;

namespace {

// A right one of these answers at once; rules have a patience of five seconds.
constexpr std::chrono::seconds enough_for_plain{6};

bool share(const std::vector<std::string>& left, const std::vector<std::string>& right) {
    return std::any_of(left.begin(), left.end(), [&](const std::string& one) {
        return std::find(right.begin(), right.end(), one) != right.end();
    });
}

const Scenario& scenario_of(const Suite& suite, const std::string& name) {
    const auto id = name.find('/') == std::string::npos ? "certify/" + name : name;
    for (const auto& one : suite.scenarios)
        if (one.seat == Seat::hub && one.id == id) return one;
    throw std::runtime_error("there is no scenario '" + id + "' of the hub seat");
}

Statement statement_of(const Suite& suite, const devices::Fault& fault) {
    const auto file = home() + "/fixtures/devices/" + fault.statement + ".yaml";
    auto statement = read_statement(file, &suite.catalogue);
    if (!statement) throw std::runtime_error(file + " cannot be read");
    return std::move(*statement);
}

WrongDevice try_one(const Suite& suite, Statement statement, const devices::Fault& fault,
                    run::Interruption& interruption) {
    statement.command.insert(statement.command.end(), {"--fault", fault.name});
    statement.transports = {fault.transport};
    statement.sdk = fault.sdk;
    statement.answers_within = enough_for_plain;
    const auto& scenario = scenario_of(suite, fault.scenario);
    CertifiedDevice device(statement);
    auto cases = for_device(run::expand(scenario), statement);
    WrongDevice tried{fault.name, scenario.id, fault.breaks, {}, {}, fault.breaks, false};
    bool is_bad_program = false;
    for (const auto& result : execute(cases, device, suite.catalogue, interruption, {}, {}))
        for (const auto& finding : result.findings) {
            tried.found.push_back(finding.summary);
            std::erase_if(tried.unnamed, [&](const std::string& id) { return share({id}, finding.requirements); });
            const bool of_program = finding.type.starts_with("device.");
            is_bad_program = is_bad_program || of_program;
            if (!of_program && !share(finding.requirements, fault.breaks) &&
                !share(finding.requirements, scenario.verifies))
                tried.unrelated.push_back(finding.summary);
        }
    tried.caught = tried.unnamed.empty() && (is_bad_program || !fault.breaks.empty());
    return tried;
}

}  // namespace

bool has_unknown_faults(const std::vector<std::string>& names) {
    bool unknown = false;
    for (const auto& name : names) {
        std::vector<std::string> known;
        for (const auto& fault : devices::faults()) known.push_back(fault.name);
        if (std::find(known.begin(), known.end(), name) != known.end()) continue;
        std::fprintf(stderr, "hubspec: the plain device has no fault '%s'%s\n", name.c_str(),
                     did_you_mean(name, known).c_str());
        unknown = true;
    }
    return unknown;
}

std::vector<WrongDevice> try_wrong_devices(const Suite& suite, const std::vector<std::string>& faults, unsigned jobs,
                                           run::Interruption& interruption) {
    std::vector<const devices::Fault*> wanted;
    for (const auto& fault : devices::faults())
        if (faults.empty() || std::find(faults.begin(), faults.end(), fault.name) != faults.end())
            wanted.push_back(&fault);
    std::map<std::string, Statement> statements;
    for (const auto* fault : wanted)
        if (!statements.contains(fault->statement)) statements.emplace(fault->statement, statement_of(suite, *fault));
    std::vector<WrongDevice> tried(wanted.size());
    std::atomic<std::size_t> next = 0;
    const auto work = [&] {
        for (auto i = next++; i < wanted.size() && !interruption.triggered(); i = next++)
            tried[i] = try_one(suite, statements.at(wanted[i]->statement), *wanted[i], interruption);
    };
    std::vector<std::thread> workers;
    for (unsigned i = 1; i < jobs; ++i) workers.emplace_back(work);
    work();
    for (auto& worker : workers) worker.join();
    std::erase_if(tried, [](const WrongDevice& one) { return one.fault.empty(); });
    return tried;
}

}  // namespace hubspec::cli

#include "harness/cli/protocol.hpp"

#include "harness/cli/coverage.hpp"
#include "harness/cli/suite.hpp"

namespace hubspec::cli {

namespace {

reports::Protocol read_protocol(model::Seat seat) {
    const auto suite = read_suite({});
    const auto proof = read_proof();
    if (!suite || !proof) return {};
    reports::Protocol protocol;
    for (const auto& area : coverage_of(*suite, seat == model::Seat::hub ? proof_by_wrong_devices() : *proof, seat)) {
        auto& chapter = protocol.emplace_back(reports::Chapter{area.area->name, area.area->title, {}});
        for (const auto& row : area.rows)
            chapter.sentences.push_back({*row.requirement, row.standing, row.scenarios, row.deviations});
    }
    return protocol;
}

}  // namespace

// Reports are written again and again while cases run: the suite is read once.
const reports::Protocol& protocol_for(const reports::Destination& destination, const std::string& seat) {
    static const reports::Protocol none;
    if (destination.format != reports::Format::html) return none;
    if (seat == "hub") {
        static const auto of_devices = read_protocol(model::Seat::hub);
        return of_devices;
    }
    static const auto of_hubs = read_protocol(model::Seat::device);
    return of_hubs;
}

}  // namespace hubspec::cli

#include "harness/cli/budget.hpp"

#include <fmt/format.h>
#include <algorithm>
#include <array>
#include <thread>

#include "harness/run/fields.hpp"

namespace hubspec::cli {

using namespace model;

namespace {

constexpr std::int64_t metered_piece = 4096;  // X-METH-19, X-THR-03

struct CostWords {
    Cost what;
    const char *one, *several, *rate;
};
constexpr std::array<CostWords, 7> words{
    {{Cost::messages, "message from devices", "messages from devices", "sends"},
     {Cost::cloud_to_device, "message to devices", "messages to devices", "messages to devices"},
     {Cost::twin_reads, "twin read", "twin reads", "twin reads"},
     {Cost::twin_updates, "twin update", "twin updates", "twin updates"},
     {Cost::method_calls, "method call", "method calls", "method calls"},
     {Cost::identity_operations, "identity operation", "identity operations", "identity operations"},
     {Cost::connections, "connection", "connections", "connections"}}};

std::int64_t pieces(std::size_t size) {
    return std::max<std::int64_t>(1, (static_cast<std::int64_t>(size) + metered_piece - 1) / metered_piece);
}

bool contains(const std::string& text, const char* part) { return text.find(part) != std::string::npos; }

// The same for the line of a device and for a packet of a raw connection.
void count_packet(Load& load, const std::string& verb, const std::vector<Field>& given, const run::Bindings& bindings) {
    const run::Fields fields(given, bindings);
    if (verb == "connect") {
        ++load[Cost::connections];
        if (fields.has("will")) ++load[Cost::messages];
    }
    if (verb != "publish") return;
    const auto topic = fields.text("topic");
    if (topic.starts_with("$iothub/twin/GET"))
        ++load[Cost::twin_reads];
    else if (topic.starts_with("$iothub/twin/PATCH"))
        ++load[Cost::twin_updates];
    else if (!topic.starts_with("$iothub/methods"))
        load[Cost::messages] += pieces(fields.body().size());
}

void count_packets(Load& load, const Action& action, const run::Bindings& bindings) {
    if (action.verb != "send") return count_packet(load, action.verb, action.fields, bindings);
    for (const auto& item : run::Fields(action.fields, bindings).items("packets"))
        if (const auto* object = std::get_if<ObjectPattern>(&item.form);
            object != nullptr && !object->members.empty()) {
            const auto& line = object->members.front();
            const auto* fields = std::get_if<ObjectPattern>(&line.value.form);
            count_packet(load, line.name, fields != nullptr ? fields->members : std::vector<Field>{}, bindings);
        }
}

void count_request(Load& load, const run::Fields& fields) {
    const auto path = fields.text("path");
    if (contains(path, "/methods"))
        ++load[Cost::method_calls];
    else if (path.starts_with("/twins"))
        ++load[fields.text("method") == "GET" ? Cost::twin_reads : Cost::twin_updates];
    else if (path.starts_with("/devices"))
        ++load[Cost::identity_operations];
}

void count_service(Load& load, const Action& action, const run::Bindings& bindings) {
    const run::Fields fields(action.fields, bindings);
    const auto& verb = action.verb;
    if (verb == "send") load[Cost::cloud_to_device] += fields.integer("times", 1) * pieces(fields.body().size());
    if (verb == "get_twin") ++load[Cost::twin_reads];
    if (verb == "patch_twin" || verb == "replace_twin" || verb == "set_desired") ++load[Cost::twin_updates];
    if (verb == "invoke") ++load[Cost::method_calls];
    if (verb == "update_identity" || verb == "delete_identity") ++load[Cost::identity_operations];
    if (verb == "request") count_request(load, fields);
}

// A module needs its device too.
void count_identity(Load& load, const IdentitySpec& spec) {
    load[Cost::identity_operations] += spec.is_module && spec.module_of.empty() ? 2 : 1;  // made
    if (spec.module_of.empty()) ++load[Cost::identity_operations];                        // removed
}

struct Rates {
    Allowance sends, connections, to_devices, twin_reads, twin_updates, identities;
};
constexpr std::chrono::seconds second{1}, minute{60};
constexpr Rates small{{100, second}, {100, second}, {100, minute}, {100, second}, {50, second}, {100, minute}};
constexpr Rates medium{{120, second}, {120, second}, {100, minute}, {100, second}, {50, second}, {100, minute}};
constexpr Rates large{{6'000, second}, {6'000, second}, {5'000, minute}, {500, second}, {250, second}, {5'000, minute}};

struct Tier {
    const char* name;
    std::int64_t messages;  // a day, for each unit
    const Rates* rates;
};
// X-THR-03, X-THR-06. The larger tiers allow more than is written here of what grows with them; less is never wrong.
constexpr std::array<Tier, 7> tiers{{{"f1", 8'000, &small},
                                     {"b1", 400'000, &small},
                                     {"b2", 6'000'000, &medium},
                                     {"b3", 300'000'000, &large},
                                     {"s1", 400'000, &small},
                                     {"s2", 6'000'000, &medium},
                                     {"s3", 300'000'000, &large}}};

Allowance times(Allowance one, std::int64_t units) { return {one.count * units, one.per}; }

// A tenth of what a period allows may be done at once, and nine tenths flow in: no period ever sees more than the rate.
constexpr int parts = 10;
std::chrono::nanoseconds interval_of(const Allowance& rate) {
    return std::chrono::nanoseconds(rate.per) * parts / (std::max<std::int64_t>(rate.count, 1) * (parts - 1));
}
std::chrono::nanoseconds burst_of(const Allowance& rate) { return std::chrono::nanoseconds(rate.per) / parts; }

}  // namespace

Load load_of(const run::Case& one, bool reuses_identity) {
    Load load;
    for (const auto& step : one.scenario->steps) {
        const auto* action = std::get_if<Action>(&step.form);
        if (action == nullptr) continue;
        if (action->speaker == Speaker::service) count_service(load, *action, one.bindings);
        if (action->speaker == Speaker::device || action->speaker == Speaker::wire)
            count_packets(load, *action, one.bindings);
    }
    if (!reuses_identity) count_identity(load, run::own_identity(one));
    for (const auto& identity : one.scenario->identities) count_identity(load, identity);
    return load;
}

void add(Load& sum, const Load& more) {
    for (const auto& [what, count] : more) sum[what] += count;
}

std::int64_t messages_of(const Load& load) {
    const auto count = [&](Cost what) { return load.contains(what) ? load.at(what) : 0; };
    return count(Cost::messages) + count(Cost::cloud_to_device);
}

Budget budget_of(const BudgetTerms& terms, const std::string& kind) {
    Budget budget;
    budget.is_assumed = terms.tier.empty();
    budget.tier = !terms.tier.empty() ? terms.tier : kind == "basic" ? "b1" : "f1";
    budget.units = terms.units;
    const auto& tier =
        *std::find_if(tiers.begin(), tiers.end(), [&](const Tier& one) { return one.name == budget.tier; });
    budget.messages = terms.messages.value_or(tier.messages * (budget.tier == "f1" ? 1 : terms.units));
    budget.is_quota = !terms.messages;
    const auto& rates = *tier.rates;
    budget.rates = {{Cost::messages, rates.sends},
                    {Cost::connections, rates.connections},
                    {Cost::cloud_to_device, times(rates.to_devices, terms.units)},
                    {Cost::twin_reads, rates.twin_reads},
                    {Cost::twin_updates, rates.twin_updates},
                    {Cost::identity_operations, times(rates.identities, terms.units)}};
    if (terms.per_second) budget.rates[Cost::messages] = {*terms.per_second, second};
    if (terms.connections_per_second) budget.rates[Cost::connections] = {*terms.connections_per_second, second};
    if (terms.identity_operations_per_minute)
        budget.rates[Cost::identity_operations] = {*terms.identity_operations_per_minute, minute};
    return budget;
}

std::chrono::seconds least_time(const Load& load, const Budget& budget) {
    std::chrono::nanoseconds longest{};
    for (const auto& [what, rate] : budget.rates)
        if (load.contains(what)) longest = std::max(longest, interval_of(rate) * load.at(what) - burst_of(rate));
    return std::chrono::ceil<std::chrono::seconds>(longest);
}

std::vector<std::string> describe(const Load& load, const Budget& budget) {
    std::string counts;
    for (const auto& [what, one, several, rate] : words)
        if (load.contains(what) && load.at(what) > 0)
            counts +=
                fmt::format("{}{} {}", counts.empty() ? "" : ", ", load.at(what), load.at(what) == 1 ? one : several);
    std::vector<std::string> lines{"plan: " + (counts.empty() ? "nothing that is metered" : counts)};
    const auto whose =
        budget.is_assumed
            ? fmt::format(
                  "the least hub of its kind, {}; `budget: {{tier: ...}}` in the target file "
                  "says otherwise",
                  budget.tier)
            : fmt::format("{} with {} {}", budget.tier, budget.units, budget.units == 1 ? "unit" : "units");
    lines.push_back(fmt::format("budget: {} messages{} ({})", budget.messages, budget.is_quota ? " a day" : "", whose));
    std::string rates;
    for (const auto& [what, one, several, rate] : words)
        if (budget.rates.contains(what))
            rates += fmt::format("{}{} {} a {}", rates.empty() ? "" : ", ", budget.rates.at(what).count, rate,
                                 budget.rates.at(what).per == minute ? "minute" : "second");
    lines.push_back(fmt::format("rates: {}; the run takes {} s or more", rates,
                                std::max<std::int64_t>(least_time(load, budget).count(), 0)));
    if (messages_of(load) > budget.messages)
        lines.push_back(
            fmt::format("{} messages are more than the budget: cases that do not fit are not run", messages_of(load)));
    return lines;
}

void Pacer::wait(Cost what, std::int64_t count, const run::Interruption* interruption) {
    Clock::time_point begin;
    {
        const std::lock_guard lock(mutex_);
        const auto rate = rates_.find(what);
        if (rate == rates_.end() || count <= 0) return;
        auto& full_at = full_at_[what];
        full_at = std::max(full_at, Clock::now()) + interval_of(rate->second) * count;
        // What is taken at once must fit into the burst, or into nothing else being there.
        begin = full_at - std::max(burst_of(rate->second), interval_of(rate->second) * count);
    }
    while (Clock::now() < begin && (interruption == nullptr || !interruption->triggered()))
        std::this_thread::sleep_for(std::min<Clock::duration>(begin - Clock::now(), std::chrono::milliseconds(50)));
}

}  // namespace hubspec::cli

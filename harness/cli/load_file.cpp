#include "harness/cli/load_file.hpp"

#include <algorithm>
#include <charconv>
#include <cstdio>
#include <filesystem>

#include "harness/cli/load_terms.hpp"
#include "harness/load/schedule.hpp"
#include "harness/scenario/nearest.hpp"
#include "harness/scenario/read.hpp"
#include "harness/scenario/yaml.hpp"

namespace hubspec::cli {

namespace yaml = scenario::yaml;
namespace fs = std::filesystem;
using namespace model;

namespace {

constexpr std::int64_t most_in_flight = 100;
constexpr std::chrono::seconds longest_keep_alive{65535};
const std::vector<std::string> usual_figures{"errors", "max", "rate", "p50", "p90", "p95", "p99", "p99.9"};

std::string in_quotes(std::string_view text) { return "'" + std::string(text) + "'"; }

std::string in_words(std::chrono::milliseconds time) {
    return describe_time(static_cast<std::uint64_t>(Micros(time).count()));
}

/// Reads the file's keys one by one and collects what is wrong.
class LoadReader {
public:
    explicit LoadReader(const std::string& path)
        : folder_(fs::path(path).parent_path()), document_(yaml::read(path)), terms_(diagnostics_) {
        diagnostics_ = document_.diagnostics;
        plan_.file = path;
    }

    std::optional<LoadPlan> read() {
        const auto& root = document_.root;
        if (!root.broken && yaml::read_map(root, "a load", diagnostics_) != nullptr) {
            yaml::check_keys(root, "a load",
                             {"title", "target", "devices", "ramp", "duration", "keep_alive", "patience", "transport",
                              "auth", "mix", "thresholds", "limits"},
                             {"title", "devices", "duration", "mix"}, diagnostics_);
            read_devices(*root.map());
            if (const auto* mix = root.map()->find("mix")) read_mix(*mix);
            if (const auto* limits = root.map()->find("limits")) read_limits(*limits);
            if (!scenario::has_errors(diagnostics_)) check_limits(*root.map());
            const auto* thresholds = root.map()->find("thresholds");
            if (thresholds != nullptr) read_thresholds(*thresholds);
        }
        scenario::sort(diagnostics_);
        std::fputs(scenario::format(diagnostics_).c_str(), stderr);
        if (document_.root.broken || scenario::has_errors(diagnostics_)) return std::nullopt;
        return std::move(plan_);
    }

private:
    void say(scenario::Diagnostic diagnostic) { diagnostics_.push_back(std::move(diagnostic)); }

    void time(const yaml::Map& map, const char* name, std::chrono::milliseconds& into) {
        if (const auto* node = map.find(name)) into = yaml::read_duration(*node, name, diagnostics_).value_or(into);
    }

    void read_devices(const yaml::Map& map) {
        if (const auto* title = map.find("title"))
            plan_.title = yaml::read_line(*title, "title", diagnostics_).value_or("");
        if (const auto* target = map.find("target"))
            if (const auto path = yaml::read_line(*target, "target", diagnostics_))
                plan_.target = (folder_ / *path).lexically_normal().string();
        if (const auto* devices = map.find("devices"))
            plan_.devices = static_cast<std::uint32_t>(
                yaml::read_integer(*devices, "devices", 1, most_load_devices, diagnostics_).value_or(1));
        if (const auto* ramp = map.find("ramp"))
            plan_.connects_per_second = terms_.rate(*ramp, "ramp").value_or(plan_.connects_per_second);
        time(map, "duration", plan_.duration);
        time(map, "patience", plan_.patience);
        if (const auto* keep_alive = map.find("keep_alive")) read_keep_alive(*keep_alive);
        if (const auto* transport = map.find("transport"))
            plan_.web_socket = yaml::read_word(*transport, "transport", {"tls", "wss"}, diagnostics_) == "wss";
        if (const auto* auth = map.find("auth"))
            plan_.x509 = yaml::read_word(*auth, "auth", {"sas", "x509"}, diagnostics_) == "x509";
    }

    void read_keep_alive(const yaml::Node& node) {
        const auto given = yaml::read_duration(node, "keep_alive", diagnostics_);
        if (!given) return;
        plan_.keep_alive = std::chrono::duration_cast<std::chrono::seconds>(*given);
        if (plan_.keep_alive.count() < 1 || plan_.keep_alive > longest_keep_alive)
            say(yaml::misfit(node, "keep_alive", "a time from 1s to 65535s"));
    }

    void read_mix(const yaml::Node& node) {
        if (yaml::read_map(node, "mix", diagnostics_) == nullptr) return;
        yaml::check_keys(node, "'mix'", {"telemetry", "twin_get", "reported", "method", "cloud_to_device", "reconnect"},
                         {}, diagnostics_);
        for (const auto& member : node.map()->members)
            if (const auto operation = operation_named(member.name); operation && *operation != Operation::connect)
                read_stream(member, *operation);
        if (node.map()->members.empty()) say(yaml::at(node, "'mix' is empty: the devices would do nothing"));
    }

    void read_stream(const yaml::Member& member, Operation operation) {
        if (yaml::read_map(member.value, member.name, diagnostics_) == nullptr) return;
        std::vector<std::string> allowed{"every"};
        if (operation == Operation::telemetry) allowed.emplace_back("qos");
        if (largest_payload(operation) > 0) allowed.emplace_back("size");
        if (operation != Operation::reconnect) allowed.emplace_back("in_flight");
        yaml::check_keys(member.value, in_quotes(member.name), allowed, {"every"}, diagnostics_);
        const auto& map = *member.value.map();
        Stream stream;
        stream.operation = operation;
        time(map, "every", stream.every);
        const auto number = [&](const char* name, std::int64_t least, std::int64_t most, std::int64_t otherwise) {
            const auto* given = map.find(name);
            if (given == nullptr) return otherwise;
            return yaml::read_integer(*given, name, least, most, diagnostics_).value_or(otherwise);
        };
        stream.qos = static_cast<std::uint8_t>(number("qos", 0, 1, 1));
        if (const auto largest = largest_payload(operation); largest > 0)
            stream.size = static_cast<std::size_t>(number("size", 1, largest, 100));
        stream.in_flight = static_cast<std::uint32_t>(number("in_flight", 1, most_in_flight, 1));
        plan_.mix.push_back(stream);
    }

    void read_limits(const yaml::Node& node) {
        if (yaml::read_map(node, "limits", diagnostics_) == nullptr) return;
        yaml::check_keys(node, "'limits'", {"messages", "duration"}, {}, diagnostics_);
        if (const auto* messages = node.map()->find("messages"))
            plan_.most_messages = static_cast<std::uint64_t>(
                yaml::read_integer(*messages, "messages", 1, most_load_messages, diagnostics_).value_or(1));
        time(*node.map(), "duration", plan_.longest);
        if (plan_.longest > longest_load)
            say(yaml::at(*node.map()->find("duration"), "'duration' is longer than a day, the most that a load takes"));
    }

    // What is refused here would not have been seen before it was too late.
    void check_limits(const yaml::Map& map) {
        const auto whole = load::Schedule(plan_).mix_ends();
        if (whole > Micros(plan_.longest))
            say(yaml::at(*map.find("duration"),
                         "the load would last " + describe_time(static_cast<std::uint64_t>(whole.count())) +
                             ", of which connecting all devices takes " +
                             describe_time(static_cast<std::uint64_t>(load::Schedule(plan_).mix_begins().count())) +
                             "; 'limits' allow " + in_words(plan_.longest)));
        const auto messages = load::messages_of(plan_);
        if (messages > plan_.most_messages)
            say(yaml::at(*map.find("mix"), "the mix would make " + std::to_string(messages) +
                                               " messages; 'limits' allow " + std::to_string(plan_.most_messages)));
    }

    void read_thresholds(const yaml::Node& node) {
        if (yaml::read_map(node, "thresholds", diagnostics_) == nullptr) return;
        std::vector<std::string> known{"errors"};
        for (const auto operation : all_operations) known.emplace_back(to_string(operation));
        yaml::check_keys(node, "'thresholds'", known, {}, diagnostics_);
        for (const auto& member : node.map()->members) {
            if (member.name == "errors") read_errors(member, std::nullopt);
            const auto operation = operation_named(member.name);
            if (!operation || yaml::read_map(member.value, member.name, diagnostics_) == nullptr) continue;
            if (*operation != Operation::connect && load::planned_rate(plan_, *operation) == 0)
                say(yaml::at(node, member, in_quotes(member.name) + " is not in the mix: nothing would be measured"));
            for (const auto& figure : member.value.map()->members) read_figure(member.value, figure, *operation);
        }
    }

    Threshold threshold(const yaml::Member& member, std::optional<Operation> operation, Threshold::Kind kind) const {
        return {operation, kind, 0, 0, to_string(plan_.file, member.place)};
    }

    void read_errors(const yaml::Member& member, std::optional<Operation> operation) {
        auto made = threshold(member, operation, Threshold::Kind::errors);
        if (const auto percent = terms_.percent(member.value, "errors")) {
            made.limit = *percent;
            plan_.thresholds.push_back(made);
        }
    }

    void read_figure(const yaml::Node& parent, const yaml::Member& member, Operation operation) {
        if (member.name == "errors") return read_errors(member, operation);
        if (member.name == "rate") return read_rate(parent, member, operation);
        if (member.name == "max") return read_time(member, threshold(member, operation, Threshold::Kind::most));
        auto made = threshold(member, operation, Threshold::Kind::percentile);
        const auto percent = percent_of(member.name);
        if (percent && *percent > 0 && *percent < 100) {
            made.percent = *percent;
            return read_time(member, made);
        }
        auto diagnostic =
            yaml::at(parent, member,
                     percent ? in_quotes(member.name) +
                                   " is no percentile: they lie between p0 and p100, "
                                   "such as p50 and p99.9"
                             : "unknown key " + in_quotes(member.name) + " in " + in_quotes(to_string(operation)));
        if (!percent) diagnostic.suggestion = scenario::nearest(member.name, usual_figures).value_or("");
        say(std::move(diagnostic));
    }

    void read_time(const yaml::Member& member, Threshold made) {
        const auto time = terms_.latency(member.value, member.name);
        if (!time) return;
        if (*time >= Micros(plan_.patience))
            say(yaml::at(member.value, "it can never be missed: what takes as long as 'patience', " +
                                           in_words(plan_.patience) + ", is an error"));
        made.limit = static_cast<double>(time->count());
        plan_.thresholds.push_back(made);
    }

    void read_rate(const yaml::Node& parent, const yaml::Member& member, Operation operation) {
        if (operation == Operation::connect)
            return say(yaml::at(parent, member, "'connect' has no rate of its own: the devices connect at 'ramp'"));
        const auto rate = terms_.rate(member.value, "rate");
        if (!rate) return;
        const auto planned = load::planned_rate(plan_, operation);
        if (planned > 0 && *rate > planned * (1 + 1e-9))
            say(yaml::at(member.value, "it can never be met: the mix does no more than " + describe_rate(planned)));
        auto made = threshold(member, operation, Threshold::Kind::rate);
        made.limit = *rate;
        plan_.thresholds.push_back(made);
    }

    static std::optional<double> percent_of(const std::string& name) {
        double percent = 0;
        if (name.size() < 2 || name[0] != 'p') return std::nullopt;
        const auto* end = name.data() + name.size();
        const auto [rest, error] = std::from_chars(name.data() + 1, end, percent, std::chars_format::fixed);
        return error == std::errc{} && rest == end ? std::optional(percent) : std::nullopt;
    }

    fs::path folder_;
    yaml::Document document_;
    scenario::Diagnostics diagnostics_;
    LoadTerms terms_;
    LoadPlan plan_;
};

}  // namespace

std::optional<LoadPlan> read_load_file(const std::string& path) { return LoadReader(path).read(); }

}  // namespace hubspec::cli

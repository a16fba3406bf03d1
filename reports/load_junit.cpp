#include "reports/load_junit.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <pugixml.hpp>
#include <sstream>

#include "reports/junit.hpp"
#include "reports/load_text.hpp"
#include "reports/printable.hpp"

namespace hubspec::reports {

using namespace model;

namespace {

constexpr std::size_t longest_name = 512;

std::string plain(const std::string& text) { return xml_safe(shortened(one_line(text), longest_name)); }

void set(pugi::xml_node node, const char* name, const std::string& value) {
    node.append_attribute(name) = value.c_str();
}

std::string seconds(Micros time) { return fmt::format("{:.3f}", static_cast<double>(time.count()) / 1e6); }

pugi::xml_node add_case(pugi::xml_node suite, const std::string& name, const std::string& time) {
    auto one = suite.append_child("testcase");
    set(one, "name", name);
    set(one, "classname", "load");
    set(one, "time", time);
    return one;
}

void add_threshold(pugi::xml_node suite, const JudgedThreshold& judged) {
    const auto& threshold = judged.threshold;
    auto one = add_case(suite, name_of(threshold) + " " + describe_limit(threshold), "0.000");
    if (judged.held) return;
    auto failure = one.append_child("failure");
    set(failure, "message", plain(judged.figure + ", " + describe_limit(threshold)));
    set(failure, "type", "threshold");
    failure.append_child(pugi::node_pcdata)
        .set_value(plain(threshold.place + ": " + name_of(threshold) + " is " + judged.figure).c_str());
}

}  // namespace

std::string to_load_junit(const LoadResult& result) {
    pugi::xml_document document;
    auto declaration = document.append_child(pugi::node_declaration);
    set(declaration, "version", "1.0");
    set(declaration, "encoding", "UTF-8");
    auto suites = document.append_child("testsuites");
    auto suite = suites.append_child("testsuite");
    const auto missed = std::count_if(result.thresholds.begin(), result.thresholds.end(),
                                      [](const JudgedThreshold& one) { return !one.held; });
    set(suites, "name", "hubspec");
    for (auto node : {suites, suite}) {
        if (node == suite) set(node, "name", plain(result.plan.title));
        set(node, "tests", std::to_string(result.thresholds.size() + 1));
        set(node, "failures", std::to_string(missed));
        set(node, "errors", result.interrupted ? "1" : "0");
        set(node, "time", seconds(result.duration));
    }
    set(suite, "skipped", "0");
    set(suite, "timestamp", xml_safe(result.started_at.substr(0, 19)));
    set(suite, "hostname", plain(result.host_name));
    auto whole = add_case(suite, "runs to its end", seconds(result.duration));
    if (result.interrupted) {
        auto error = whole.append_child("error");
        set(error, "message", "it was interrupted");
        set(error, "type", "interrupted");
    }
    whole.append_child("system-out")
        .append_child(pugi::node_pcdata)
        .set_value(xml_safe("\n" + format_load(result, {})).c_str());
    for (const auto& one : result.thresholds) add_threshold(suite, one);
    std::ostringstream out;
    document.save(out, " ");
    return out.str();
}

}  // namespace hubspec::reports

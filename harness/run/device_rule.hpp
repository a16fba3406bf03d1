#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "harness/run/device_talk.hpp"

/// Shared by the files that look for broken rules.
namespace hubspec::run {

/// One place where a rule is broken. `what` says in half a sentence what was seen there.
struct Breach {
    const Dialogue* dialogue = nullptr;  ///< nullptr: there was no connection
    std::size_t at = 0;
    std::string what;
    std::vector<std::string> requirements = {};  ///< narrower than the rule's
};
using Breaches = std::vector<Breach>;

struct Rule {
    std::string_view name;
    std::vector<std::string> requirements;
    std::string_view sentence;
    Breaches (*find)(const Talk&) = nullptr;
    std::vector<std::string> of_modules = {};   ///< in place of `requirements`, for a module
    std::vector<std::string> further = {};      ///< what breaches name on their own
    model::Level at_most = model::Level::must;  ///< where real clients are known to do it, it is no failure
};

// The rules, by topic.
std::vector<Rule> rules_of_transport();
std::vector<Rule> rules_of_connect();
std::vector<Rule> rules_of_tokens();
std::vector<Rule> rules_of_topics();
std::vector<Rule> rules_of_bags();
std::vector<Rule> rules_of_twins();
std::vector<Rule> rules_of_methods();
std::vector<Rule> rules_of_packets();
std::vector<Rule> rules_of_deliveries();
std::vector<Rule> rules_of_time();

/// Text of the device for a message: one line, no longer than people read.
std::string quoted(std::string_view text);

/// What is wrong with a percent-encoded name or value: "has '%' without two hexadecimal digits"; empty: nothing.
std::string encoding_problem(std::string_view text);

std::string_view text_of(const mqtt::Bytes& bytes);

}  // namespace hubspec::run

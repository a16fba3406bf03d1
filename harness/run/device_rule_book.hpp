#pragma once

#include <map>
#include <string>

#include "harness/run/device_rules.hpp"

/// Shared by the files that look for broken rules.
namespace hubspec::run::rules {

/// Where what is broken is written down: the first place of each rule, and how often.
class Book {
public:
    Book(const model::Trace& trace, const DeviceFacts& device) : trace_(trace), device_(device) {}

    const DeviceFacts& device() const { return device_; }
    const model::Trace& trace() const { return trace_; }
    /// `what` says in a sentence what was seen; secrets stay out of it. `clause`: the statement of MQTT that is broken,
    /// where the rule stands for many.
    void broken(const std::string& rule, std::size_t event, const std::string& what, const std::string& clause = {});
    std::vector<model::Finding> findings(const model::Catalogue& catalogue) const;

private:
    struct Entry {
        std::size_t event = 0;
        std::string what, clause;
        std::size_t times = 0;
    };
    const model::Trace& trace_;
    const DeviceFacts& device_;
    std::map<std::string, Entry> entries_;
};

// Each looks at the whole trace.
void look_at_connecting(Book& book);
void look_at_topics(Book& book);
void look_at_twin_and_methods(Book& book);
void look_at_flow(Book& book);

}  // namespace hubspec::run::rules

#pragma once

#include <string>
#include <vector>

#include "harness/model/result.hpp"
#include "reports/output.hpp"
#include "reports/protocol.hpp"

namespace hubspec::reports {

/// A page for people: what failed and why, every conversation, the coverage of the protocol. It needs nothing but a
/// browser.
/// `look` is given what the page has compressed, before that is written.
void write_html(const model::RunResult& run, const Protocol& protocol, const Output& output, const Output& look);
std::string to_html(const model::RunResult& run, const Protocol& protocol);

/// What the page's script reads, as JSON: it is in the page compressed.
struct HtmlData {
    std::string index;                ///< opened at once: the run, a line for each case, failures, requirements
    std::vector<std::string> blocks;  ///< of cases, in order: opened when one of them is looked at
};
HtmlData html_data(const model::RunResult& run, const Protocol& protocol);

}  // namespace hubspec::reports

#include <cstdio>

#include "harness/cli/options.hpp"
#include "harness/cli/results_file.hpp"
#include "reports/comparison.hpp"
#include "reports/write.hpp"

namespace hubspec::cli {

namespace {

// FORMAT:PATH of a comparison.
std::optional<std::string> write(const std::string& option, const reports::Comparison& comparison) {
    const auto colon = option.find(':');
    const auto format = option.substr(0, colon), path = colon == std::string::npos ? "" : option.substr(colon + 1);
    if (path.empty()) return "--report " + option + ": write FORMAT:PATH, such as markdown:diff.md";
    if (format == "text") return reports::write_text(path, comparison_text(comparison));
    if (format == "markdown") return reports::write_text(path, comparison_markdown(comparison));
    if (format == "html") return reports::write_text(path, comparison_html(comparison));
    if (format == "json") return reports::write_text(path, comparison_json(comparison));
    return "--report " + option + ": '" + format +
           "' is no format of a comparison; there are text, markdown, html, json";
}

}  // namespace

// `hubspec diff LEFT RIGHT`
int run(const DiffOptions& options) {
    const auto left = read_results(options.left), right = read_results(options.right);
    if (!left || !right) return exit_unusable;
    const auto comparison = reports::compare(*left, *right);
    if (options.reports.empty()) std::fputs(comparison_text(comparison).c_str(), stdout);
    for (const auto& option : options.reports)
        if (const auto problem = write(option, comparison)) {
            std::fprintf(stderr, "hubspec: %s\n", problem->c_str());
            return exit_unusable;
        }
    return comparison.is_same() ? exit_ok : exit_failed;
}

}  // namespace hubspec::cli

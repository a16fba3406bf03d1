#include <cstdio>
#include <filesystem>

#include "harness/cli/baseline_file.hpp"
#include "harness/cli/options.hpp"
#include "harness/cli/results_file.hpp"
#include "harness/cli/test_pki.hpp"
#include "reports/write.hpp"

namespace hubspec::cli {

// `hubspec baseline update FILE RESULTS...`
int run(const BaselineOptions& options) {
    const auto baseline = read_baseline(options.file, true);
    if (!baseline) return exit_unusable;
    std::vector<model::CaseResult> cases;
    for (const auto& path : options.results) {
        auto results = read_results(path);
        if (!results) return exit_unusable;
        if (results->interrupted || !results->setup_failure.empty())
            std::fprintf(stderr, "hubspec: %s is of a run that did not end; what did not run stays as it is\n",
                         path.c_str());
        for (auto& one : results->cases) cases.push_back(std::move(one));
    }
    const auto update = run::update(*baseline, cases);
    std::error_code ignored;
    const auto former = std::filesystem::exists(options.file, ignored) ? read_file(options.file) : std::string();
    if (const auto problem = reports::write_file(options.file, with_changes(former, *baseline, update))) {
        std::fprintf(stderr, "hubspec: %s\n", problem->c_str());
        return exit_unusable;
    }
    std::fprintf(stderr, "%s: %zu entries stay, %zu are gone, %zu are new%s\n", options.file.c_str(),
                 update.kept.size(), baseline->known.size() - update.kept.size(), update.added.size(),
                 update.added.empty() ? "" : "; each of them wants a reason (TODO)");
    const auto expired = std::count_if(update.kept.begin(), update.kept.end(), [&](std::size_t index) {
        const auto& until = baseline->known[index].until;
        return until && *until < today();
    });
    if (expired > 0)
        std::fprintf(stderr,
                     "hubspec: %td of those that stay have expired: give them a new 'until', or mend what fails\n",
                     expired);
    return exit_ok;
}

}  // namespace hubspec::cli

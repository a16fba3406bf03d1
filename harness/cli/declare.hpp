#pragma once

#include <CLI/CLI.hpp>
#include <string>

#include "harness/cli/options.hpp"
#include "harness/cli/shard.hpp"

/// What the files of the command line share; only they include this.
namespace hubspec::cli {

/// "timeout-scale" becomes "HUBSPEC_TIMEOUT_SCALE".
inline std::string variable_of(const std::string& option) {
    std::string name = "HUBSPEC_";
    for (const char c : option) name += c == '-' ? '_' : static_cast<char>(std::toupper(static_cast<unsigned char>(c)));
    return name;
}

/// Declares options with their environment variables.
class Declare {
public:
    explicit Declare(CLI::App* app) : app_(app) {}

    template <class Value>
    CLI::Option* option(const std::string& names, Value& value, const std::string& description) {
        return with_variable(app_->add_option(names, value, description));
    }
    CLI::Option* flag(const std::string& names, bool& value, const std::string& description) {
        return with_variable(app_->add_flag(names, value, description));
    }
    CLI::Option* count(const std::string& names, int& value, const std::string& description) {
        return with_variable(app_->add_flag(names, value, description));
    }

private:
    static CLI::Option* with_variable(CLI::Option* option) {
        if (!option->get_lnames().empty()) option->envname(variable_of(option->get_lnames().front()));
        return option;
    }
    CLI::App* app_;
};

void declare_suite(CLI::App* app, SuiteOptions& options);
void declare_run(CLI::App* app, RunOptions& options);
void declare_certify(CLI::App* app, RunOptions& options);
void declare_report(CLI::App* app, ReportOptions& options);
void declare_verify(CLI::App* app, VerifyOptions& options);
void declare_junit(CLI::App* app, JunitCheckOptions& options);
void declare_baseline(CLI::App* app, BaselineOptions& options);
void declare_diff(CLI::App* app, DiffOptions& options);
void declare_load(CLI::App* app, LoadOptions& options);
/// "2/4", or "auto"; throws CLI::ValidationError.
ChosenShard chosen_shard(const std::string& text);
void declare_hub(CLI::App* app, HubOptions& options);
void declare_pki(CLI::App* app, PkiOptions& options);
void declare_doctor(CLI::App* app, DoctorOptions& options);
void declare_clean(CLI::App* app, CleanOptions& options);

}  // namespace hubspec::cli

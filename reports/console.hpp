#pragma once

#include <string>

#include "harness/model/result.hpp"

/// The way out: one writer per format, each a function of a finished result.
namespace hubspec::reports {

struct ConsoleStyle {
    bool colour = false;
    bool terminal = false;  ///< a line may be rewritten
    int width = 100;
    int verbosity = 0;  ///< 1: the decoded packets of every case; 2: bytes too
};

/// "PASS  reported/patch-is-answered-204  12 ms": a word, never colour alone.
std::string format_case_line(const model::CaseResult& result, const ConsoleStyle& style);

/// Everything about a case that did not pass: expected, closest actual, the YAML place, the requirement's sentence, the
/// decoded packets around it, and how many checks never ran.
std::string format_failure(const model::CaseResult& result, const model::RunResult& run, const ConsoleStyle& style);

/// All that did not pass, warnings too. Of several cases of one scenario that failed alike only the first is told; a
/// line names the others, unless more is asked for.
std::string format_failures(const model::RunResult& run, const ConsoleStyle& style);

/// The decoded packets of one case.
std::string format_trace(const model::CaseResult& result, const ConsoleStyle& style);

/// Verdict, counts, requirement areas, silence accounting and, after a failure, the command that reruns only the
/// failures.
std::string format_summary(const model::RunResult& run, const std::string& rerun, const ConsoleStyle& style);

}  // namespace hubspec::reports

#pragma once

#include <functional>
#include <string>

#include "harness/model/result.hpp"
#include "reports/granularity.hpp"
#include "reports/output.hpp"

namespace hubspec::reports {

enum class JunitFlavor {
    rich,    ///< case properties, file and line
    strict,  ///< what validating readers accept: properties become [[PROPERTY|k=v]] lines
};

struct JunitOptions {
    JunitFlavor flavor = JunitFlavor::rich;
    bool strict_verdicts = false;  ///< a warning is a failure
    Granularity granularity = Granularity::scenario;
};

/// One document: testsuites > testsuite (a scenario folder) > testcase (a case).
void write_junit(const model::RunResult& run, const JunitOptions& options, const Output& output);
std::string to_junit(const model::RunResult& run, const JunitOptions& options);

/// Writes a file.
using JunitFile = std::function<void(const Output& output)>;
/// One file for each suite, named as CI systems look for them: "TEST-iothub.reported.xml".
void each_junit_file(const model::RunResult& run, const JunitOptions& options,
                     const std::function<void(const std::string& name, const JunitFile& write)>& take);

/// Text that XML 1.0 can carry: bad UTF-8 becomes U+FFFD, control characters visible text such as \x1b.
std::string xml_safe(std::string_view text);

}  // namespace hubspec::reports

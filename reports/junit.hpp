#pragma once

#include <string>
#include <vector>

#include "harness/model/result.hpp"
#include "reports/granularity.hpp"

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

struct JunitFile {
    std::string name;  ///< "TEST-iothub.reported.xml"
    std::string text;
};

/// One document: testsuites > testsuite (a scenario folder) > testcase (a case).
std::string to_junit(const model::RunResult& run, const JunitOptions& options);
/// One file for each suite, named as CI systems look for them.
std::vector<JunitFile> to_junit_files(const model::RunResult& run, const JunitOptions& options);

/// Text that XML 1.0 can carry: bad UTF-8 becomes U+FFFD, control characters visible text such as \x1b.
std::string xml_safe(std::string_view text);

}  // namespace hubspec::reports

#pragma once

#include <string>
#include <vector>

#include "harness/model/place.hpp"

namespace hubspec::scenario {

enum class Severity { error, warning };

/// One thing that is wrong in a file, with all that is needed to show it.
struct Diagnostic {
    std::string file;    ///< as the user named it
    model::Place place;  ///< line 0: the file as a whole
    int length = 1;      ///< characters that are meant
    std::string message;
    std::string suggestion;  ///< the nearest spelling; empty: none is near
    Severity severity = Severity::error;
    std::string source_line;  ///< the line as it stands in the file
    bool operator==(const Diagnostic&) const = default;
};

using Diagnostics = std::vector<Diagnostic>;

/// "twin/x.yaml:12:9: error: unknown key 'pubish' in a device line; did you mean 'publish'?", and where there is a
/// place the source line and a line with a caret. No newline at the end.
std::string format(const Diagnostic& diagnostic);

/// All of them, one after the other, each with a newline.
std::string format(const Diagnostics& diagnostics);

/// By file and place; what was said twice is said once.
void sort(Diagnostics& diagnostics);

bool has_errors(const Diagnostics& diagnostics);

}  // namespace hubspec::scenario

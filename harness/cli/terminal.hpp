#pragma once

#include <string>

namespace hubspec::cli {

/// What standard error can show.
struct Terminal {
    bool is_terminal = false;
    bool colour = false;  ///< a terminal, and neither NO_COLOR nor TERM=dumb
    int width = 100;
};
Terminal standard_error();
Terminal standard_output();

/// An environment variable; empty when unset.
std::string environment(const char* name);

/// The folder with scenarios/ in it: HUBSPEC_HOME, else where hubspec was built from.
std::string home();

/// The folder of this program's own file.
std::string own_folder();

/// How the user calls this program: "tools/hubspec", "hubspec".
std::string own_command();

}  // namespace hubspec::cli

#include "harness/cli/terminal.hpp"

#include <sys/ioctl.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>

namespace hubspec::cli {

namespace {

Terminal describe(int descriptor) {
    Terminal terminal;
    terminal.is_terminal = ::isatty(descriptor) == 1 && environment("TERM") != "dumb";
    // NO_COLOR counts when it is set to anything but nothing.
    terminal.colour = terminal.is_terminal && environment("NO_COLOR").empty();
    winsize size{};
    if (terminal.is_terminal && ::ioctl(descriptor, TIOCGWINSZ, &size) == 0 && size.ws_col > 20)
        terminal.width = size.ws_col;
    return terminal;
}

}  // namespace

Terminal standard_error() { return describe(STDERR_FILENO); }
Terminal standard_output() { return describe(STDOUT_FILENO); }

std::string environment(const char* name) {
    const char* value = std::getenv(name);
    return value == nullptr ? "" : value;
}

std::string home() {
    const std::string named = environment("HUBSPEC_HOME");
    return named.empty() ? HUBSPEC_DEFAULT_HOME : named;
}

std::string own_folder() {
    std::error_code ignored;
    return std::filesystem::read_symlink("/proc/self/exe", ignored).parent_path().string();
}

std::string own_command() {
    const std::string named = environment("HUBSPEC_COMMAND");
    return named.empty() ? "hubspec" : named;
}

}  // namespace hubspec::cli

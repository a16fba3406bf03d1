#include <cstdio>
#include <exception>

#include "harness/cli/options.hpp"

int main(int argc, char** argv) {
    using namespace hubspec;
    try {
        const auto parsed = cli::parse_command_line(argc, argv);
        if (const int* status = std::get_if<int>(&parsed)) return *status;
        return std::visit([](const auto& options) { return cli::run(options); }, std::get<cli::Command>(parsed));
    } catch (const std::exception& error) {
        std::fprintf(stderr, "hubspec: %s\n", error.what());
        return cli::exit_unusable;
    }
}

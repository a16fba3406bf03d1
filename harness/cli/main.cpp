#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <exception>
#include <iostream>

#include "harness/cli/options.hpp"

namespace {

using namespace hubspec;

int start(int argc, char** argv) {
    std::signal(SIGPIPE, SIG_IGN);  // a peer that has gone, or a closed output, is told by what a write returns
    std::signal(SIGXFSZ, SIG_IGN);  // and so is a file that may not grow
    try {
        const auto parsed = cli::parse_command_line(argc, argv);
        if (const int* status = std::get_if<int>(&parsed)) return *status;
        return std::visit([](const auto& options) { return cli::run(options); }, std::get<cli::Command>(parsed));
    } catch (const std::exception& error) {
        std::fprintf(stderr, "hubspec: %s\n", error.what());
        return cli::exit_unusable;
    }
}

}  // namespace

// Paho's threads, and the one that ends its clients, live on: OpenSSL and the rest must not be torn down under them.
int main(int argc, char** argv) {
    const int status = start(argc, argv);
    std::cout.flush();
    std::fflush(nullptr);
    std::_Exit(status);
}

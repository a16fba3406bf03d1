#include <fcntl.h>
#include <unistd.h>

#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <string>

#include "harness/cli/baseline_file.hpp"
#include "harness/cli/load_file.hpp"
#include "harness/cli/statement.hpp"
#include "harness/cli/target_file.hpp"

using namespace hubspec;

namespace {

/// The file that is read, and another that catches standard error.
struct Files {
    std::string path =
        (std::filesystem::temp_directory_path() / ("hubspec-fuzz-" + std::to_string(::getpid()))).string();
    std::FILE* caught = std::tmpfile();
    ~Files() {
        std::fclose(caught);
        std::filesystem::remove(path);
    }
};

/// What `work` says on standard error.
template <class Work>
std::string said(const Files& files, Work work) {
    std::fflush(stderr);
    const int before = ::dup(STDERR_FILENO), into = ::fileno(files.caught);
    if (::ftruncate(into, 0) != 0 || ::lseek(into, 0, SEEK_SET) != 0) std::abort();
    ::dup2(into, STDERR_FILENO);
    work();
    std::fflush(stderr);
    ::dup2(before, STDERR_FILENO);
    ::close(before);
    std::string text(static_cast<std::size_t>(::lseek(into, 0, SEEK_CUR)), '\0');
    if (::pread(into, text.data(), text.size(), 0) != static_cast<ssize_t>(text.size())) std::abort();
    return text;
}

}  // namespace

/// Whatever a settings file holds, it is read or something is said about it, and never a key of it.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    static const Files files;
    const std::string text(reinterpret_cast<const char*>(data), size);
    const int file = ::open(files.path.c_str(), O_CREAT | O_TRUNC | O_WRONLY | O_CLOEXEC, 0600);
    if (::write(file, text.data(), text.size()) != static_cast<ssize_t>(text.size())) std::abort();
    ::close(file);
    const auto check = [&](const auto& read) {
        bool is_read = false;
        const auto told = said(files, [&] { is_read = read(); });
        if (!is_read && told.empty()) std::abort();
        if (told.find("c2VjcmV0LWtleS1vZi1hLWh1Yg") != std::string::npos) std::abort();
    };
    check([&] { return cli::read_target_file(files.path).has_value(); });
    check([&] { return cli::read_statement(files.path, nullptr).has_value(); });
    check([&] { return cli::read_load_file(files.path).has_value(); });
    check([&] { return cli::read_baseline(files.path).has_value(); });
    return 0;
}

#include "reports/write.hpp"

#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstring>
#include <filesystem>

#include "reports/results_json.hpp"

namespace hubspec::reports {

namespace fs = std::filesystem;

namespace {

std::string cannot(const std::string& path, const std::string& reason) {
    return "cannot write the report '" + path + "': " + reason;
}

std::optional<std::string> write_folder(const std::string& folder, const model::RunResult& run,
                                        const JunitOptions& options) {
    for (const auto& file : to_junit_files(run, options))
        if (auto problem = write_file((fs::path(folder) / file.name).string(), file.text)) return problem;
    return std::nullopt;
}

}  // namespace

std::variant<Destination, std::string> parse_destination(const std::string& option) {
    const auto colon = option.find(':');
    const auto format = option.substr(0, colon);
    if (format != "json" && format != "junit")
        return "--report " + option + ": '" + format +
               "' is no format; there are json and junit, as in junit:report.xml";
    if (colon == std::string::npos || colon + 1 == option.size())
        return "--report " + option + ": the path is missing, as in " + format + ":report." +
               (format == "json" ? "json" : "xml");
    return Destination{format == "json" ? Format::json : Format::junit, option.substr(colon + 1)};
}

std::optional<std::string> write_file(const std::string& path, const std::string& text) {
    std::error_code error;
    const auto parent = fs::path(path).parent_path();
    if (!parent.empty()) fs::create_directories(parent, error);
    if (error) return cannot(path, error.message());
    const std::string partial = path + ".partial-" + std::to_string(::getpid());
    std::FILE* file = std::fopen(partial.c_str(), "wb");
    if (file == nullptr) return cannot(path, std::strerror(errno));
    const bool written = std::fwrite(text.data(), 1, text.size(), file) == text.size();
    const bool closed = std::fclose(file) == 0;
    if (!written || !closed) {
        const std::string reason = std::strerror(errno);
        std::remove(partial.c_str());
        return cannot(path, reason);
    }
    fs::rename(partial, path, error);
    if (!error) return std::nullopt;
    std::remove(partial.c_str());
    return cannot(path, error.message());
}

std::optional<std::string> write_report(const Destination& destination, const model::RunResult& run,
                                        const JunitOptions& options) {
    std::error_code ignored;
    const bool folder = destination.path.ends_with('/') || fs::is_directory(destination.path, ignored);
    if (destination.format == Format::junit && folder) return write_folder(destination.path, run, options);
    const auto text = destination.format == Format::json ? to_results_json(run) : to_junit(run, options);
    if (destination.path != "-") return write_file(destination.path, text);
    if (std::fwrite(text.data(), 1, text.size(), stdout) != text.size() || std::fflush(stdout) != 0)
        return cannot("-", std::strerror(errno));
    return std::nullopt;
}

}  // namespace hubspec::reports

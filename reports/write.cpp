#include "reports/write.hpp"

#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <filesystem>

#include "harness/iothub/known_secrets.hpp"
#include "reports/annotations.hpp"
#include "reports/badge.hpp"
#include "reports/certificate.hpp"
#include "reports/csv.hpp"
#include "reports/event_stream.hpp"
#include "reports/html.hpp"
#include "reports/markdown.hpp"
#include "reports/matrix.hpp"
#include "reports/results_json.hpp"
#include "reports/tap.hpp"

namespace hubspec::reports {

namespace fs = std::filesystem;

namespace {

std::string cannot(const std::string& path, const std::string& reason) {
    return "cannot write the report '" + path + "': " + reason;
}

/// What went wrong, if anything did. What was there is gone.
std::optional<std::string> write_all(const std::string& path, const std::string& text) {
    std::FILE* file = std::fopen(path.c_str(), "wb");
    if (file == nullptr) return std::strerror(errno);
    // Without a buffer an error is that of the write itself.
    std::setvbuf(file, nullptr, _IONBF, 0);
    errno = 0;
    const bool written = std::fwrite(text.data(), 1, text.size(), file) == text.size();
    const int reason = errno;
    const bool closed = std::fclose(file) == 0;
    if (written && closed) return std::nullopt;
    return std::strerror(written ? errno : reason);
}

/// The file that a symbolic link leads to, so that the link stays one.
fs::path behind_links(const fs::path& path) {
    std::error_code error;
    const auto real = fs::is_symlink(path, error) ? fs::weakly_canonical(path, error) : path;
    return error || real.empty() ? path : real;
}

std::optional<std::string> write_folder(const std::string& folder, const model::RunResult& run,
                                        const JunitOptions& options) {
    for (const auto& file : to_junit_files(run, options))
        if (auto problem = write_file((fs::path(folder) / file.name).string(), file.text)) return problem;
    return std::nullopt;
}

struct Writer {
    const char* name;
    Format format;
    const char* ending;  ///< of a usual file
};
constexpr std::array writers{Writer{"json", Format::json, "json"},
                             Writer{"ndjson", Format::ndjson, "ndjson"},
                             Writer{"junit", Format::junit, "xml"},
                             Writer{"tap", Format::tap, "tap"},
                             Writer{"markdown", Format::markdown, "md"},
                             Writer{"github", Format::github, "txt"},
                             Writer{"csv", Format::csv, "csv"},
                             Writer{"matrix", Format::matrix, "html"},
                             Writer{"badge", Format::badge, "svg"},
                             Writer{"badge-json", Format::badge_json, "json"},
                             Writer{"html", Format::html, "html"},
                             Writer{"certificate", Format::certificate, "yaml"},
                             Writer{"certificate-html", Format::certificate_html, "html"}};

std::string text_of(Format format, const model::RunResult& run, const JunitOptions& options, const Protocol& protocol) {
    const bool strict = options.strict_verdicts;
    switch (format) {
        case Format::json:
            return to_results_json(run);
        case Format::ndjson:
            return to_events(run);
        case Format::junit:
            return to_junit(run, options);
        case Format::tap:
            return to_tap(run, strict);
        case Format::markdown:
            return to_markdown(run, strict);
        case Format::github:
            return to_annotations(run, strict);
        case Format::matrix:
            return to_matrix({run});
        case Format::csv:
            return to_csv(run);
        case Format::badge:
            return to_badge_svg(run, strict);
        case Format::badge_json:
            return to_badge_json(run, strict);
        case Format::html:
            return to_html(run, protocol);
        case Format::certificate:
            return to_certificate_yaml(run);
        case Format::certificate_html:
            return to_certificate_html(run);
    }
    return {};
}

}  // namespace

std::optional<std::string> shows_a_secret(const std::string& text) {
    const auto name = iothub::secret_in(text);
    if (!name) return std::nullopt;
    return "it would show " + *name + ", which somebody has sent, received or written into a scenario";
}

std::variant<Destination, std::string> parse_destination(const std::string& option) {
    const auto colon = option.find(':');
    const auto format = option.substr(0, colon);
    const auto* found =
        std::find_if(writers.begin(), writers.end(), [&](const Writer& one) { return format == one.name; });
    if (found == writers.end()) return "--report " + option + ": '" + format + "' is no format; there are " + formats();
    if (colon == std::string::npos || colon + 1 == option.size())
        return "--report " + option + ": the path is missing, as in " + format + ":report." + found->ending;
    return Destination{found->format, option.substr(colon + 1)};
}

std::string formats() {
    std::string all;
    for (const auto& one : writers) all += (all.empty() ? "" : ", ") + std::string(one.name);
    return all;
}

std::optional<std::string> write_file(const std::string& path, const std::string& text) {
    if (const auto problem = shows_a_secret(text)) return cannot(path, *problem);
    std::error_code error;
    if (path.ends_with('/') || fs::is_directory(path, error)) return cannot(path, "it is a folder");
    // A rename would put a file in the place of a device or a pipe, for which there is no half of a report either.
    if (fs::exists(path, error) && !fs::is_regular_file(path, error)) {
        if (auto problem = write_all(path, text)) return cannot(path, *problem);
        return std::nullopt;
    }
    const auto real = behind_links(path);
    if (real.has_parent_path()) fs::create_directories(real.parent_path(), error);
    if (error) return cannot(path, error.message());
    const std::string partial = real.string() + ".partial-" + std::to_string(::getpid());
    auto problem = write_all(partial, text);
    if (!problem) {
        fs::rename(partial, real, error);
        if (!error) return std::nullopt;
        problem = error.message();
    }
    std::remove(partial.c_str());
    return cannot(path, *problem);
}

std::optional<std::string> write_report(const Destination& destination, const model::RunResult& run,
                                        const JunitOptions& options, const Protocol& protocol) {
    std::error_code ignored;
    const bool folder = destination.path.ends_with('/') || fs::is_directory(destination.path, ignored);
    if (destination.format == Format::html && iothub::keeps_secrets())  // its data is compressed
        if (const auto problem = shows_a_secret(text_of(Format::json, run, options, protocol)))
            return cannot(destination.path, *problem);
    if (destination.format == Format::junit && folder) return write_folder(destination.path, run, options);
    return write_text(destination.path, text_of(destination.format, run, options, protocol));
}

std::optional<std::string> write_text(const std::string& path, const std::string& text) {
    if (path != "-") return write_file(path, text);
    if (const auto problem = shows_a_secret(text)) return cannot("-", *problem);
    if (std::fwrite(text.data(), 1, text.size(), stdout) != text.size() || std::fflush(stdout) != 0)
        return cannot("-", std::strerror(errno));
    return std::nullopt;
}

}  // namespace hubspec::reports

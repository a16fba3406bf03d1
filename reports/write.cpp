#include "reports/write.hpp"

#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <filesystem>
#include <functional>
#include <stdexcept>

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

using Make = std::function<void(const Output&)>;

/// Why a report is not written any further.
struct Stop {
    std::string why;
};

void look_for_secrets(std::string_view text) {
    if (auto problem = shows_a_secret(text)) throw Stop{std::move(*problem)};
}

/// What stopped it; nullopt: nothing did.
std::optional<std::string> tried(const std::function<void()>& work) {
    try {
        work();
    } catch (const Stop& stop) {
        return stop.why;
    } catch (const std::runtime_error& error) {
        return error.what();  // a case that was put away is lost
    }
    return std::nullopt;
}

/// What went wrong, if anything did. What was there is gone.
std::optional<std::string> write_all(const std::string& path, const Make& make) {
    std::FILE* file = std::fopen(path.c_str(), "wb");
    if (file == nullptr) return std::strerror(errno);
    // Without a buffer an error is that of the write itself.
    std::setvbuf(file, nullptr, _IONBF, 0);
    auto problem = tried([&] {
        make([&](std::string_view piece) {
            look_for_secrets(piece);
            if (std::fwrite(piece.data(), 1, piece.size(), file) != piece.size()) throw Stop{std::strerror(errno)};
        });
    });
    if (std::fclose(file) != 0 && !problem) problem = std::strerror(errno);
    return problem;
}

/// Where a partial file cannot be made: all of it at once, or nothing.
std::optional<std::string> write_at_once(const Make& make, const std::function<void(const std::string&)>& write) {
    return tried([&] {
        const auto text = collected(make);
        look_for_secrets(text);
        write(text);
    });
}

/// The file that a symbolic link leads to, so that the link stays one.
fs::path behind_links(const fs::path& path) {
    std::error_code error;
    const auto real = fs::is_symlink(path, error) ? fs::weakly_canonical(path, error) : path;
    return error || real.empty() ? path : real;
}

std::optional<std::string> write_pieces(const std::string& path, const Make& make) {
    std::error_code error;
    if (path.ends_with('/') || fs::is_directory(path, error)) return cannot(path, "it is a folder");
    // A rename would put a file in the place of a device or a pipe.
    if (fs::exists(path, error) && !fs::is_regular_file(path, error)) {
        const auto problem = write_at_once(make, [&](const std::string& text) {
            if (auto why = write_all(path, [&](const Output& output) { output(text); })) throw Stop{std::move(*why)};
        });
        if (problem) return cannot(path, *problem);
        return std::nullopt;
    }
    const auto real = behind_links(path);
    if (real.has_parent_path()) fs::create_directories(real.parent_path(), error);
    if (error) return cannot(path, error.message());
    const std::string partial = real.string() + ".partial-" + std::to_string(::getpid());
    auto problem = write_all(partial, make);
    if (!problem) {
        fs::rename(partial, real, error);
        if (!error) return std::nullopt;
        problem = error.message();
    }
    std::remove(partial.c_str());
    return cannot(path, *problem);
}

/// "-" is standard output.
std::optional<std::string> write(const std::string& path, const Make& make) {
    if (path != "-") return write_pieces(path, make);
    const auto problem = write_at_once(make, [](const std::string& text) {
        if (std::fwrite(text.data(), 1, text.size(), stdout) != text.size() || std::fflush(stdout) != 0)
            throw Stop{std::strerror(errno)};
    });
    if (problem) return cannot("-", *problem);
    return std::nullopt;
}

std::optional<std::string> write_folder(const std::string& folder, const model::RunResult& run,
                                        const JunitOptions& options) {
    std::optional<std::string> problem;
    each_junit_file(run, options, [&](const std::string& name, const JunitFile& write) {
        if (!problem) problem = write_pieces((fs::path(folder) / name).string(), write);
    });
    return problem;
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

void make_report(Format format, const model::RunResult& run, const JunitOptions& options, const Protocol& protocol,
                 const Output& output) {
    const bool strict = options.strict_verdicts;
    switch (format) {
        case Format::json:
            return write_results_json(run, output);
        case Format::ndjson:
            return write_events(run, output);
        case Format::junit:
            return write_junit(run, options, output);
        case Format::tap:
            return output(to_tap(run, strict));
        case Format::markdown:
            return output(to_markdown(run, strict));
        case Format::github:
            return output(to_annotations(run, strict));
        case Format::matrix:
            return output(to_matrix({run}));
        case Format::csv:
            return output(to_csv(run));
        case Format::badge:
            return output(to_badge_svg(run, strict));
        case Format::badge_json:
            return output(to_badge_json(run, strict));
        case Format::html:
            return write_html(run, protocol, output, look_for_secrets);  // its data is compressed
        case Format::certificate:
            return output(to_certificate_yaml(run));
        case Format::certificate_html:
            return output(to_certificate_html(run));
    }
}

}  // namespace

std::optional<std::string> shows_a_secret(std::string_view text) {
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
    return write_pieces(path, [&](const Output& output) { output(text); });
}

std::optional<std::string> write_report(const Destination& destination, const model::RunResult& run,
                                        const JunitOptions& options, const Protocol& protocol) {
    std::error_code ignored;
    const bool folder = destination.path.ends_with('/') || fs::is_directory(destination.path, ignored);
    if (destination.format == Format::junit && folder) return write_folder(destination.path, run, options);
    return write(destination.path,
                 [&](const Output& output) { make_report(destination.format, run, options, protocol, output); });
}

std::optional<std::string> write_text(const std::string& path, const std::string& text) {
    return write(path, [&](const Output& output) { output(text); });
}

}  // namespace hubspec::reports

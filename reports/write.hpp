#pragma once

#include <optional>
#include <string>
#include <variant>

#include "harness/model/result.hpp"
#include "reports/junit.hpp"

namespace hubspec::reports {

enum class Format { json, junit, certificate, certificate_html };

/// `--report FORMAT:PATH`
struct Destination {
    Format format = Format::json;
    std::string
        path;  ///< "-" is standard output; for junit a path that ends in '/' or is a folder gets one file a suite
    bool operator==(const Destination&) const = default;
};

/// A string says what is wrong with the option.
std::variant<Destination, std::string> parse_destination(const std::string& option);

/// Writes through a partial file and a rename: completely or not at all. A string says what went wrong.
std::optional<std::string> write_report(const Destination& destination, const model::RunResult& run,
                                        const JunitOptions& options);

/// The same for any text.
std::optional<std::string> write_file(const std::string& path, const std::string& text);

}  // namespace hubspec::reports

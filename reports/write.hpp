#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <variant>

#include "harness/model/result.hpp"
#include "reports/junit.hpp"
#include "reports/protocol.hpp"

namespace hubspec::reports {

enum class Format {
    json,
    ndjson,  ///< the events of the run
    junit,
    tap,
    markdown,
    github,  ///< annotations
    csv,
    matrix,  ///< of several runs
    badge,
    badge_json,
    html,
    certificate,
    certificate_html
};

/// `--report FORMAT:PATH`
struct Destination {
    Format format = Format::json;
    std::string
        path;  ///< "-" is standard output; for junit a path that ends in '/' or is a folder gets one file a suite
    bool operator==(const Destination&) const = default;
};

/// A string says what is wrong with the option.
std::variant<Destination, std::string> parse_destination(const std::string& option);

/// "json, ndjson, junit, ...": what there is.
std::string formats();

/// Writes through a partial file and a rename: completely or not at all. A string says what went wrong. The protocol is
/// for html: what it knows of requirements beyond the run.
std::optional<std::string> write_report(const Destination& destination, const model::RunResult& run,
                                        const JunitOptions& options, const Protocol& protocol = {});

/// Why the text may not be published: it holds a secret that this process knows (iothub/known_secrets.hpp).
std::optional<std::string> shows_a_secret(std::string_view text);

/// The same for any text; "-" is standard output.
std::optional<std::string> write_text(const std::string& path, const std::string& text);
std::optional<std::string> write_file(const std::string& path, const std::string& text);

}  // namespace hubspec::reports

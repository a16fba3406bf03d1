#include "reports/load_report.hpp"

#include "reports/load_csv.hpp"
#include "reports/load_html.hpp"
#include "reports/load_json.hpp"
#include "reports/load_junit.hpp"

namespace hubspec::reports {

using namespace model;

namespace {

using Writer = std::string (*)(const LoadResult&);

Writer writer_of(Format format) {
    switch (format) {
        case Format::json:
            return to_load_json;
        case Format::html:
            return to_load_html;
        case Format::junit:
            return to_load_junit;
        case Format::csv:
            return to_load_csv;
        default:
            return nullptr;
    }
}

}  // namespace

std::optional<std::string> problem_with_load_format(const Destination& destination) {
    if (writer_of(destination.format) != nullptr) return std::nullopt;
    return "--report for '" + destination.path + "': a load has the formats json, html, junit and csv";
}

std::optional<std::string> write_load_report(const Destination& destination, const LoadResult& result) {
    const auto writer = writer_of(destination.format);
    if (writer == nullptr) return problem_with_load_format(destination);
    return write_text(destination.path, writer(result));
}

}  // namespace hubspec::reports

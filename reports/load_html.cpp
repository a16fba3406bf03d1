#include "reports/load_html.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "reports/line_chart.hpp"
#include "reports/load_text.hpp"
#include "reports/plain_page.hpp"
#include "reports/printable.hpp"

namespace hubspec::reports {

using namespace model;

namespace {

constexpr const char* style = R"(<style>
.charts{display:grid;grid-template-columns:repeat(auto-fit,minmax(min(100%,20rem),1fr));gap:1rem}
figure{margin:0}figcaption{font-size:.9rem;color:var(--open)}
svg{width:100%;height:auto;font:12px system-ui,sans-serif}
svg text{fill:var(--open)}svg .grid{stroke:var(--line)}svg .mark{stroke:var(--open);stroke-dasharray:4 3}
svg path,svg line{fill:none;stroke-width:1.5}
svg .first{stroke:#1a7f37}svg .second{stroke:#0b57d0}svg .third{stroke:#9a6700}svg .wrong{stroke:#cf222e}
@media(prefers-color-scheme:dark){svg .first{stroke:#56d364}svg .second{stroke:#8ab4f8}svg .third{stroke:#f0b72f}
svg .wrong{stroke:#ff9492}}
td.figure,th.figure{text-align:right;white-space:nowrap}
</style>
)";

// The scale of a percentile curve: each mark is ten times rarer than the one before.
constexpr double rarest = 4;
double rarity(double percent) { return -std::log10(1.0 - std::min(percent, 99.999) / 100.0); }

std::string label_time(double microseconds) { return describe_time(static_cast<std::uint64_t>(microseconds)); }
std::string label_rate(double rate) { return describe_rate(rate); }

double seconds_of(Micros time) { return static_cast<double>(time.count()) / 1e6; }

/// What the charts over time have in common.
LineChart over_time(const LoadResult& result, std::string title) {
    LineChart chart;
    chart.title = std::move(title);
    chart.most_x = std::max(seconds_of(result.duration), 1.0);
    for (const auto at : round_ticks(chart.most_x))
        if (at <= chart.most_x) chart.ticks_x.emplace_back(at, fmt::format("{} s", at));
    if (result.mix_began.count() > 0 && result.mix_began < result.duration)
        chart.marks.emplace_back(seconds_of(result.mix_began), "mix");
    return chart;
}

LineChart rates(const LoadResult& result, Operation operation) {
    const std::string name(to_string(operation));
    auto chart = over_time(result, name + ": done and errors in a second, over time");
    chart.label_y = label_rate;
    ChartLine done{"done", "first", {}}, errors{"errors", "wrong", {}};
    const auto width = static_cast<double>(result.slice.count()) / 1000.0;
    const auto& slices = result.operations[number_of(operation)].slices;
    // The last slice is not whole.
    for (std::size_t i = 0; i + 1 < slices.size() || (i == 0 && i < slices.size()); ++i) {
        const auto middle = (static_cast<double>(i) + 0.5) * width;
        done.points.emplace_back(middle, static_cast<double>(slices[i].done) / width);
        errors.points.emplace_back(middle, static_cast<double>(slices[i].errors) / width);
    }
    chart.lines.push_back(std::move(done));
    if (result.operations[number_of(operation)].errors > 0) chart.lines.push_back(std::move(errors));
    return chart;
}

LineChart latencies(const LoadResult& result, Operation operation) {
    auto chart = over_time(result, std::string(to_string(operation)) + ": latencies over time");
    chart.logarithmic = true;
    chart.label_y = label_time;
    chart.lines = {{"p50", "first", {}}, {"p90", "second", {}}, {"p99", "third", {}}};
    const auto width = static_cast<double>(result.slice.count()) / 1000.0;
    const auto& slices = result.operations[number_of(operation)].slices;
    for (std::size_t i = 0; i < slices.size(); ++i) {
        if (slices[i].done == 0) continue;
        const auto middle = (static_cast<double>(i) + 0.5) * width;
        std::size_t line = 0;
        for (const double percent : {50.0, 90.0, 99.0})
            chart.lines[line++].points.emplace_back(middle,
                                                    static_cast<double>(slices[i].latencies.percentile(percent)));
    }
    return chart;
}

LineChart percentiles(const LoadResult& result, Operation operation) {
    const auto& histogram = result.operations[number_of(operation)].latencies;
    LineChart chart;
    chart.title = std::string(to_string(operation)) + ": latency by percentile";
    chart.logarithmic = true;
    chart.label_y = label_time;
    chart.most_x = rarest;
    for (const double percent : {0.0, 50.0, 90.0, 99.0, 99.9, 99.99})
        chart.ticks_x.emplace_back(rarity(percent), fmt::format("p{}", percent));
    ChartLine line{"latency", "second", {}};
    // No finer than what was counted: of 100 values nothing is known beyond p99.
    const auto known = std::min(rarest, std::log10(static_cast<double>(std::max<std::uint64_t>(histogram.count(), 2))));
    for (double at = 0; at <= known + 1e-9; at += 0.05) {
        const auto percent = 100.0 * (1.0 - std::pow(10.0, -at));
        line.points.emplace_back(at, static_cast<double>(histogram.percentile(percent)));
    }
    chart.lines.push_back(std::move(line));
    return chart;
}

std::string figure(const LineChart& chart) {
    const auto svg = to_svg(chart);
    if (svg.empty()) return {};
    return "<figure>" + svg + "<figcaption>" + html_safe(chart.title) + "</figcaption></figure>\n";
}

std::string charts(const LoadResult& result, Operation operation) {
    const std::string name(to_string(operation));
    return "<h2>" + name + "</h2>\n<div class=\"charts\">\n" + figure(rates(result, operation)) +
           figure(latencies(result, operation)) + figure(percentiles(result, operation)) + "</div>\n";
}

std::string headings(const std::vector<const char*>& names, std::size_t figures_from) {
    std::string html = "<div class=\"wide\"><table><thead><tr>";
    for (std::size_t i = 0; i < names.size(); ++i)
        html += fmt::format("<th scope=\"col\"{}>{}</th>", i >= figures_from ? " class=\"figure\"" : "", names[i]);
    return html + "</tr></thead>\n<tbody>\n";
}
constexpr const char* end_of_table = "</tbody></table></div>\n";

std::string thresholds(const LoadResult& result) {
    if (result.thresholds.empty()) return {};
    auto html = "<h2>Thresholds</h2>\n" + headings({"Threshold", "Outcome", "Figure", "Limit"}, 4);
    for (const auto& one : result.thresholds)
        html += fmt::format(
            "<tr><th scope=\"row\">{}</th><td><span class=\"{}\">{}</span></td><td>{}</td><td>{}</td></tr>\n",
            html_safe(name_of(one.threshold)), one.held ? "held" : "broken", one.held ? "✓ held" : "✗ missed",
            html_safe(one.figure), html_safe(describe_limit(one.threshold)));
    return html + end_of_table;
}

std::string table(const LoadResult& result) {
    auto html =
        "<h2>Operations</h2>\n" + headings({"Operation", "Done", "Rate", "Errors", "p50", "p90", "p99", "Max"}, 1);
    for (const auto operation : operations_of(result)) {
        const auto row = load_row(result, operation);
        html += "<tr><th scope=\"row\">" + row.operation + "</th>";
        for (const auto& cell : {row.done, row.rate, row.errors, row.p50, row.p90, row.p99, row.most})
            html += "<td class=\"figure\">" + cell + "</td>";
        html += "</tr>\n";
    }
    return html + end_of_table +
           "<p><small>Latencies count from when an operation was due, not from when it could be sent: what waits "
           "behind a slow answer is slow too. They are at most 0.8 % too high.</small></p>\n";
}

std::string causes(const LoadResult& result) {
    const auto all = causes_of(result);
    if (all.empty()) return {};
    auto html = "<h2>Errors by cause</h2>\n" + headings({"Operation", "Cause", "Times"}, 2);
    for (const auto& one : all)
        html += fmt::format("<tr><td>{}</td><td>{}</td><td class=\"figure\">{}</td></tr>\n", to_string(one.operation),
                            html_safe(one.cause), one.times);
    return html + end_of_table;
}

std::string answer(const LoadResult& result) {
    const auto missed = std::count_if(result.thresholds.begin(), result.thresholds.end(),
                                      [](const JudgedThreshold& one) { return !one.held; });
    if (result.thresholds.empty()) return "<p class=\"answer\">No thresholds were set.</p>\n";
    if (missed == 0) return "<p class=\"answer held\">✓ All thresholds held.</p>\n";
    return fmt::format("<p class=\"answer broken\">✗ {} of {} thresholds missed.</p>\n", missed,
                       result.thresholds.size());
}

}  // namespace

std::string to_load_html(const LoadResult& result) {
    auto html = style + answer(result) + "<p>" + html_safe(load_headline(result)) + "</p>\n";
    html += "<p><small>" + html_safe(result.started_at) + " on " + html_safe(result.host_name) + ", hubspec " +
            html_safe(result.tool_version) + "</small></p>\n";
    for (const auto& remark : load_remarks(result)) html += "<p class=\"warned\">! " + html_safe(remark) + "</p>\n";
    html += thresholds(result) + table(result) + causes(result);
    for (const auto operation : operations_of(result)) html += charts(result, operation);
    return plain_page(result.plan.title, html);
}

}  // namespace hubspec::reports

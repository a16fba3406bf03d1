#include "reports/line_chart.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "reports/printable.hpp"

namespace hubspec::reports {

namespace {

constexpr double width = 480, height = 220;
constexpr int most_parts = 5;
constexpr double left = 60, right = 14, top = 10, bottom = 44;

struct Scale {
    double least_x = 0, most_x = 1, least_y = 0, most_y = 1;
    bool logarithmic = false;

    double x(double value) const {
        return left + (width - left - right) * (value - least_x) / std::max(most_x - least_x, 1e-9);
    }
    double y(double value) const {
        const auto part = logarithmic ? std::log10(value / least_y) / std::log10(most_y / least_y)
                                      : (value - least_y) / (most_y - least_y);
        return height - bottom - (height - top - bottom) * part;
    }
};

bool is_shown(const LineChart& chart, double y) { return chart.logarithmic ? y > 0 : y >= 0; }

// Nice ends: a whole decade, or the next round number.
bool find_range(const LineChart& chart, Scale& scale) {
    double least = INFINITY, most = 0;
    for (const auto& line : chart.lines)
        for (const auto& [x, y] : line.points)
            if (is_shown(chart, y)) least = std::min(least, y), most = std::max(most, y);
    if (!std::isfinite(least)) return false;
    scale = {chart.least_x, chart.most_x, 0, round_ticks(most).back(), chart.logarithmic};
    if (!chart.logarithmic) return true;
    scale.least_y = std::pow(10, std::floor(std::log10(least)));
    scale.most_y = std::pow(10, std::ceil(std::log10(most * 1.0001)));
    return true;
}

std::vector<double> ticks_y(const LineChart& chart, const Scale& scale) {
    if (!chart.logarithmic) return round_ticks(scale.most_y);
    std::vector<double> ticks;
    for (double at = scale.least_y; at < scale.most_y * 1.01; at *= 10) ticks.push_back(at);
    return ticks;
}

std::string axes(const LineChart& chart, const Scale& scale) {
    std::string svg;
    for (const auto at : ticks_y(chart, scale))
        svg += fmt::format(
            "<line class=\"grid\" x1=\"{:.1f}\" x2=\"{:.1f}\" y1=\"{:.1f}\" y2=\"{:.1f}\"/>"
            "<text x=\"{:.1f}\" y=\"{:.1f}\" text-anchor=\"end\">{}</text>\n",
            left, width - right, scale.y(at), scale.y(at), left - 6, scale.y(at) + 4, html_safe(chart.label_y(at)));
    for (const auto& [at, label] : chart.ticks_x)
        svg += fmt::format("<text x=\"{:.1f}\" y=\"{:.1f}\" text-anchor=\"{}\">{}</text>\n",
                           std::min(scale.x(at), width - 2), height - bottom + 16,
                           scale.x(at) > width - 2 * right ? "end" : "middle", html_safe(label));
    for (const auto& [at, label] : chart.marks)
        svg += fmt::format(
            "<line class=\"mark\" x1=\"{0:.1f}\" x2=\"{0:.1f}\" y1=\"{1:.1f}\" y2=\"{2:.1f}\"/>"
            "<text x=\"{3:.1f}\" y=\"{4:.1f}\">{5}</text>\n",
            scale.x(at), top, height - bottom, scale.x(at) + 4, top + 10, html_safe(label));
    return svg;
}

// What lies apart is not joined: nothing is known of what is between.
std::string path(const LineChart& chart, const Scale& scale, const ChartLine& line) {
    std::string commands;
    for (const auto& [x, y] : line.points)
        if (is_shown(chart, y))
            commands += fmt::format("{}{:.1f} {:.1f}", commands.empty() ? "M" : "L", scale.x(x), scale.y(y));
    if (commands.find('L') == std::string::npos) commands += "m-3 0h6";  // one point alone
    return fmt::format("<path class=\"{}\" d=\"{}\"/>\n", line.style, commands);
}

std::string legend(const LineChart& chart) {
    std::string svg;
    double at = left;
    for (const auto& line : chart.lines) {
        svg += fmt::format(
            "<line class=\"{0}\" x1=\"{1:.1f}\" x2=\"{2:.1f}\" y1=\"{3:.1f}\" y2=\"{3:.1f}\"/>"
            "<text x=\"{4:.1f}\" y=\"{5:.1f}\">{6}</text>\n",
            line.style, at, at + 18, height - 10, at + 24, height - 6, html_safe(line.name));
        at += 44 + 7.5 * static_cast<double>(line.name.size());
    }
    return svg;
}

}  // namespace

std::vector<double> round_ticks(double most) {
    if (!(most > 0)) return {0, 1};
    const double decade = std::pow(10, std::floor(std::log10(most / most_parts)));
    double step = decade;
    for (const double coarser : {1.0, 2.0, 5.0, 10.0})
        if (step = decade * coarser; most / step <= most_parts + 1e-9) break;
    std::vector<double> ticks;
    const auto count = static_cast<int>(std::ceil(most / step - 1e-9));
    for (int i = 0; i <= count; ++i) ticks.push_back(i * step);
    return ticks;
}

std::string to_svg(const LineChart& chart) {
    Scale scale;
    if (!find_range(chart, scale)) return {};
    auto svg = fmt::format("<svg viewBox=\"0 0 {} {}\" role=\"img\" aria-label=\"{}\">\n", width, height,
                           html_safe(chart.title));
    svg += axes(chart, scale);
    for (const auto& line : chart.lines)
        if (!line.points.empty()) svg += path(chart, scale, line);
    return svg + legend(chart) + "</svg>\n";
}

}  // namespace hubspec::reports

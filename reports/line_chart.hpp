#pragma once

#include <string>
#include <utility>
#include <vector>

namespace hubspec::reports {

/// A line of a chart; the class names its colour in the page's style.
struct ChartLine {
    std::string name, style;
    std::vector<std::pair<double, double>> points;
};

/// Lines over one axis, as SVG that takes its colours from the page around it.
struct LineChart {
    std::string title;  ///< for who cannot see it
    std::vector<std::pair<double, std::string>> ticks_x;
    double least_x = 0, most_x = 1;
    bool logarithmic = false;                  ///< y; what is not above 0 is left out
    std::string (*label_y)(double) = nullptr;  ///< of a tick
    std::vector<ChartLine> lines;
    std::vector<std::pair<double, std::string>> marks;  ///< vertical
};

/// Empty where no line has a point.
std::string to_svg(const LineChart& chart);

/// Round numbers that divide 0 to `most` into no more than five parts.
std::vector<double> round_ticks(double most);

}  // namespace hubspec::reports

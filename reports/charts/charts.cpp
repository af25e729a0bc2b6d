#include "reports/charts/charts.h"

#include <array>

namespace firesweep::reports::charts {
namespace {

constexpr std::array<Section, 2> kSections{{
    {"front", "Accuracy and size", ""},
    {"details", "", ""},
}};

}  // namespace

std::string interval_words() {
  return "one standard error to each side (where it has two or more)";
}

std::span<const Section> sections() {
  return kSections;
}

std::vector<Chart> all_charts(const ResultsTable& table, const Analysis& analysis) {
  const ChartInput input{table, analysis, axis_views(table)};
  std::vector<Chart> charts;
  charts.push_back(accuracy_size(input));
  return charts;
}

}  // namespace firesweep::reports::charts

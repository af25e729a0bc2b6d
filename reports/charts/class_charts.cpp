#include "reports/charts/class_charts.h"

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

#include <fmt/format.h>

#include "base/counts.h"
#include "reports/charts/encoding.h"
#include "reports/class_results.h"
#include "reports/leading_designs.h"

namespace firesweep::reports::charts {
namespace {

// Numbers in cells of more classes overlap.
constexpr std::size_t kMaxNumberedClasses = 12;

std::size_t class_count(const Analysis& analysis) {
  std::size_t count = 0;
  for (const DesignClasses& classes : analysis.classes) {
    count = std::max(count, classes.recall.size());
  }
  return count;
}

/// The largest fraction of a class that one design takes for one other class: the darkest cell.
double largest_error(const Analysis& analysis) {
  double largest = 0.0;
  for (const DesignClasses& classes : analysis.classes) {
    const std::vector<sweep::ClassCounts> counts = classes.confusion.per_class();
    for (const sweep::ConfusionCell& cell : classes.confusion.cells()) {
      if (cell.truth != cell.predicted) {
        largest = std::max(
            largest, static_cast<double>(cell.images) /
                         static_cast<double>(counts[static_cast<std::size_t>(cell.truth)].images));
      }
    }
  }
  return largest;
}

Json class_axis(std::string_view field, std::string_view title, const Json& names) {
  constexpr std::size_t kMaxLabels = 20;  // more may overlap: some are then left out
  Json axis = {{"grid", true},
               {"tickBand", "extent"},
               {"labelLimit", 110},
               {"labelOverlap", names.size() > kMaxLabels}};
  if (field == "predicted") {
    axis["labelAngle"] = -45;
  }
  return {{"field", field},
          {"type", "nominal"},
          {"title", title},
          {"scale", {{"domain", names}}},
          {"axis", std::move(axis)}};
}

/// Cells of errors or of correct images, which are outlined and only catch the pointer.
Json matrix_cells(bool correct, Json opacity) {
  Json mark = {{"type", "rect"},
               {"style", correct ? "correct" : "error"},
               {"tooltip", {{"content", "data"}}}};
  if (correct) {
    mark["filled"] = false;
    mark["fill"] = "transparent";
  }
  Json layer = {
      {"transform", Json::array({{{"filter", {{"field", "correct"}, {"equal", correct}}}}})},
      {"mark", std::move(mark)}};
  layer["encoding"]["fillOpacity"] = std::move(opacity);
  return layer;
}

/// Errors as shades, on a root scale: small ones are many and matter.
Json error_cells(double largest) {
  constexpr double kFaintest = 0.06;
  constexpr double kDarkest = 0.62;  // text on it stays readable
  return matrix_cells(false, {{"field", "fraction"},
                              {"type", "quantitative"},
                              {"legend", nullptr},
                              {"scale",
                               {{"type", "sqrt"},
                                {"domain", {0, std::max(largest, 1e-6)}},
                                {"range", {kFaintest, kDarkest}}}}});
}

Json cell_numbers() {
  constexpr double kMinShown = 0.005;  // would be 0 %
  return {{"transform", Json::array({{{"filter", {{"field", "fraction"}, {"gte", kMinShown}}}}})},
          {"mark", {{"type", "text"}, {"style", "ink-text"}, {"tooltip", {{"content", "data"}}}}},
          {"encoding",
           {{"text", {{"field", "fraction"}, {"type", "quantitative"}, {"format", ".0%"}}}}}};
}

std::string confusion_caption(const Analysis& analysis) {
  return fmt::format(
      "Validation images, summed over the trials of a design. A row is a true class, a column what "
      "its images were taken for; a cell is a fraction of the row. The stronger its colour, the "
      "more errors ({}). Cells "
      "on the diagonal, outlined, are correct.",
      largest_error(analysis) > 0.0 ? fmt::format("up to {:.1f} %", 100.0 * largest_error(analysis))
                                    : std::string("here none"));
}

Control design_choice(const ChartInput& input) {
  Control designs{"Design", {}};
  for (std::size_t i = 0; i < input.analysis.classes.size(); ++i) {
    designs.options.push_back({design_words(input.table, input.analysis.classes[i].design),
                               Json::array({replace("/transform/0/filter/equal", i)}), ""});
  }
  return designs;
}

}  // namespace

bool has_drawable_confusion(const Analysis& analysis) {
  return !analysis.classes.empty() && class_count(analysis) <= kMaxMatrixClasses;
}

Chart confusion_matrix(const ChartInput& input) {
  const std::size_t count = class_count(input.analysis);
  const Json names = class_names(input.table, count);
  constexpr int kLabels = 130;  // below and above the cells
  const int row = count <= kMaxNumberedClasses ? 26 : 18;
  const int height = kLabels + row * static_cast<int>(count);
  Chart chart{.id = "confusion",
              .section = "classes",
              .title = "What each class is taken for",
              .caption = confusion_caption(input.analysis),
              .data = {"confusion"},
              .spec = base_spec("Confusion matrix of a design.", "confusion", height),
              .controls = {design_choice(input)}};
  chart.spec["transform"] = Json::array({{{"filter", {{"field", "choice"}, {"equal", 0}}}}});
  chart.spec["encoding"] = {{"x", class_axis("predicted", "Taken for", names)},
                            {"y", class_axis("truth", "True class", names)}};
  Json layers =
      Json::array({error_cells(largest_error(input.analysis)), matrix_cells(true, {{"value", 1}})});
  if (count <= kMaxNumberedClasses) {
    layers.push_back(cell_numbers());
  }
  chart.spec["layer"] = std::move(layers);
  return chart;
}

}  // namespace firesweep::reports::charts

#include "reports/class_results.h"

#include <algorithm>
#include <map>
#include <numeric>
#include <optional>
#include <set>
#include <utility>

#include <fmt/format.h>

#include "base/counts.h"
#include "base/printable.h"

namespace firesweep::reports {
namespace {

/// Cells of several trials, added up.
class ConfusionSum {
 public:
  void add(const sweep::Confusion& confusion) {
    for (const sweep::ConfusionCell& cell : confusion.cells()) {
      images_[{cell.truth, cell.predicted}] += cell.images;
    }
  }

  [[nodiscard]] sweep::Confusion of(std::int64_t classes) const {
    std::vector<sweep::ConfusionCell> cells;
    cells.reserve(images_.size());
    for (const auto& [place, images] : images_) {
      cells.push_back({place.first, place.second, images});
    }
    return {classes, std::move(cells)};
  }

 private:
  std::map<std::pair<std::int32_t, std::int32_t>, std::int64_t> images_;
};

std::vector<statistics::Summary> summarize_recall(
    std::span<const sweep::Confusion* const> confusions) {
  std::vector<std::vector<double>> values(static_cast<std::size_t>(confusions.front()->classes()));
  for (const sweep::Confusion* confusion : confusions) {
    const std::vector<std::optional<double>> recall = confusion->recall();
    for (std::size_t i = 0; i < values.size(); ++i) {
      if (recall[i]) {
        values[i].push_back(*recall[i]);
      }
    }
  }
  std::vector<statistics::Summary> summaries;
  summaries.reserve(values.size());
  for (std::vector<double>& of_class : values) {
    summaries.push_back(statistics::summarize(std::move(of_class)));
  }
  return summaries;
}

statistics::Summary summarize_confusions(std::span<const sweep::Confusion* const> confusions,
                                         double (sweep::Confusion::*measure)() const) {
  std::vector<double> values;
  for (const sweep::Confusion* confusion : confusions) {
    values.push_back((confusion->*measure)());
  }
  return statistics::summarize(std::move(values));
}

DesignClasses summarize_classes(std::size_t design,
                                std::span<const sweep::Confusion* const> confusions) {
  ConfusionSum sum;
  for (const sweep::Confusion* confusion : confusions) {
    sum.add(*confusion);
  }
  return {design,
          confusions.size(),
          sum.of(confusions.front()->classes()),
          summarize_recall(confusions),
          summarize_confusions(confusions, &sweep::Confusion::balanced_accuracy),
          summarize_confusions(confusions, &sweep::Confusion::macro_f1)};
}

}  // namespace

std::vector<DesignClasses> class_results(const ResultsTable& table,
                                         std::span<const std::size_t> designs) {
  std::map<std::size_t, std::vector<const sweep::Confusion*>> by_design;
  for (const std::size_t design : designs) {
    by_design[design];
  }
  for (const Row& row : table.rows) {
    const auto found = by_design.find(row.design);
    if (found == by_design.end() || !is_trained(row.state) || !row.validation_confusion) {
      continue;
    }
    std::vector<const sweep::Confusion*>& confusions = found->second;
    if (confusions.empty() ||
        confusions.front()->classes() == row.validation_confusion->classes()) {
      confusions.push_back(&*row.validation_confusion);
    }
  }
  std::vector<DesignClasses> results;
  for (const std::size_t design : designs) {
    if (!by_design[design].empty()) {
      results.push_back(summarize_classes(design, by_design[design]));
    }
  }
  return results;
}

bool is_unbalanced(std::span<const std::int64_t> images) {
  std::int64_t smallest = 0;
  std::int64_t largest = 0;
  for (const std::int64_t count : images) {
    largest = std::max(largest, count);
    smallest = count > 0 && (smallest == 0 || count < smallest) ? count : smallest;
  }
  return largest / 2 > smallest || (largest / 2 == smallest && largest % 2 == 1);
}

bool has_unbalanced_classes(const ResultsTable& table, const DesignClasses& classes) {
  if (table.data) {
    return is_unbalanced(table.data->train);
  }
  std::vector<std::int64_t> images;
  for (const sweep::ClassCounts& counts : classes.confusion.per_class()) {
    images.push_back(counts.images);
  }
  return is_unbalanced(images);
}

std::vector<std::string> class_names(const ResultsTable& table, std::size_t classes) {
  const bool named = table.data && table.data->classes.size() == classes;
  std::vector<std::string> names;
  std::set<std::string> taken;
  for (std::size_t i = 0; i < classes; ++i) {
    std::string name = named ? base::shortened(table.data->classes[i]) : std::string();
    if (name.empty()) {
      name = fmt::format("class {}", i);
    }
    if (!taken.insert(name).second) {  // shortened names may be the same
      name = fmt::format("{} ({})", name, i);
      taken.insert(name);
    }
    names.push_back(std::move(name));
  }
  return names;
}

std::vector<std::string> confused_pairs(const sweep::Confusion& confusion,
                                        std::span<const std::string> names, std::size_t limit) {
  const std::vector<sweep::ClassCounts> counts = confusion.per_class();
  std::vector<std::string> sentences;
  for (const sweep::ConfusionCell& cell : confusion.most_confused(limit)) {
    const std::int64_t images = counts[static_cast<std::size_t>(cell.truth)].images;
    sentences.push_back(fmt::format(
        "Of {} of '{}', {} {} taken for '{}' ({:.1f} %).",
        base::counted(static_cast<std::size_t>(images), "image"),
        names[static_cast<std::size_t>(cell.truth)], base::grouped(cell.images),
        cell.images == 1 ? "was" : "were", names[static_cast<std::size_t>(cell.predicted)],
        100.0 * static_cast<double>(cell.images) / static_cast<double>(images)));
  }
  return sentences;
}

std::string bad_file_words(const ResultsTable& table) {
  if (!table.data || table.data->bad_files == 0) {
    return {};
  }
  const std::int64_t bad = table.data->bad_files;
  return fmt::format("{} could not be read and {} left out (data_problems.csv).",
                     base::counted(static_cast<std::size_t>(bad), "image file"),
                     bad == 1 ? "was" : "were");
}

}  // namespace firesweep::reports

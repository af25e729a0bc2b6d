#include "sweep/store/confusion.h"

#include <algorithm>
#include <utility>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "base/error.h"
#include "base/json_fields.h"

namespace firesweep::sweep {
namespace {

constexpr std::int64_t kMaxConfusionClasses = 65'536;
constexpr std::int64_t kMaxConfusionImages = std::int64_t{1} << 53;  // exact as floating point

[[noreturn]] void reject_cell(const ConfusionCell& cell, std::string_view expected) {
  throw Error(fmt::format("confusion has [{}, {}, {}]; expected {}", cell.truth, cell.predicted,
                          cell.images, expected));
}

/// Row by row.
std::pair<std::int32_t, std::int32_t> place_of(const ConfusionCell& cell) {
  return {cell.truth, cell.predicted};
}

std::int32_t class_from(const nlohmann::json& row, std::size_t index) {
  const nlohmann::json& number = row[index];
  if (!base::holds_int64(number) || number.get<std::int64_t>() < 0 ||
      number.get<std::int64_t>() >= kMaxConfusionClasses) {
    throw Error(fmt::format("confusion has {}; expected classes from 0 to {}", base::quoted(row),
                            kMaxConfusionClasses - 1));
  }
  return number.get<std::int32_t>();
}

ConfusionCell cell_from(const nlohmann::json& row) {
  if (!row.is_array() || row.size() != 3 || !base::holds_int64(row[2])) {
    throw Error(fmt::format(
        "confusion has {}; expected three integers: true class, predicted class, number of images",
        base::quoted(row)));
  }
  return {class_from(row, 0), class_from(row, 1), row[2].get<std::int64_t>()};
}

}  // namespace

Confusion::Confusion(std::int64_t classes, std::vector<ConfusionCell> cells)
    : classes_(classes), cells_(std::move(cells)) {
  if (classes < 1 || classes > kMaxConfusionClasses) {
    throw Error(
        fmt::format("confusion has {} classes; expected 1 to {}", classes, kMaxConfusionClasses));
  }
  if (cells_.empty()) {
    throw Error("confusion has no images; expected at least one");
  }
  const auto is_class = [classes](std::int32_t number) { return number >= 0 && number < classes; };
  std::int64_t images = 0;
  for (std::size_t i = 0; i < cells_.size(); ++i) {
    const ConfusionCell& cell = cells_[i];
    if (!is_class(cell.truth) || !is_class(cell.predicted)) {
      reject_cell(cell, fmt::format("classes from 0 to {}", classes - 1));
    }
    if (cell.images < 1 || cell.images > kMaxConfusionImages - images) {
      reject_cell(cell,
                  fmt::format("counts of 1 or more, together at most {}", kMaxConfusionImages));
    }
    if (i > 0 && place_of(cells_[i - 1]) >= place_of(cell)) {
      reject_cell(cell, fmt::format("it before [{}, {}, ...], and each pair of classes once",
                                    cells_[i - 1].truth, cells_[i - 1].predicted));
    }
    images += cell.images;
  }
}

Confusion Confusion::of(std::int64_t classes, std::span<const std::int32_t> truth,
                        std::span<const std::int32_t> predicted) {
  std::vector<std::pair<std::int32_t, std::int32_t>> pairs;
  pairs.reserve(truth.size());
  for (std::size_t i = 0; i < truth.size(); ++i) {
    pairs.emplace_back(truth[i], predicted[i]);
  }
  std::ranges::sort(pairs);
  std::vector<ConfusionCell> cells;
  for (const auto& pair : pairs) {
    if (cells.empty() || place_of(cells.back()) != pair) {
      cells.push_back({pair.first, pair.second, 0});
    }
    ++cells.back().images;
  }
  return {classes, std::move(cells)};
}

std::int64_t Confusion::images() const {
  std::int64_t images = 0;
  for (const ConfusionCell& cell : cells_) {
    images += cell.images;
  }
  return images;
}

std::int64_t Confusion::correct() const {
  std::int64_t correct = 0;
  for (const ConfusionCell& cell : cells_) {
    correct += cell.truth == cell.predicted ? cell.images : 0;
  }
  return correct;
}

std::vector<ClassCounts> Confusion::per_class() const {
  std::vector<ClassCounts> counts(static_cast<std::size_t>(classes_));
  for (const ConfusionCell& cell : cells_) {
    ClassCounts& truth = counts[static_cast<std::size_t>(cell.truth)];
    truth.images += cell.images;
    truth.correct += cell.truth == cell.predicted ? cell.images : 0;
    counts[static_cast<std::size_t>(cell.predicted)].predicted += cell.images;
  }
  return counts;
}

std::vector<std::optional<double>> Confusion::recall() const {
  std::vector<std::optional<double>> recall;
  recall.reserve(static_cast<std::size_t>(classes_));
  for (const ClassCounts& counts : per_class()) {
    recall.push_back(counts.images > 0 ? std::optional(static_cast<double>(counts.correct) /
                                                       static_cast<double>(counts.images))
                                       : std::nullopt);
  }
  return recall;
}

double Confusion::balanced_accuracy() const {
  double sum = 0.0;
  std::int64_t count = 0;
  for (const std::optional<double>& recall : recall()) {
    sum += recall.value_or(0.0);
    count += recall ? 1 : 0;
  }
  return sum / static_cast<double>(count);
}

double Confusion::macro_f1() const {
  double sum = 0.0;
  std::int64_t count = 0;
  for (const ClassCounts& counts : per_class()) {
    if (counts.images + counts.predicted > 0) {
      sum += 2.0 * static_cast<double>(counts.correct) /
             static_cast<double>(counts.images + counts.predicted);
      ++count;
    }
  }
  return sum / static_cast<double>(count);
}

std::vector<ConfusionCell> Confusion::most_confused(std::size_t limit) const {
  std::vector<ConfusionCell> errors;
  for (const ConfusionCell& cell : cells_) {
    if (cell.truth != cell.predicted) {
      errors.push_back(cell);
    }
  }
  std::ranges::stable_sort(errors, std::ranges::greater{}, &ConfusionCell::images);
  errors.resize(std::min(limit, errors.size()));
  return errors;
}

nlohmann::json to_json(const Confusion& confusion) {
  nlohmann::json rows = nlohmann::json::array();
  for (const ConfusionCell& cell : confusion.cells()) {
    rows.push_back(nlohmann::json::array({cell.truth, cell.predicted, cell.images}));
  }
  return rows;
}

nlohmann::json recall_to_json(const Confusion& confusion) {
  nlohmann::json list = nlohmann::json::array();
  for (const std::optional<double>& recall : confusion.recall()) {
    list.push_back(recall ? nlohmann::json(*recall) : nlohmann::json(nullptr));
  }
  return list;
}

Confusion confusion_from_json(const nlohmann::json& cells, const nlohmann::json& recall) {
  if (!cells.is_array() || !recall.is_array()) {
    throw Error(fmt::format("confusion and recall are {} and {}; expected lists", cells.type_name(),
                            recall.type_name()));
  }
  std::vector<ConfusionCell> read;
  read.reserve(cells.size());
  for (const nlohmann::json& row : cells) {
    read.push_back(cell_from(row));
  }
  Confusion confusion(static_cast<std::int64_t>(recall.size()), std::move(read));
  const nlohmann::json expected = recall_to_json(confusion);
  for (std::size_t i = 0; i < recall.size(); ++i) {
    if (recall[i] != expected[i]) {
      throw Error(fmt::format("recall of class {} is {}; expected {}, which its confusion has", i,
                              base::quoted(recall[i]), base::quoted(expected[i])));
    }
  }
  return confusion;
}

}  // namespace firesweep::sweep

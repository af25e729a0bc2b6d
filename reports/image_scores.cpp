#include "reports/image_scores.h"

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <map>
#include <string_view>
#include <utility>
#include <vector>

#include "reports/statistics/class_error.h"
#include "reports/statistics/column_counts.h"
#include "reports/statistics/summary.h"

namespace firesweep::reports {
namespace {

/// The trials' mean confusion matrix over the validation images; empty if a trial has none, or
/// another number of images or classes.
std::vector<statistics::ClassCell> mean_confusion(std::span<const Row* const> rows) {
  std::map<std::pair<std::int32_t, std::int32_t>, std::int64_t> images;
  for (const Row* row : rows) {
    const std::optional<sweep::Confusion>& confusion = row->validation_confusion;
    const std::optional<sweep::Confusion>& first = rows.front()->validation_confusion;
    if (!is_trained(row->state) || !confusion || confusion->classes() != first->classes() ||
        confusion->images() != first->images()) {
      return {};
    }
    for (const sweep::ConfusionCell& cell : confusion->cells()) {
      images[{cell.truth, cell.predicted}] += cell.images;
    }
  }
  std::vector<statistics::ClassCell> cells;
  for (const auto& [place, count] : images) {
    cells.push_back({static_cast<std::size_t>(place.first), static_cast<std::size_t>(place.second),
                     static_cast<double>(count) / static_cast<double>(rows.size())});
  }
  return cells;
}

/// Of a measure that counts every class alike.
std::optional<ImageBound> class_bound(std::span<const Row* const> rows,
                                      const sweep::Metric& metric) {
  const std::vector<statistics::ClassCell> cells = mean_confusion(rows);
  if (metric.images != sweep::ImagePart::kValidation || cells.empty()) {
    return std::nullopt;
  }
  const sweep::Confusion& first = *rows.front()->validation_confusion;
  const auto classes = static_cast<std::size_t>(first.classes());
  const std::optional<statistics::ClassError> error =
      metric.class_mean == sweep::ClassMean::kRecall ? statistics::mean_recall_error(cells, classes)
                                                     : statistics::macro_f1_error(cells, classes);
  return error ? std::optional(ImageBound{error->variance, static_cast<std::size_t>(first.images()),
                                          error->freedom})
               : std::nullopt;
}

}  // namespace

std::size_t image_count(const ResultsTable& table, const sweep::Metric& metric) {
  if (metric.images == sweep::ImagePart::kNone) {
    return 0;
  }
  const std::string_view key =
      metric.images == sweep::ImagePart::kValidation ? "validation" : "test";
  const auto found = table.dataset.find(key);
  return found != table.dataset.end() && found->is_number_integer()
             ? static_cast<std::size_t>(std::max<std::int64_t>(found->get<std::int64_t>(), 0))
             : 0;
}

const sweep::CorrectImages* correct_images(const Row& row, const sweep::Metric& metric) {
  if (!metric.is_proportion || metric.guesses != 1) {
    return nullptr;
  }
  const std::optional<sweep::CorrectImages>& images =
      metric.images == sweep::ImagePart::kValidation ? row.validation_correct : row.test_correct;
  return images ? &*images : nullptr;
}

bool share_images(std::span<const Row* const> rows, const sweep::Metric& metric) {
  const sweep::CorrectImages* const first =
      rows.empty() ? nullptr : correct_images(*rows.front(), metric);
  return first != nullptr && std::ranges::all_of(rows, [&](const Row* row) {
           const sweep::CorrectImages* const images = correct_images(*row, metric);
           return images != nullptr && images->images() == first->images();
         });
}

std::optional<ImageBound> image_bound(const ResultsTable& table, std::span<const Row* const> rows,
                                      double mean, const sweep::Metric& metric) {
  if (metric.class_mean != sweep::ClassMean::kNone) {
    return class_bound(rows, metric);
  }
  const std::size_t images = image_count(table, metric);
  if (!metric.is_proportion || images == 0) {
    return std::nullopt;
  }
  return ImageBound{mean * (1.0 - mean) / static_cast<double>(images), images, 0.0};
}

std::optional<statistics::CrossedError> error_of_mean(const ResultsTable& table,
                                                      std::span<const Row* const> rows,
                                                      std::span<const double> values,
                                                      const sweep::Metric& metric) {
  if (metric.images == sweep::ImagePart::kNone) {
    return statistics::bounded_error(values, 0.0, 0);
  }
  if (values.empty()) {
    return std::nullopt;
  }
  if (image_count(table, metric) > 0 && share_images(rows, metric)) {
    std::vector<statistics::ImageScores> scores;
    for (const Row* row : rows) {
      scores.push_back({.plus = correct_images(*row, metric)->words(),
                        .minus = {},
                        .constant = 0.0,
                        .unit = scores.size()});
    }
    return statistics::crossed_error(
        scores, static_cast<std::size_t>(correct_images(*rows.front(), metric)->images()));
  }
  const double mean = *statistics::summarize({values.begin(), values.end()}).mean;
  const std::optional<ImageBound> bound = image_bound(table, rows, mean, metric);
  if (!bound) {
    return std::nullopt;
  }
  std::optional<statistics::CrossedError> error =
      statistics::bounded_error(values, bound->variance, bound->images);
  if (error) {
    error->image_freedom = bound->freedom;
  }
  return error;
}

statistics::MeanNoise mean_noise(const ResultsTable& table, std::span<const Row* const> rows,
                                 const statistics::Summary& summary,
                                 const std::optional<statistics::CrossedError>& error,
                                 const sweep::Metric& metric) {
  statistics::MeanNoise noise;
  std::vector<const Row*> trained;
  for (const Row* row : rows) {
    if (is_trained(row->state)) {
      trained.push_back(row);
    }
  }
  if (share_images(trained, metric)) {
    const auto known = static_cast<std::size_t>(correct_images(*trained.front(), metric)->images());
    statistics::ColumnCounts counts(known);
    for (const Row* row : trained) {
      counts.add(correct_images(*row, metric)->words());
    }
    std::vector<double> means(known, 0.0);  // but for a constant: guesses are as good on all images
    counts.add_to(means, 1.0 / static_cast<double>(rows.size()));
    noise.images = statistics::ImageNoise(means);
    if (error && rows.size() == trained.size() && error->seed_part > 0.0) {
      // What neither seeds nor images explain is in the spread of both; here it counts with the
      // images, whose common part must stay what it is.
      const double spread = noise.images.standard_deviation();
      const double rest = std::max(0.0, spread * spread - error->image_part);
      noise.seed_scale = std::sqrt(std::max(0.0, error->seed_part - rest) / error->seed_part);
      noise.rest = rest;
    }
  } else if (summary.mean) {
    const std::optional<ImageBound> bound = image_bound(table, rows, *summary.mean, metric);
    noise.independent = bound ? std::sqrt(bound->variance) : 0.0;
  }
  return noise;
}

}  // namespace firesweep::reports

#include "reports/image_scores.h"

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <string_view>
#include <vector>

#include "reports/statistics/column_counts.h"
#include "reports/statistics/summary.h"

namespace firesweep::reports {

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

std::optional<statistics::CrossedError> error_of_mean(const ResultsTable& table,
                                                      std::span<const Row* const> rows,
                                                      std::span<const double> values,
                                                      const sweep::Metric& metric) {
  if (metric.images == sweep::ImagePart::kNone) {
    return statistics::bounded_error(values, 0.0, 0);
  }
  const std::size_t images = image_count(table, metric);
  if (!metric.is_proportion || images == 0 || values.empty()) {
    return std::nullopt;
  }
  if (share_images(rows, metric)) {
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
  return statistics::bounded_error(values, mean * (1.0 - mean) / static_cast<double>(images),
                                   images);
}

statistics::MeanNoise mean_noise(const ResultsTable& table, std::span<const Row* const> rows,
                                 const statistics::Summary& summary,
                                 const std::optional<statistics::CrossedError>& error,
                                 const sweep::Metric& metric) {
  statistics::MeanNoise noise;
  const std::size_t images = image_count(table, metric);
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
    }
  } else if (images > 0 && summary.mean) {
    noise.independent =
        std::sqrt(*summary.mean * (1.0 - *summary.mean) / static_cast<double>(images));
  }
  return noise;
}

}  // namespace firesweep::reports

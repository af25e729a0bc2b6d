// What a results table knows of single images, as the statistics need it.
#pragma once

#include <cstddef>
#include <optional>
#include <span>

#include "reports/results_table.h"
#include "reports/statistics/crossed_error.h"
#include "reports/statistics/image_noise.h"
#include "reports/statistics/summary.h"
#include "sweep/spec/metric.h"

namespace firesweep::reports {

/// Images of the part that the metric is about; 0 if it is about none, or their number is unknown.
[[nodiscard]] std::size_t image_count(const ResultsTable& table, const sweep::Metric& metric);

/// Which images a trial had right, if the metric is the fraction of these; else nullptr.
[[nodiscard]] const sweep::CorrectImages* correct_images(const Row& row,
                                                         const sweep::Metric& metric);

/// Whether all trials know which of the same images they had right.
[[nodiscard]] bool share_images(std::span<const Row* const> rows, const sweep::Metric& metric);

/// An upper bound of what the choice of images does to a mean over trials.
struct ImageBound {
  double variance = 0.0;
  std::size_t images = 0;
  double freedom = 0.0;  // as CrossedError::image_freedom
};

/// For a fraction of images accuracy (1 - accuracy) / images, `mean` being that of the trials; for
/// mean recall and macro F1 what the trials' confusion matrices say (statistics/class_error.h).
/// Absent for a metric that is not about images, if their number is unknown, and without the
/// matrices of all trials.
[[nodiscard]] std::optional<ImageBound> image_bound(const ResultsTable& table,
                                                    std::span<const Row* const> rows, double mean,
                                                    const sweep::Metric& metric);

/// The error of the mean of `values`, those of a design's trials: over seeds and images where the
/// trials know their images, with image_bound() where they don't. Absent for fewer than two values
/// and where that bound is.
[[nodiscard]] std::optional<statistics::CrossedError> error_of_mean(
    const ResultsTable& table, std::span<const Row* const> rows, std::span<const double> values,
    const sweep::Metric& metric);

/// How the mean over `rows` (trials that count) moves with the choice of images. `summary` and
/// `error` are those of the mean.
[[nodiscard]] statistics::MeanNoise mean_noise(const ResultsTable& table,
                                               std::span<const Row* const> rows,
                                               const statistics::Summary& summary,
                                               const std::optional<statistics::CrossedError>& error,
                                               const sweep::Metric& metric);

}  // namespace firesweep::reports

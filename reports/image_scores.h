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

/// The error of the mean of `values`, those of a design's trials: over seeds and images where the
/// trials know their images, an upper bound of it where they don't. Absent for fewer than two
/// values, for a fraction of images whose number is unknown, and for measures of images that are no
/// proportions: nothing says how they vary with the images.
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

// By which accuracy a sweep's designs are judged, and its names. Everything that orders, compares
// or shows designs by one accuracy takes it from here.
#pragma once

#include <span>
#include <string>
#include <string_view>

#include "reports/points.h"
#include "reports/results_table.h"
#include "sweep/spec/metric.h"

namespace firesweep::reports {

/// The first of the sweep's objectives that is an accuracy, a fraction of which more is better, or
/// that is 1 minus one. Without such an objective validation_top1.
[[nodiscard]] const sweep::Metric& accuracy_metric(const ResultsTable& table);

/// What shows whether the choice was lucky: the same measure on the test images, for a measure that
/// has none test_top1; nullptr if the table lacks that.
[[nodiscard]] const sweep::Metric* test_metric(const ResultsTable& table);

/// For the head of a column: "top-1", "balanced", "macro F1", "test top-1".
[[nodiscard]] std::string short_name(const sweep::Metric& metric);
/// In a sentence: "validation top-1 accuracy".
[[nodiscard]] std::string name_in_words(const sweep::Metric& metric);

/// Why a mean over several trials of the accuracy may have no standard error and no interval: "the
/// number of images is unknown".
[[nodiscard]] std::string_view unknown_images(const sweep::Metric& metric);

/// "Validation macro F1 has no interval: ...", if designs whose seeds would allow one have none;
/// else "".
[[nodiscard]] std::string no_interval_sentence(const ResultsTable& table,
                                               std::span<const PointSummary> points);

}  // namespace firesweep::reports

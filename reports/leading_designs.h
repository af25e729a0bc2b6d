// The designs that reports name: the one with the highest mean, and the smallest one near it.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "reports/analysis.h"
#include "reports/results_table.h"

namespace firesweep::reports {

/// What designs are judged by: accuracy_metric() and the first of the objectives that is a property
/// of designs.
struct Criteria {
  std::string metric = "validation_top1";
  std::string property = "weight_bytes";
};

[[nodiscard]] Criteria criteria_of(const ResultsTable& table, const Analysis& analysis);

/// The design with the highest mean; of equal ones the smallest, then the first. Absent if no trial
/// completed.
[[nodiscard]] std::optional<std::size_t> most_accurate(const ResultsTable& table,
                                                       const Analysis& analysis,
                                                       const Criteria& criteria);

/// The smallest design whose mean is at most one standard error of the best design's mean below it
/// (the one-standard-error rule: Breiman, Friedman, Olshen & Stone, "Classification and Regression
/// Trees", 1984, section 3.4.3). Absent if the best design has fewer than two completed trials.
[[nodiscard]] std::optional<std::size_t> smallest_near_best(const ResultsTable& table,
                                                            const Analysis& analysis,
                                                            const Criteria& criteria);

/// The design's mean of the metric; absent if no trial completed.
[[nodiscard]] std::optional<double> mean_of(const Analysis& analysis, std::size_t point,
                                            const Criteria& criteria);
/// The standard error of that mean, over seeds and images; absent for fewer than two trials.
[[nodiscard]] std::optional<double> error_of(const Analysis& analysis, std::size_t point,
                                             const Criteria& criteria);
/// A metric of the design itself. Throws Error for an unknown name.
[[nodiscard]] std::int64_t property_of(const ResultsTable& table, std::size_t point,
                                       std::string_view name);

/// "SR 0.25, bypass simple"; "the only design" for a sweep without axes.
[[nodiscard]] std::string design_words(const ResultsTable& table, std::size_t point);

}  // namespace firesweep::reports

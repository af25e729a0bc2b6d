// Limits on the cost of a design, and the most accurate design within them.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "reports/deployment.h"
#include "reports/points.h"
#include "reports/results_table.h"

namespace firesweep::reports {

/// Upper limits, inclusive; absent: none. Sizes are of fp32 weights.
struct Budget {
  std::optional<std::int64_t> max_bytes{};
  std::optional<std::int64_t> max_parameters{};
  std::optional<std::int64_t> max_macs{};
  std::optional<std::int64_t> max_activation_bytes{};
  std::optional<double> max_update_seconds{};

  [[nodiscard]] bool empty() const;
};

/// "weights of at most 500,000 bytes and at most 3,000,000 MACs"; empty without a limit.
[[nodiscard]] std::string describe(const Budget& budget);

[[nodiscard]] bool fits(const Design& design, const Budget& budget,
                        const DeploymentSettings& settings);

struct BudgetChoice {
  std::size_t within = 0;           // designs that fit
  std::size_t without_results = 0;  // of them, those none of whose trials completed
  /// The highest mean of accuracy_metric() among them, the smaller design of equal ones.
  std::optional<std::size_t> best;
};

/// Indices are into the table's designs.
[[nodiscard]] BudgetChoice choose_within(const ResultsTable& table,
                                         const std::vector<PointSummary>& points,
                                         const Budget& budget, const DeploymentSettings& settings);

}  // namespace firesweep::reports

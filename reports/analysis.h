// All that is worked out from a ResultsTable before anything is written.
#pragma once

#include <cstddef>
#include <vector>

#include "reports/front.h"
#include "reports/points.h"
#include "reports/results_table.h"

namespace firesweep::reports {

struct Analysis {
  std::vector<PointSummary> points;  // one for each design
  Front front;
  /// Designs on the front, smallest model first; of equal sizes the most accurate first.
  std::vector<std::size_t> front_by_size;
};

/// Throws Error for an unknown objective.
[[nodiscard]] Analysis analyze(const ResultsTable& table);

}  // namespace firesweep::reports

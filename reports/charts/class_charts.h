// Charts of what designs do with each class.
#pragma once

#include <cstddef>

#include "reports/charts/chart.h"

namespace firesweep::reports::charts {

/// Of more classes a matrix has cells too small to read.
inline constexpr std::size_t kMaxMatrixClasses = 30;

/// Whether some design has a confusion matrix, and it is small enough to draw.
[[nodiscard]] bool has_drawable_confusion(const Analysis& analysis);

/// Of one design of Analysis::classes, first the first. Its control chooses the design.
/// Precondition: has_drawable_confusion.
[[nodiscard]] Chart confusion_matrix(const ChartInput& input);

}  // namespace firesweep::reports::charts

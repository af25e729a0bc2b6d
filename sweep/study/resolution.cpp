#include "sweep/study/resolution.h"

#include <cmath>

namespace firesweep::sweep {

double resolved_difference(std::int64_t images, double accuracy) {
  constexpr double kQuantile = 1.959963984540054;  // of the normal distribution at 0.975
  return kQuantile * std::sqrt(2.0 * accuracy * (1.0 - accuracy) / static_cast<double>(images));
}

}  // namespace firesweep::sweep

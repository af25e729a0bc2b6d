#include "runners/train/chance_level.h"

#include <algorithm>
#include <cmath>
#include <vector>

namespace firesweep::runners::train {

ChanceLevel chance_level(std::span<const data::Label> labels,
                         std::span<const std::int32_t> indices) {
  std::vector<std::int64_t> counts(static_cast<std::size_t>(data::kMaxClasses));
  for (const std::int32_t index : indices) {
    ++counts[labels[static_cast<std::size_t>(index)]];
  }
  const auto total = static_cast<double>(indices.size());
  const double fraction = static_cast<double>(*std::ranges::max_element(counts)) / total;
  constexpr double kStandardErrors = 3.0;
  return {.top1 = fraction,
          .threshold = fraction + kStandardErrors * std::sqrt(fraction * (1.0 - fraction) / total)};
}

}  // namespace firesweep::runners::train

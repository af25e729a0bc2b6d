#include "runners/train/class_weights.h"

#include <algorithm>
#include <cstddef>

namespace firesweep::runners::train {

std::vector<float> balanced_class_weights(std::span<const data::Label> labels,
                                          std::span<const std::int32_t> indices,
                                          std::int64_t classes) {
  std::vector<std::int64_t> counts(static_cast<std::size_t>(classes));
  for (const std::int32_t index : indices) {
    ++counts[labels[static_cast<std::size_t>(index)]];
  }
  const auto present = static_cast<double>(
      std::ranges::count_if(counts, [](std::int64_t count) { return count > 0; }));
  std::vector<float> weights;
  weights.reserve(counts.size());
  for (const std::int64_t count : counts) {
    weights.push_back(count > 0 ? static_cast<float>(static_cast<double>(indices.size()) /
                                                     (present * static_cast<double>(count)))
                                : 0.0F);
  }
  return weights;
}

}  // namespace firesweep::runners::train

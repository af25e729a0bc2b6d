#include "runners/engine/folded_weights.h"

#include <cmath>

namespace firesweep::runners::engine {

FoldedWeights::FoldedWeights(const std::vector<Weights>& weights,
                             const std::vector<std::pair<std::size_t, std::size_t>>& counts)
    : originals_(weights), values_(weights.size()), folded_(weights) {
  for (std::size_t i = 0; i < weights.size(); ++i) {
    if (weights[i].norm.present()) {
      values_[i].weight.resize(counts[i].first);
      values_[i].bias.resize(counts[i].second);
      folded_[i] = {.weight = values_[i].weight.data(), .bias = values_[i].bias.data()};
    }
  }
}

void FoldedWeights::fold() {
  for (std::size_t i = 0; i < originals_.size(); ++i) {
    const Weights& from = originals_[i];
    Values& to = values_[i];
    const std::size_t outputs = to.bias.size();
    for (std::size_t k = 0; k < outputs; ++k) {
      const double variance = static_cast<double>(from.norm.running_variance[k]);
      const double factor =
          static_cast<double>(from.norm.scale[k]) / std::sqrt(variance + kNormEpsilon);
      const double centered =
          static_cast<double>(from.bias[k]) - static_cast<double>(from.norm.running_mean[k]);
      to.bias[k] = static_cast<float>(factor * centered + static_cast<double>(from.norm.shift[k]));
      const std::size_t row = to.weight.size() / outputs;
      for (std::size_t j = k * row; j < (k + 1) * row; ++j) {
        to.weight[j] = static_cast<float>(factor * static_cast<double>(from.weight[j]));
      }
    }
  }
}

}  // namespace firesweep::runners::engine

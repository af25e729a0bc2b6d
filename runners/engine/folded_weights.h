// Convolutions with the batch normalisation behind them folded in, for evaluation: W x + b,
// normalised by the running statistics, is W' x + b'.
#pragma once

#include <cstddef>
#include <utility>
#include <vector>

#include "runners/engine/convolution.h"

namespace firesweep::runners::engine {

class FoldedWeights {
 public:
  /// `counts`: elements of each convolution's weight and bias.
  FoldedWeights(const std::vector<Weights>& weights,
                const std::vector<std::pair<std::size_t, std::size_t>>& counts);

  /// To be called when weights or running statistics have changed.
  void fold();
  /// In the order of the originals. Convolutions without batch normalisation are the originals. Has
  /// no gradients of the others.
  [[nodiscard]] const std::vector<Weights>& weights() const { return folded_; }

 private:
  struct Values {
    std::vector<float> weight;
    std::vector<float> bias;
  };

  const std::vector<Weights>& originals_;
  std::vector<Values> values_;  // empty without batch normalisation
  std::vector<Weights> folded_;
};

}  // namespace firesweep::runners::engine

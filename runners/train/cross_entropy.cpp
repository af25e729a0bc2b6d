#include "runners/train/cross_entropy.h"

#include <algorithm>
#include <cmath>
#include <cstddef>

namespace firesweep::runners::train {

double cross_entropy_backward(std::span<float> logits, std::span<const std::int64_t> labels,
                              double label_smoothing) {
  const std::size_t count = labels.size();
  const std::size_t classes = logits.size() / count;
  const double uniform = label_smoothing / static_cast<double>(classes);
  const double scale = 1.0 / static_cast<double>(count);
  double total = 0.0;
  for (std::size_t i = 0; i < count; ++i) {
    const std::span<float> row = logits.subspan(i * classes, classes);
    // A maximum that NaN passes through, unlike std::max_element's.
    float maximum = row.front();
    double sum_of_logits = 0.0;
    for (const float logit : row) {
      maximum = logit > maximum || std::isnan(logit) ? logit : maximum;
      sum_of_logits += static_cast<double>(logit);
    }
    double sum = 0.0;
    for (const float logit : row) {
      sum += std::exp(static_cast<double>(logit - maximum));
    }
    const double log_sum = std::log(sum) + static_cast<double>(maximum);
    const auto label = static_cast<std::size_t>(labels[i]);
    total += log_sum - (1.0 - label_smoothing) * static_cast<double>(row[label]) -
             uniform * sum_of_logits;
    for (std::size_t c = 0; c < classes; ++c) {
      const double target = uniform + (c == label ? 1.0 - label_smoothing : 0.0);
      const double probability = std::exp(static_cast<double>(row[c]) - log_sum);
      row[c] = static_cast<float>((probability - target) * scale);
    }
  }
  return total * scale;
}

}  // namespace firesweep::runners::train

#include "runners/train/cross_entropy.h"

#include <algorithm>
#include <cmath>
#include <cstddef>

namespace firesweep::runners::train {

namespace {

struct RowSums {
  double logits = 0.0;        // sum
  double exponentials = 0.0;  // logarithm of the sum of exponentials
};

RowSums sums_of(std::span<const float> row) {
  // A maximum that NaN passes through, unlike std::max_element's.
  float maximum = row.front();
  RowSums sums;
  for (const float logit : row) {
    maximum = logit > maximum || std::isnan(logit) ? logit : maximum;
    sums.logits += static_cast<double>(logit);
  }
  double sum = 0.0;
  for (const float logit : row) {
    sum += std::exp(static_cast<double>(logit - maximum));
  }
  sums.exponentials = std::log(sum) + static_cast<double>(maximum);
  return sums;
}

}  // namespace

double cross_entropy_backward(std::span<float> logits, std::span<const std::int64_t> labels,
                              double label_smoothing) {
  const std::size_t count = labels.size();
  const std::size_t classes = logits.size() / count;
  const double uniform = label_smoothing / static_cast<double>(classes);
  const double scale = 1.0 / static_cast<double>(count);
  double total = 0.0;
  for (std::size_t i = 0; i < count; ++i) {
    const std::span<float> row = logits.subspan(i * classes, classes);
    const auto [sum_of_logits, log_sum] = sums_of(row);
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

double weighted_cross_entropy_backward(std::span<float> logits,
                                       std::span<const std::int64_t> labels, double label_smoothing,
                                       std::span<const float> class_weights) {
  const std::size_t classes = class_weights.size();
  const double uniform = label_smoothing / static_cast<double>(classes);
  double weight_of_classes = 0.0;
  for (const float weight : class_weights) {
    weight_of_classes += static_cast<double>(weight);
  }
  double weight_of_labels = 0.0;
  for (const std::int64_t label : labels) {
    weight_of_labels += static_cast<double>(class_weights[static_cast<std::size_t>(label)]);
  }
  const double scale = 1.0 / weight_of_labels;
  double total = 0.0;
  for (std::size_t i = 0; i < labels.size(); ++i) {
    const std::span<float> row = logits.subspan(i * classes, classes);
    const double log_sum = sums_of(row).exponentials;
    const auto label = static_cast<std::size_t>(labels[i]);
    const double of_label = (1.0 - label_smoothing) * static_cast<double>(class_weights[label]);
    const double of_all = of_label + uniform * weight_of_classes;
    for (std::size_t c = 0; c < classes; ++c) {
      const double target =
          uniform * static_cast<double>(class_weights[c]) + (c == label ? of_label : 0.0);
      const double log_probability = static_cast<double>(row[c]) - log_sum;
      total -= target > 0.0 ? target * log_probability : 0.0;
      row[c] = static_cast<float>((of_all * std::exp(log_probability) - target) * scale);
    }
  }
  return total * scale;
}

}  // namespace firesweep::runners::train

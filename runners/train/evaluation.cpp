#include "runners/train/evaluation.h"

#include <algorithm>
#include <cmath>
#include <iterator>

#include <torch/nn/functional/loss.h>

#include "runners/train/stop_request.h"

namespace firesweep::runners::train {

namespace {

// Large enough to keep the multipliers busy, small enough to stay in the caches. It affects the
// last bits of a loss (kTrainingSemantics).
constexpr std::size_t kEvaluationBatch = 32;
constexpr std::int64_t kTopK = 5;

}  // namespace

std::int64_t count_correct(const torch::Tensor& logits, const torch::Tensor& labels,
                           std::int64_t k) {
  const auto scores = logits.accessor<float, 2>();
  const auto truth = labels.accessor<std::int64_t, 1>();
  std::int64_t correct = 0;
  for (std::int64_t i = 0; i < scores.size(0); ++i) {
    const float true_score = scores[i][truth[i]];
    std::int64_t better = 0;
    for (std::int64_t c = 0; c < scores.size(1); ++c) {
      better += scores[i][c] > true_score || (scores[i][c] == true_score && c < truth[i]) ? 1 : 0;
    }
    correct += better < k ? 1 : 0;
  }
  return correct;
}

std::vector<std::int32_t> predicted_classes(const torch::Tensor& logits) {
  const auto scores = logits.accessor<float, 2>();
  std::vector<std::int32_t> classes;
  classes.reserve(static_cast<std::size_t>(scores.size(0)));
  for (std::int64_t i = 0; i < scores.size(0); ++i) {
    std::int64_t best = 0;
    for (std::int64_t c = 1; c < scores.size(1); ++c) {
      best = scores[i][c] > scores[i][best] ? c : best;
    }
    classes.push_back(static_cast<std::int32_t>(best));
  }
  return classes;
}

Evaluation evaluate(TrainingEngine& engine, const data::ImageSet& images,
                    std::span<const std::int32_t> indices, const Normalization& normalization) {
  const torch::NoGradGuard no_grad;
  Evaluation result;
  double loss_sum = 0.0;
  std::int64_t top1 = 0;
  std::int64_t top5 = 0;
  std::int64_t classes = 0;
  std::vector<std::int32_t> truth;
  std::vector<std::int32_t> predicted;
  Batch batch;
  for (std::size_t first = 0; first < indices.size(); first += kEvaluationBatch) {
    const auto part = indices.subspan(first, std::min(kEvaluationBatch, indices.size() - first));
    throw_if_stop_requested();
    load_batch(images, part, normalization, batch);
    const torch::Tensor logits = engine.logits(batch.images);
    loss_sum += torch::nn::functional::cross_entropy(
                    logits, batch.labels,
                    torch::nn::functional::CrossEntropyFuncOptions().reduction(torch::kSum))
                    .item<double>();
    result.finite = result.finite && torch::isfinite(logits).all().item<bool>();
    top1 += count_correct(logits, batch.labels, 1);
    top5 += count_correct(logits, batch.labels, kTopK);
    classes = logits.size(1);
    for (const std::int32_t index : part) {
      truth.push_back(images.labels[static_cast<std::size_t>(index)]);
    }
    std::ranges::copy(predicted_classes(logits), std::back_inserter(predicted));
  }
  result.images = static_cast<std::int64_t>(indices.size());
  const double count = static_cast<double>(std::max<std::int64_t>(result.images, 1));
  result.loss = loss_sum / count;
  result.top1 = static_cast<double>(top1) / count;
  result.top5 = static_cast<double>(top5) / count;
  result.finite = result.finite && std::isfinite(result.loss);
  if (result.finite && !truth.empty()) {
    result.confusion = sweep::Confusion::of(classes, truth, predicted);
    result.correct = sweep::CorrectImages::of(truth, predicted);
  }
  return result;
}

}  // namespace firesweep::runners::train

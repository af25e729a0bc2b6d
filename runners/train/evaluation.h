// Loss, accuracy and confusion matrix of a network over a set of images.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "runners/data/dataset.h"
#include "runners/train/batches.h"
#include "runners/train/training_engine.h"
#include "sweep/store/confusion.h"
#include "sweep/store/correct_images.h"

namespace firesweep::runners::train {

struct Evaluation {
  double loss = 0.0;  // mean cross entropy, without label smoothing and class weights
  double top1 = 0.0;  // fractions
  double top5 = 0.0;
  std::int64_t images = 0;
  bool finite = true;  // false: some logit or the loss was NaN or infinite
  // Absent if not finite, or without images.
  std::optional<sweep::Confusion> confusion{};
  std::optional<sweep::CorrectImages> correct{};  // in the order of the indices
};

/// Images whose true class is among the k best, counted over logits [N, classes], float32. A class
/// of equal logit and lower number ranks before the true one, so ties count as errors.
[[nodiscard]] std::int64_t count_correct(const torch::Tensor& logits, const torch::Tensor& labels,
                                         std::int64_t k);

/// The class of the largest logit of each image, [N]; of equal ones the lowest, as count_correct
/// ranks them. `logits` [N, classes], float32, finite.
[[nodiscard]] std::vector<std::int32_t> predicted_classes(const torch::Tensor& logits);

/// Throws StopRequested.
[[nodiscard]] Evaluation evaluate(TrainingEngine& engine, const data::ImageSet& images,
                                  std::span<const std::int32_t> indices,
                                  const Normalization& normalization);

}  // namespace firesweep::runners::train

// How a model is trained: the keys of `training:` and their checked form. All of it is part of a
// trial's identity.
#pragma once

#include <cstdint>
#include <span>
#include <string_view>

#include "models/parameter.h"

namespace firesweep::sweep {

enum class Schedule { kConstant, kLinear, kCosine };
/// kBf16 needs a processor with bf16 instructions; kBf16Emulated computes the same without them.
enum class Precision { kFp32, kBf16, kBf16Emulated };
/// What computes a training step: oneDNN primitives in one plan, or LibTorch's operators.
enum class Engine { kFused, kReference };
/// Weights of the classes in the training loss: none, or inversely proportional to their frequency.
enum class ClassWeights { kNone, kBalanced };
/// What the padding of crops shows: the mean of the training images, the nearest pixel of the
/// image, the image mirrored without its outermost pixels, or zeros.
enum class CropFill { kMean, kEdge, kReflect, kBlack };

struct TrainingRecipe {
  std::int64_t epochs = 1;
  std::int64_t batch_size = 64;
  double learning_rate = 0.05;
  Schedule schedule = Schedule::kLinear;
  std::int64_t warmup_steps = 0;
  double momentum = 0.9;
  bool nesterov = false;
  double weight_decay = 0.0002;
  double gradient_clip_norm = 0.0;  // of all gradients together; 0: no clipping
  double adaptive_clip = 0.0;       // of a filter's gradient, relative to its weights; 0: off
  double label_smoothing = 0.0;
  ClassWeights class_weights = ClassWeights::kNone;
  Precision precision = Precision::kFp32;
  Engine engine = Engine::kFused;
  std::int64_t crop_padding = 0;  // pixels around the image before the random crop; 0: no crop
  CropFill crop_fill = CropFill::kBlack;
  bool horizontal_flip = false;
  double random_resized_crop = 0.0;  // minimum fraction of the area; 0: off
  double brightness = 0.0;           // largest change of the factor 1, as the next two
  double contrast = 0.0;
  double saturation = 0.0;
  double hue = 0.0;             // largest turn, of a full one
  std::int64_t cutout = 0;      // side of the square in pixels; 0: off
  double random_erasing = 0.0;  // probability
};

/// Every key of `training:`, including `optimizer`.
[[nodiscard]] std::span<const models::Parameter> training_parameters();
/// A neutral value for every key: that of the trials that came before the key.
[[nodiscard]] models::ParameterMap default_training();
/// The key `recipe`: it chooses the values of the keys that a sweep file does not have, as `preset`
/// does for models. It is resolved at expansion, and no part of a trial's identity.
[[nodiscard]] const models::Parameter& recipe_parameter();
/// The recipe that `written` chooses, by itself or by default.
[[nodiscard]] std::string_view recipe_of(const models::ParameterMap& written);
/// `written` with a value for every key, without `recipe`. Recipe `short` derives the learning
/// rate, the warm-up and the adaptive clipping from the batch size, the steps of `train_images`
/// images and whether the network has batch normalisation. Types and ranges must have been checked.
[[nodiscard]] models::ParameterMap training_with_defaults(const models::ParameterMap& written,
                                                          std::int64_t train_images,
                                                          bool batch_norm);
/// Adds the keys that came after the first trials with their defaults. Manifests of older versions
/// lack them.
void add_later_keys(models::ParameterMap& training);
/// Whether the value of `key` can change what `training` does: `crop_fill` can't where nothing is
/// padded. Such a value is no part of a trial's identity.
[[nodiscard]] bool has_effect(const models::ParameterMap& training, std::string_view key);
/// Keys that `values` lacks have their default. Types and ranges must have been checked.
[[nodiscard]] TrainingRecipe recipe_from(const models::ParameterMap& values);

/// Learning rate of step `step` (from 0) of `total_steps`: linear warm-up over the first
/// warmup_steps, then the schedule over the remaining steps; `linear` is the paper's poly decay
/// with power 1.
[[nodiscard]] double learning_rate_at(const TrainingRecipe& recipe, std::int64_t step,
                                      std::int64_t total_steps);

[[nodiscard]] std::string_view to_string(Schedule schedule);
[[nodiscard]] std::string_view to_string(Precision precision);
[[nodiscard]] std::string_view to_string(Engine engine);
[[nodiscard]] std::string_view to_string(ClassWeights weights);
[[nodiscard]] std::string_view to_string(CropFill fill);

}  // namespace firesweep::sweep

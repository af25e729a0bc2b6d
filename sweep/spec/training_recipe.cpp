#include "sweep/spec/training_recipe.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <numbers>
#include <stdexcept>
#include <vector>

namespace firesweep::sweep {
namespace {

using models::Parameter;
using models::ParameterType;

constexpr std::array<std::string_view, 3> kScheduleNames{"constant", "linear", "cosine"};
constexpr std::array<std::string_view, 3> kPrecisionNames{"fp32", "bf16", "bf16-emulated"};
constexpr std::array<std::string_view, 2> kEngineNames{"fused", "reference"};
constexpr std::array<std::string_view, 2> kClassWeightNames{"none", "balanced"};
constexpr std::array<std::string_view, 4> kCropFillNames{"mean", "edge", "reflect", "black"};

template <std::size_t N>
std::vector<std::string_view> choices(const std::array<std::string_view, N>& names) {
  return {names.begin(), names.end()};
}

template <typename Enum, std::size_t N>
Enum from_name(const std::array<std::string_view, N>& names, std::string_view name) {
  for (std::size_t i = 0; i < N; ++i) {
    if (names[i] == name) {
      return static_cast<Enum>(i);
    }
  }
  throw std::invalid_argument("unknown name in a training recipe: " + std::string(name));
}

constexpr double kMaxFactorChange = 10;

/// A key from 0 to `maximum` that came after the first trials.
Parameter later(std::string_view name, ParameterType type, double maximum,
                std::string_view description) {
  return {name, type, 0, maximum, {}, description, true};
}

std::vector<Parameter> make_parameters() {
  return {
      {"epochs", ParameterType::kInteger, 1, 100000, {}, "passes over the training images"},
      {"batch_size", ParameterType::kInteger, 1, 65536, {}, "images per step"},
      {"optimizer",
       ParameterType::kChoice,
       0,
       0,
       {"sgd"},
       "sgd: stochastic gradient descent with momentum"},
      {"learning_rate",
       ParameterType::kNumber,
       1e-8,
       100,
       {},
       "learning rate after the warm-up, where the schedule starts"},
      {"schedule", ParameterType::kChoice, 0, 0, choices(kScheduleNames),
       "the rate after the warm-up: constant, or falling towards 0 at the end of training; "
       "linear is the paper's poly decay with power 1"},
      {"warmup_steps",
       ParameterType::kInteger,
       0,
       1e9,
       {},
       "steps over which the rate rises linearly, before the schedule"},
      {"momentum",
       ParameterType::kNumber,
       0,
       0.9999,
       {},
       "momentum of SGD: the fraction of the last update that is kept"},
      {"nesterov",
       ParameterType::kBoolean,
       0,
       0,
       {},
       "Nesterov momentum; needs a positive momentum"},
      {"weight_decay", ParameterType::kNumber, 0, 1, {}, "L2 penalty added to the gradients"},
      {"gradient_clip_norm",
       ParameterType::kNumber,
       0,
       1e6,
       {},
       "maximum norm of all gradients together; 0: no clipping"},
      later("adaptive_clip", ParameterType::kNumber, 1e6,
            "maximum norm of a filter's gradient, relative to the norm of its weights; 0: off"),
      {"label_smoothing",
       ParameterType::kNumber,
       0,
       0.99,
       {},
       "fraction of the target spread over all classes"},
      {.name = "class_weights",
       .type = ParameterType::kChoice,
       .choices = choices(kClassWeightNames),
       .description = "weight of an image in the training loss: the same for all, or inversely "
                      "proportional to the frequency of its class",
       .is_hidden_at_default = true},
      {"precision", ParameterType::kChoice, 0, 0, choices(kPrecisionNames),
       "precision of activations and their gradients; weights are always fp32. bf16 needs a "
       "processor with bf16 instructions, bf16-emulated computes the same slowly without them"},
      {"engine", ParameterType::kChoice, 0, 0, choices(kEngineNames),
       "what computes a training step: firesweep's own engine, or LibTorch's operators"},
      {"crop_padding",
       ParameterType::kInteger,
       0,
       64,
       {},
       "pixels of padding around the image before the random crop; 0: no crop"},
      {.name = "crop_fill",
       .type = ParameterType::kChoice,
       .choices = choices(kCropFillNames),
       .description = "what the padding shows: the mean of the training images, the nearest pixel, "
                      "the image mirrored at its outermost pixels, or zeros",
       .is_hidden_at_default = true},
      {"horizontal_flip", ParameterType::kBoolean, 0, 0, {}, "random horizontal flips"},
      later("random_resized_crop", ParameterType::kNumber, 1,
            "minimum fraction of the area that a random crop has, which is then resized; 0: off"),
      later("brightness", ParameterType::kNumber, kMaxFactorChange,
            "random brightness: a factor from 1 - brightness to 1 + brightness"),
      later("contrast", ParameterType::kNumber, kMaxFactorChange,
            "random contrast: a factor from 1 - contrast to 1 + contrast"),
      later(
          "saturation", ParameterType::kNumber, kMaxFactorChange,
          "random saturation: a factor from 1 - saturation to 1 + saturation; colour images only"),
      later("hue", ParameterType::kNumber, 0.5,
            "random turn of the hue, up to this fraction of a full one; colour images only"),
      later("cutout", ParameterType::kInteger, 4096,
            "side of a square in pixels that is erased at a random place; 0: off"),
      later("random_erasing", ParameterType::kNumber, 1,
            "probability that a random rectangle of an image is erased"),
  };
}

/// The released solver of the SqueezeNet paper: 170,000 steps of 512 images, polynomial decay with
/// power 1, no warm-up, no clipping.
models::ParameterMap paper_training() {
  models::ParameterMap values = default_training();
  values["batch_size"] = std::int64_t{512};
  values["learning_rate"] = 0.04;
  values["crop_fill"] = std::string(to_string(CropFill::kMean));
  return values;
}

/// Measured in docs/short-jobs.md.
models::ParameterMap short_training() {
  models::ParameterMap values = default_training();
  values["batch_size"] = std::int64_t{32};
  values["gradient_clip_norm"] = 1.0;
  values["crop_fill"] = std::string(to_string(CropFill::kMean));
  return values;
}

/// Batch normalisation makes it needless.
constexpr double kAdaptiveClip = 0.1;

/// With batch normalisation, of every batch size: a higher rate leaves the running statistics
/// behind.
constexpr double kNormalizedRate = 0.2;

/// Without batch normalisation. Noise of the gradient grows with learning rate / batch size, and
/// what a few steps can reach with rate * steps: the square root is between both (A. Krizhevsky,
/// arXiv 1404.5997).
double rate_of_batch(std::int64_t batch_size) {
  constexpr double kRate = 0.05;  // with 32 images
  constexpr double kBatch = 32.0;
  const double rate = kRate * std::sqrt(static_cast<double>(batch_size) / kBatch);
  return std::round(rate * 1e4) / 1e4;
}

std::int64_t short_warmup(const models::ParameterMap& values, std::int64_t train_images) {
  constexpr std::int64_t kFraction = 10;  // a tenth of all steps
  const std::int64_t batch = models::get_integer(values, "batch_size");
  const std::int64_t steps =
      models::get_integer(values, "epochs") * ((train_images + batch - 1) / batch);
  return std::min<std::int64_t>((steps + kFraction - 1) / kFraction, 1'000'000'000);
}

}  // namespace

const Parameter& recipe_parameter() {
  static const Parameter kRecipe{.name = "recipe",
                                 .type = ParameterType::kChoice,
                                 .choices = {"short", "paper"},
                                 .description =
                                     "source of the other keys' defaults: short learns "
                                     "in a few epochs, paper is the SqueezeNet paper's"};
  return kRecipe;
}

std::string_view recipe_of(const models::ParameterMap& written) {
  const auto recipe = written.find("recipe");
  return recipe == written.end() ? recipe_parameter().choices.front()
                                 : std::string_view(std::get<std::string>(recipe->second));
}

models::ParameterMap training_with_defaults(const models::ParameterMap& written,
                                            std::int64_t train_images, bool batch_norm) {
  static const models::ParameterMap kShort = short_training();
  static const models::ParameterMap kPaper = paper_training();
  const bool is_paper = recipe_of(written) == "paper";
  models::ParameterMap values = is_paper ? kPaper : kShort;
  for (const auto& [key, value] : written) {
    values.insert_or_assign(key, value);
  }
  values.erase("recipe");
  if (!is_paper) {
    if (!written.contains("learning_rate")) {
      values["learning_rate"] =
          batch_norm ? kNormalizedRate : rate_of_batch(models::get_integer(values, "batch_size"));
    }
    if (!written.contains("adaptive_clip") && !batch_norm) {
      values["adaptive_clip"] = kAdaptiveClip;
    }
    if (!written.contains("warmup_steps")) {
      values["warmup_steps"] = short_warmup(values, train_images);
    }
  }
  return values;
}

std::span<const Parameter> training_parameters() {
  static const std::vector<Parameter> parameters = make_parameters();
  return parameters;
}

models::ParameterMap default_training() {
  const TrainingRecipe recipe;
  return {
      {"epochs", recipe.epochs},
      {"batch_size", recipe.batch_size},
      {"optimizer", std::string("sgd")},
      {"learning_rate", recipe.learning_rate},
      {"schedule", std::string(to_string(recipe.schedule))},
      {"warmup_steps", recipe.warmup_steps},
      {"momentum", recipe.momentum},
      {"nesterov", recipe.nesterov},
      {"weight_decay", recipe.weight_decay},
      {"gradient_clip_norm", recipe.gradient_clip_norm},
      {"adaptive_clip", recipe.adaptive_clip},
      {"label_smoothing", recipe.label_smoothing},
      {"class_weights", std::string(to_string(recipe.class_weights))},
      {"precision", std::string(to_string(recipe.precision))},
      {"engine", std::string(to_string(recipe.engine))},
      {"crop_padding", recipe.crop_padding},
      {"crop_fill", std::string(to_string(recipe.crop_fill))},
      {"horizontal_flip", recipe.horizontal_flip},
      {"random_resized_crop", recipe.random_resized_crop},
      {"brightness", recipe.brightness},
      {"contrast", recipe.contrast},
      {"saturation", recipe.saturation},
      {"hue", recipe.hue},
      {"cutout", recipe.cutout},
      {"random_erasing", recipe.random_erasing},
  };
}

void add_later_keys(models::ParameterMap& training) {
  static const models::ParameterMap later = [] {
    models::ParameterMap values = default_training();
    for (const Parameter& parameter : training_parameters()) {
      if (!parameter.is_hidden_at_default) {
        values.erase(values.find(parameter.name));
      }
    }
    return values;
  }();
  training.insert(later.begin(), later.end());
}

bool has_effect(const models::ParameterMap& training, std::string_view key) {
  if (key == "crop_fill") {
    const auto padding = training.find("crop_padding");
    return padding != training.end() && padding->second != models::ParameterValue(std::int64_t{0});
  }
  return true;
}

TrainingRecipe recipe_from(const models::ParameterMap& given) {
  models::ParameterMap values = given;
  values.merge(default_training());
  TrainingRecipe recipe;
  recipe.epochs = models::get_integer(values, "epochs");
  recipe.batch_size = models::get_integer(values, "batch_size");
  recipe.learning_rate = models::get_number(values, "learning_rate");
  recipe.schedule = from_name<Schedule>(kScheduleNames, models::get_string(values, "schedule"));
  recipe.warmup_steps = models::get_integer(values, "warmup_steps");
  recipe.momentum = models::get_number(values, "momentum");
  recipe.nesterov = models::get_boolean(values, "nesterov");
  recipe.weight_decay = models::get_number(values, "weight_decay");
  recipe.gradient_clip_norm = models::get_number(values, "gradient_clip_norm");
  recipe.adaptive_clip = models::get_number(values, "adaptive_clip");
  recipe.label_smoothing = models::get_number(values, "label_smoothing");
  recipe.class_weights =
      from_name<ClassWeights>(kClassWeightNames, models::get_string(values, "class_weights"));
  recipe.precision = from_name<Precision>(kPrecisionNames, models::get_string(values, "precision"));
  recipe.engine = from_name<Engine>(kEngineNames, models::get_string(values, "engine"));
  recipe.crop_padding = models::get_integer(values, "crop_padding");
  recipe.crop_fill = from_name<CropFill>(kCropFillNames, models::get_string(values, "crop_fill"));
  recipe.horizontal_flip = models::get_boolean(values, "horizontal_flip");
  recipe.random_resized_crop = models::get_number(values, "random_resized_crop");
  recipe.brightness = models::get_number(values, "brightness");
  recipe.contrast = models::get_number(values, "contrast");
  recipe.saturation = models::get_number(values, "saturation");
  recipe.hue = models::get_number(values, "hue");
  recipe.cutout = models::get_integer(values, "cutout");
  recipe.random_erasing = models::get_number(values, "random_erasing");
  return recipe;
}

double learning_rate_at(const TrainingRecipe& recipe, std::int64_t step, std::int64_t total_steps) {
  if (step < recipe.warmup_steps) {
    return recipe.learning_rate * static_cast<double>(step + 1) /
           static_cast<double>(recipe.warmup_steps);
  }
  const double progress = static_cast<double>(step - recipe.warmup_steps) /
                          static_cast<double>(total_steps - recipe.warmup_steps);
  switch (recipe.schedule) {
    case Schedule::kLinear:
      return recipe.learning_rate * (1.0 - progress);
    case Schedule::kCosine:
      return recipe.learning_rate * 0.5 * (1.0 + std::cos(std::numbers::pi * progress));
    case Schedule::kConstant:
      break;
  }
  return recipe.learning_rate;
}

std::string_view to_string(Schedule schedule) {
  return kScheduleNames[static_cast<std::size_t>(schedule)];
}

std::string_view to_string(Precision precision) {
  return kPrecisionNames[static_cast<std::size_t>(precision)];
}

std::string_view to_string(Engine engine) {
  return kEngineNames[static_cast<std::size_t>(engine)];
}

std::string_view to_string(ClassWeights weights) {
  return kClassWeightNames[static_cast<std::size_t>(weights)];
}

std::string_view to_string(CropFill fill) {
  return kCropFillNames[static_cast<std::size_t>(fill)];
}

}  // namespace firesweep::sweep

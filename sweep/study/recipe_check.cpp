#include "sweep/study/recipe_check.h"

#include <algorithm>

#include <fmt/format.h>

namespace firesweep::sweep {
namespace {

constexpr std::int64_t kColorChannels = 3;

std::optional<RecipeProblem> color_problem(const models::ParameterMap& training,
                                           const models::Shape& image) {
  for (const std::string_view key : {"saturation", "hue"}) {
    const double value = models::get_number(training, key);
    if (value > 0.0 && image.channels != kColorChannels) {
      return RecipeProblem{
          key, fmt::format("{} is {} for images with {}; expected 0: only images with 3 channels "
                           "have colours",
                           key, value,
                           image.channels == 1 ? "1 channel (grey)"
                                               : fmt::format("{} channels", image.channels))};
    }
  }
  return std::nullopt;
}

/// A reflection has the image's pixels but the outermost, once.
std::optional<RecipeProblem> reflection_problem(const models::ParameterMap& training,
                                                const models::Shape& image) {
  const std::int64_t padding = models::get_integer(training, "crop_padding");
  const std::int64_t limit = std::min(image.height, image.width) - 1;
  if (models::get_string(training, "crop_fill") != "reflect" || padding <= limit) {
    return std::nullopt;
  }
  return RecipeProblem{
      "crop_padding",
      fmt::format(
          "crop_padding is {} with crop_fill reflect for images of {}x{} pixels; expected at "
          "most {}, as many pixels as can be mirrored",
          padding, image.height, image.width, limit)};
}

}  // namespace

std::optional<RecipeProblem> recipe_problem(const models::ParameterMap& training,
                                            const models::Shape& image) {
  if (models::get_boolean(training, "nesterov") &&
      models::get_number(training, "momentum") == 0.0) {
    return RecipeProblem{"nesterov",
                         "nesterov is true and momentum is 0; expected a positive momentum"};
  }
  const double resized = models::get_number(training, "random_resized_crop");
  const std::int64_t padding = models::get_integer(training, "crop_padding");
  if (resized > 0.0 && padding > 0) {
    return RecipeProblem{
        "random_resized_crop",
        fmt::format("random_resized_crop is {} and crop_padding is {}; expected one of them to be "
                    "0: both choose the part of an image",
                    resized, padding)};
  }
  if (auto problem = reflection_problem(training, image)) {
    return problem;
  }
  const std::int64_t side = models::get_integer(training, "cutout");
  if (side > std::min(image.height, image.width)) {
    return RecipeProblem{
        "cutout", fmt::format("cutout is {} for images of {}x{} pixels; expected at most {}", side,
                              image.height, image.width, std::min(image.height, image.width))};
  }
  return color_problem(training, image);
}

}  // namespace firesweep::sweep

// A mistake found only when a sweep is expanded gives a one-line error: where, what is wrong, what
// was expected.
#include <string>

#include <catch2/catch.hpp>
#include <fmt/format.h>

#include "base/error.h"
#include "sweep/spec/sweep_spec.h"
#include "sweep/study/expand.h"

namespace firesweep::sweep {
namespace {

struct Case {
  std::string name;
  std::string text;
  std::string error;
};

const std::string kHead = "name: s\ndataset: {name: fashion-mnist}\n";

/// "0.1000, 0.1001, ...": values that SR and pct_3x3 may have.
std::string steps(int count) {
  std::string list;
  for (int i = 0; i < count; ++i) {
    list += fmt::format("{}{:.4f}", i == 0 ? "" : ", ", 0.1 + 0.0001 * i);
  }
  return list;
}

/// Entries of `include`.
std::string entries(int count) {
  std::string list;
  for (int i = 0; i < count; ++i) {
    list += fmt::format("{}{{SR: {:.4f}}}", i == 0 ? "" : ", ", 0.5 + 0.0001 * i);
  }
  return list;
}

std::string error_of(const std::string& text) {
  try {
    const DatasetShape shape{{1, 28, 28}, 10, 60000, 10000};
    static_cast<void>(expand(parse_sweep_spec(text, "s.yaml"), shape));
  } catch (const ConfigError& error) {
    return error.what();
  }
  return "no error";
}

}  // namespace

TEST_CASE("A sweep that can't be trained is rejected before training, with a one-line error") {
  const auto example = GENERATE(values<Case>({
      Case{"too many images",
           std::string("name: s\n"
                       "dataset: {name: fashion-mnist, train: 60000}\n"),
           "s.yaml:2:39: dataset.train is 60000 and dataset.validation 5000, together 65000; "
           "expected at most 60000, the training images of fashion-mnist"},
      Case{"too many validation images",
           std::string("name: s\n"
                       "dataset: {name: fashion-mnist, validation: 60000}\n"),
           "s.yaml:2:44: dataset.validation is 60000 of 60000 training images; expected at most "
           "59990, so that each class keeps an image to train on"},
      Case{"too many test images",
           std::string("name: s\n"
                       "dataset: {name: fashion-mnist, test: 20000}\n"),
           "s.yaml:2:38: dataset.test is 20000; expected at most 10000, the test images of "
           "fashion-mnist"},
      Case{"fewer validation images than classes",
           std::string("name: s\n"
                       "dataset: {name: fashion-mnist, validation: 9}\n"),
           "s.yaml:2:44: dataset.validation is 9; expected at least 10, one image per class"},
      Case{"no 3x3 filter",
           kHead + "grid:\n"
                   "  pct_3x3: [0.5, 0.001]\n"
                   "  bypass: [none, simple]\n",
           "s.yaml:4:18: fire2 has no 3x3 filters: pct_3x3 is 0.001 of 128 expand filters "
           "(at pct_3x3=0.001, bypass=none)"},
      Case{"too many pools", kHead + "model: {preset: v1.0, pool_after: [1, 2, 3, 4, 5]}\n",
           "s.yaml:3:35: the 3x3 pool after layer 3 does not fit its 2x2 input: too many pools for "
           "images of this size"},
      Case{"everything excluded",
           kHead + "grid: {SR: [0.5]}\n"
                   "exclude: [{SR: 0.5}]\n",
           "s.yaml:4:11: exclude removes all combinations; expected at least one to remain"},
      Case{"nesterov without momentum", kHead + "training: {nesterov: true, momentum: 0}\n",
           "s.yaml:3:22: nesterov is true and momentum is 0; expected a positive momentum"},
      Case{"two kinds of crops", kHead + "training: {crop_padding: 2, random_resized_crop: 0.3}\n",
           "s.yaml:3:50: random_resized_crop is 0.3 and crop_padding is 2; expected one of them to "
           "be 0: both choose the part of an image"},
      Case{"two kinds of crops in one combination",
           kHead + "training: {crop_padding: 2}\n"
                   "grid: {random_resized_crop: [0, 0.3]}\n",
           "s.yaml:4:33: random_resized_crop is 0.3 and crop_padding is 2; expected one of them to "
           "be 0: both choose the part of an image (at random_resized_crop=0.3)"},
      Case{"more padding than an image reflects",
           kHead + "training: {crop_padding: 28, crop_fill: reflect}\n",
           "s.yaml:3:26: crop_padding is 28 with crop_fill reflect for images of 28x28 pixels; "
           "expected at most 27, as many pixels as can be mirrored"},
      Case{"more padding than an image reflects in one combination",
           kHead + "training: {crop_padding: 40}\n"
                   "grid: {crop_fill: [mean, edge, black, reflect]}\n",
           "s.yaml:3:26: crop_padding is 40 with crop_fill reflect for images of 28x28 pixels; "
           "expected at most 27, as many pixels as can be mirrored (at crop_fill=reflect)"},
      Case{"an unknown fill of crops", kHead + "training: {crop_padding: 2, crop_fill: constant}\n",
           "s.yaml:3:40: crop_fill is constant; expected one of mean, edge, reflect, "
           "black"},
      Case{"a cutout larger than the images", kHead + "training: {cutout: 29}\n",
           "s.yaml:3:20: cutout is 29 for images of 28x28 pixels; expected at most 28"},
      Case{"saturation of grey images", kHead + "training: {saturation: 0.4}\n",
           "s.yaml:3:24: saturation is 0.4 for images with 1 channel (grey); expected 0: only "
           "images with 3 channels have colours"},
      Case{"hue of grey images", kHead + "training: {hue: 0.1}\n",
           "s.yaml:3:17: hue is 0.1 for images with 1 channel (grey); expected 0: only images with "
           "3 channels have colours"},
      Case{"a grid that is too large",
           kHead + "grid: {base_e: [1,2,3,4,5,6,7,8,9,10,11], incr_e: [0,1,2,3,4,5,6,7,8,9,10], "
                   "seed: {count: 10000}}\n",
           "s.yaml:3:17: the axes give 1210000 trials; expected at most 1000000"},
      Case{"more combinations than memory holds",
           kHead + "grid: {SR: [" + steps(400) + "], pct_3x3: [" + steps(400) + "]}\n",
           "s.yaml:3:13: the axes give 160000 combinations; expected at most 100000"},
      Case{"included combinations with too many seeds",
           kHead + "grid: {SR: [" + steps(40) + "], seed: {count: 10000}}\ninclude: [" +
               entries(80) + "]\n",
           "s.yaml:3:13: the axes give 1200000 trials; expected at most 1000000"},
      Case{"a design too large for any memory",
           kHead + "model: {base_e: 65536, incr_e: 65536, freq: 1, fire_modules: 200, SR: 8, "
                   "pool_after: []}\n",
           "s.yaml:3:17: this design has 553195235718726282 parameters; expected at most "
           "100000000000"},
      Case{"two preset choices",
           kHead + "grid: {preset: [v1.0, v1.1], seed: {count: 1}}\n"
                   "exclude: [{preset: v1.0}, {preset: v1.1}]\n",
           "s.yaml:4:11: exclude removes all combinations; expected at least one to remain"},
  }));
  CAPTURE(example.name);
  CHECK(error_of(example.text) == example.error);
}

}  // namespace firesweep::sweep

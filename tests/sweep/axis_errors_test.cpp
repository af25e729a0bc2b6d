// Every mistake in an axis gives a one-line error: where, what is wrong, what was expected.
#include <string>

#include <catch2/catch.hpp>

#include "base/error.h"
#include "sweep/spec/sweep_spec.h"

namespace firesweep::sweep {
namespace {

struct Case {
  std::string name;
  std::string text;
  std::string error;
};

const std::string kHead = "name: s\ndataset: {name: fashion-mnist}\n";
const std::string kModelKeys =
    "family, preset, base_e, incr_e, pct_3x3, freq, SR, fire_modules, bypass, conv1_filters, "
    "conv1_kernel, conv1_stride, conv1_padding, pool_after, dropout, batch_norm, final_relu, "
    "weight_init, classifier_std";
const std::string kTrainingKeys =
    "recipe, epochs, batch_size, optimizer, learning_rate, schedule, warmup_steps, momentum, "
    "nesterov, weight_decay, gradient_clip_norm, adaptive_clip, label_smoothing, class_weights, "
    "precision, engine, crop_padding, crop_fill, horizontal_flip, random_resized_crop, brightness, "
    "contrast, saturation, hue, cutout, random_erasing";

std::string error_of(const std::string& text) {
  try {
    static_cast<void>(parse_sweep_spec(text, "s.yaml"));
  } catch (const ConfigError& error) {
    return error.what();
  }
  return "no error";
}

}  // namespace

TEST_CASE("A bad axis is refused in one line") {
  const auto example = GENERATE(values<Case>({
      Case{"an unclosed bracket", kHead + "grid: {SR: [0.1, 0.2}\n",
           "s.yaml:3:21: not valid YAML: illegal flow end"},
      Case{"a scalar axis",
           kHead + "grid:\n"
                   "  SR: 0.125\n",
           "s.yaml:4:7: SR is a single value; expected a list of values: write SR: [0.125]"},
      Case{
          "an integer list as an axis", kHead + "grid: {pool_after: [1, 4, 6]}\n",
          "s.yaml:3:20: pool_after is a single value; expected a list of values: write pool_after: "
          "[[1, 4, 6]]"},
      Case{"an empty axis", kHead + "grid: {SR: []}\n",
           "s.yaml:3:12: SR is an empty list; expected at least one value"},
      Case{"a repeated axis value", kHead + "grid: {SR: [0.5, 0.25, 0.50]}\n",
           "s.yaml:3:24: SR = 0.5 is repeated; expected each value once"},
      Case{"an unknown axis", kHead + "grid: {squeeze: [0.5]}\n",
           "s.yaml:3:8: unknown key 'squeeze' in grid; known keys: " + kModelKeys + ", " +
               kTrainingKeys + ", seed"},
      Case{"an axis value out of range",
           kHead + "grid:\n"
                   "  SR: [0.5,\n"
                   "       9]\n",
           "s.yaml:5:8: SR is 9; expected a number from 0.0001 to 8"},
      Case{"grid as a list", kHead + "grid: [SR]\n",
           "s.yaml:3:7: grid is a list; expected a map of keys to lists of values"},
      Case{"no seeds", kHead + "grid: {seed: []}\n",
           "s.yaml:3:14: seed is an empty list; expected at least one value"},
      Case{"a negative seed", kHead + "grid: {seed: [-1]}\n",
           "s.yaml:3:15: seed is -1; expected an integer from 0 to 9007199254740991"},
      Case{"a repeated seed", kHead + "grid: {seed: [1, 2, 1]}\n",
           "s.yaml:3:21: seed = 1 is repeated; expected each value once"},
      Case{"a seed alone", kHead + "grid: {seed: 3}\n",
           "s.yaml:3:14: seed is 3; expected a list of integers or {count: 5}"},
      Case{"a seed count of 0", kHead + "grid: {seed: {count: 0}}\n",
           "s.yaml:3:22: seed.count is 0; expected an integer from 1 to 10000"},
      Case{"a mistyped seed count", kHead + "grid: {seed: {cuont: 3}}\n",
           "s.yaml:3:15: unknown key 'cuont' in seed; did you mean 'count'? known keys: count, "
           "first"},
      Case{"a seed map without count", kHead + "grid: {seed: {first: 3}}\n",
           "s.yaml:3:14: seed has no count; expected seed: {count: 5}"},
      Case{"zip as a map", kHead + "zip: {SR: [0.5], pct_3x3: [0.5]}\n",
           "s.yaml:3:6: zip is a map; expected a list of maps such as [{SR: [0.125, 0.25], "
           "pct_3x3: [0.25, 0.5]}]"},
      Case{"zip lists of two lengths",
           kHead + "zip:\n"
                   "  - SR: [0.5, 0.25]\n"
                   "    pct_3x3: [0.5]\n",
           "s.yaml:5:14: SR has 2 values and pct_3x3 has 1; expected lists of equal length in a "
           "group of zip"},
      Case{"a key in grid and zip",
           kHead + "grid: {SR: [0.5]}\n"
                   "zip: [{SR: [0.25], pct_3x3: [0.5]}]\n",
           "s.yaml:4:7: 'SR' is used for two axes; expected it once in grid or zip"},
      Case{"zip of one key", kHead + "zip: [{SR: [0.25]}]\n",
           "s.yaml:3:7: a group of zip has 1 key; expected two or more that move together"},
      Case{"seed in zip", kHead + "zip: [{seed: [1], SR: [0.5]}]\n",
           "s.yaml:3:8: seed can't be combined in zip; write it under grid"},
      Case{"exclude of no axis",
           kHead + "grid: {SR: [0.5]}\n"
                   "exclude: [{bypass: none}]\n",
           "s.yaml:4:12: 'bypass' in exclude is not an axis of this sweep; known keys: SR"},
      Case{"exclude without any axis", kHead + "exclude: [{bypass: none}]\n",
           "s.yaml:3:12: 'bypass' in exclude is not an axis of this sweep; it has no axes"},
      Case{"an empty exclude entry",
           kHead + "grid: {SR: [0.5]}\n"
                   "exclude: [{}]\n",
           "s.yaml:4:11: an entry of exclude is empty; expected values for axis keys"},
      Case{"exclude as a map",
           kHead + "grid: {SR: [0.5]}\n"
                   "exclude: {SR: 0.5}\n",
           "s.yaml:4:10: exclude is a map; expected a list of maps such as [{SR: 0.125, bypass: "
           "none}]"},
      Case{"seed in exclude",
           kHead + "grid: {SR: [0.5]}\n"
                   "exclude: [{seed: 1}]\n",
           "s.yaml:4:12: seed is not allowed in exclude; every design is trained with every seed"},
      Case{"a list in exclude",
           kHead + "grid: {SR: [0.5]}\n"
                   "exclude: [{SR: [0.5]}]\n",
           "s.yaml:4:16: SR is a list; expected a number from 0.0001 to 8"},
  }));
  CAPTURE(example.name);
  CHECK(error_of(example.text) == example.error);
}

}  // namespace firesweep::sweep

// Every mistake in a sweep file gives a one-line error: where, what is wrong, what was expected.
#include <string>

#include <catch2/catch.hpp>
#include <fmt/format.h>
#include <fmt/ranges.h>

#include "base/error.h"
#include "models/family.h"
#include "sweep/spec/metric.h"
#include "sweep/spec/sweep_spec.h"

namespace firesweep::sweep {
namespace {

struct Case {
  std::string name;
  std::string text;
  std::string error;
};

const std::string kHead = "name: s\ndataset: {name: fashion-mnist}\n";
const std::string kTopLevelKeys =
    "name, dataset, model, training, grid, zip, exclude, include, objectives, executor";
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

TEST_CASE("A file that is not a sweep file is rejected with a one-line error") {
  const auto example = GENERATE(values<Case>({
      Case{"an unknown top-level key", std::string("nam: s\n"),
           "s.yaml:1:1: unknown key 'nam' in the sweep file; did you mean 'name'? known keys: " +
               kTopLevelKeys},
      Case{"an empty file", std::string(""),
           "s.yaml:1:1: the file is empty; expected a map with keys " + kTopLevelKeys},
      Case{"only a comment", std::string("# nothing\n"),
           "s.yaml:1:1: the file is empty; expected a map with keys " + kTopLevelKeys},
      Case{"a list at the top", std::string("- 1\n"),
           "s.yaml:1:1: the sweep file is a list; expected a map with keys " + kTopLevelKeys},
      Case{"a scalar at the top", std::string("hello\n"),
           "s.yaml:1:1: the sweep file is hello; expected a map with keys " + kTopLevelKeys},
      Case{"a duplicate top-level key", kHead + "name: t\n",
           "s.yaml:3:1: duplicate key 'name' in the sweep file; first on line 1"},
      Case{"a missing name", std::string("dataset: {name: fashion-mnist}\n"),
           "s.yaml:1:1: 'name' is missing; expected a line such as name: my-study"},
      Case{"a missing data set", std::string("name: s\n"),
           "s.yaml:1:1: 'dataset' is missing; expected a line such as dataset: {name: "
           "fashion-mnist}"},
      Case{"a data set without name",
           std::string("name: s\n"
                       "dataset: {train: 5}\n"),
           "s.yaml:2:10: dataset has no name; expected one such as fashion-mnist"},
      Case{"a data set as a word",
           std::string("name: s\n"
                       "dataset: fashion-mnist\n"),
           "s.yaml:2:10: dataset is fashion-mnist; expected a map such as {name: fashion-mnist, "
           "train: 12000, validation: 5000}"},
      Case{"a name with a slash",
           std::string("name: a/b\n"
                       "dataset: {name: fashion-mnist}\n"),
           "s.yaml:1:7: name is a/b; expected 1 to 100 letters, digits, '.', '_' or '-', not "
           "starting with '.' or '-'"},
      Case{"a name with a newline",
           std::string("name: \"a\\nb\"\n"
                       "dataset: {name: fashion-mnist}\n"),
           "s.yaml:1:7: name is \"a\\nb\" in quotes; expected 1 to 100 letters, digits, '.', '_' "
           "or '-', not starting with '.' or '-'"},
      Case{"a hidden name",
           std::string("name: .git\n"
                       "dataset: {name: fashion-mnist}\n"),
           "s.yaml:1:7: name is .git; expected 1 to 100 letters, digits, '.', '_' or '-', not "
           "starting with '.' or '-'"},
      Case{"a name that is a list",
           std::string("name: [a]\n"
                       "dataset: {name: fashion-mnist}\n"),
           "s.yaml:1:7: name is a list; expected 1 to 100 letters, digits, '.', '_' or '-', not "
           "starting with '.' or '-'"},
      Case{"a tab as indentation",
           std::string("name: s\n"
                       "dataset:\n"
                       "\tname: x\n"),
           "s.yaml:3:1: not valid YAML: a tab in the indentation; expected spaces"},
      Case{"binary bytes", std::string("name: s\n\0\1", 10),
           "s.yaml:2:1: byte 0x00 is not valid UTF-8; expected YAML"},
      Case{"two documents",
           kHead + "---\n"
                   "name: t\n",
           "s.yaml:3:1: a second YAML document, or stray text after the first; expected a single "
           "document"},
      Case{"endless nesting", "name: " + std::string(2000, '[') + "\n",
           "s.yaml:2:1: nested 500 levels deep; no sweep file needs that many"},
      Case{"an unfinished escape", std::string("name: \"\\"),
           "s.yaml:1:10: not valid YAML: unknown escape character: \\x04"},
      Case{"a stray comma", std::string("&a, b]\n"),
           "s.yaml:1:3: a second YAML document, or stray text after the first; expected a single "
           "document"},
      Case{"a merge key",
           std::string("name: s\n"
                       "base: &b {epochs: 1}\n"),
           "s.yaml:2:1: unknown key 'base' in the sweep file; known keys: " + kTopLevelKeys},
      Case{"an unknown data set key",
           std::string("name: s\n"
                       "dataset: {name: fashion-mnist, trian: 5}\n"),
           "s.yaml:2:32: unknown key 'trian' in dataset; did you mean 'train'? known keys: name, "
           "root, train, validation, test, split_seed, shape, classes, size, resize, filter, "
           "channels, background, exif, group_by, labels, test_list, on_bad_file"},
      Case{"a negative count",
           std::string("name: s\n"
                       "dataset: {name: fashion-mnist, train: -5}\n"),
           "s.yaml:2:39: dataset.train is -5; expected an integer from 1 to 1000000000"},
      Case{"a shape of two",
           std::string("name: s\n"
                       "dataset: {name: synthetic, shape: [1, 28]}\n"),
           "s.yaml:2:35: dataset.shape has 2 values; expected three integers [C, H, W], each from "
           "1 to 4096"},
      Case{"an unknown objective", kHead + "objectives: [validation_top1, weight_byte]\n",
           fmt::format("s.yaml:3:31: objective is weight_byte; expected one of {}; did you mean "
                       "'weight_bytes'?",
                       fmt::join(objective_names(), ", "))},
      Case{"an objective twice", kHead + "objectives: [macs, macs]\n",
           "s.yaml:3:20: objective 'macs' is repeated; expected each objective once"},
      Case{"no objective", kHead + "objectives: []\n",
           "s.yaml:3:13: objectives is an empty list; expected at least one name"},
  }));
  CAPTURE(example.name);
  CHECK(error_of(example.text) == example.error);
}

TEST_CASE("An invalid value of model or training is rejected with a one-line error") {
  const auto example = GENERATE(values<Case>({
      Case{"an unclosed quote", kHead + "model: {bypass: \"none}\n",
           "s.yaml:4:1: not valid YAML: end of map flow not found"},
      Case{"a merge key in training",
           kHead + "model: &m {SR: 0.5}\n"
                   "training:\n"
                   "  <<: *m\n",
           "s.yaml:5:3: merge keys (<<) are not supported; write the keys out"},
      Case{"an unknown anchor", kHead + "model: *nothing\n",
           "s.yaml:3:8: not valid YAML: the referenced anchor is not defined"},
      Case{"a mistyped training key",
           kHead + "training:\n"
                   "  learning_rte: 0.1\n",
           "s.yaml:4:3: unknown key 'learning_rte' in training; did you mean 'learning_rate'? "
           "known keys: " +
               kTrainingKeys},
      Case{"a model key in training", kHead + "training: {SR: 0.5}\n",
           "s.yaml:3:12: unknown key 'SR' in training; it belongs in model"},
      Case{"wrong case", kHead + "model: {sr: 0.5}\n",
           "s.yaml:3:9: unknown key 'sr' in model; did you mean 'SR'? known keys: " + kModelKeys},
      Case{"a key far from any", kHead + "model: {quux: 0.5}\n",
           "s.yaml:3:9: unknown key 'quux' in model; known keys: " + kModelKeys},
      Case{"a duplicate model key",
           kHead + "model:\n"
                   "  SR: 0.5\n"
                   "  SR: 0.25\n",
           "s.yaml:5:3: duplicate key 'SR' in model; first on line 4"},
      Case{"a number out of range",
           kHead + "model:\n"
                   "  SR: 9.5\n",
           "s.yaml:4:7: SR is 9.5; expected a number from 0.0001 to 8"},
      Case{"a word for a number", kHead + "model: {SR: half}\n",
           "s.yaml:3:13: SR is half; expected a number from 0.0001 to 8"},
      Case{"a quoted number", kHead + "model: {SR: \"0.5\"}\n",
           "s.yaml:3:13: SR is \"0.5\" in quotes; expected a number from 0.0001 to 8"},
      Case{"no value",
           kHead + "model:\n"
                   "  SR:\n",
           "s.yaml:4:3: 'SR' in model has no value"},
      Case{"a list for a number", kHead + "model: {SR: [0.25, 0.5]}\n",
           "s.yaml:3:13: SR is a list; expected a number from 0.0001 to 8 (put values to sweep "
           "over under grid)"},
      Case{"a map for a number", kHead + "model: {SR: {a: 1}}\n",
           "s.yaml:3:13: SR is a map; expected a number from 0.0001 to 8"},
      Case{"a huge integer", kHead + "training: {epochs: 99999999999999999999}\n",
           "s.yaml:3:20: epochs is 99999999999999999999; expected an integer from 1 to 100000"},
      Case{"a fraction for an integer", kHead + "training: {epochs: 1.5}\n",
           "s.yaml:3:20: epochs is 1.5; expected an integer from 1 to 100000"},
      Case{"not a number", kHead + "training: {learning_rate: .nan}\n",
           "s.yaml:3:27: learning_rate is .nan; expected a number from 1e-08 to 100"},
      Case{"nan as C writes it", kHead + "training: {learning_rate: nan}\n",
           "s.yaml:3:27: learning_rate is nan; expected a number from 1e-08 to 100"},
      Case{"infinity", kHead + "training: {learning_rate: .inf}\n",
           "s.yaml:3:27: learning_rate is .inf; expected a number from 1e-08 to 100"},
      Case{"a number too large for a double", kHead + "training: {learning_rate: 1e999}\n",
           "s.yaml:3:27: learning_rate is 1e999; expected a number from 1e-08 to 100"},
      Case{"yes for true", kHead + "training: {nesterov: yes}\n",
           "s.yaml:3:22: nesterov is yes; expected true or false"},
      Case{"a mistyped choice", kHead + "model: {bypass: simpel}\n",
           "s.yaml:3:17: bypass is simpel; expected one of none, simple, complex; did you mean "
           "'simple'?"},
      Case{"an unknown family", kHead + "model: {family: resnet}\n",
           fmt::format("s.yaml:3:17: family is resnet; expected one of {}",
                       fmt::join(models::family_names(), ", "))},
      Case{"an unknown preset", kHead + "model: {preset: v2.0}\n",
           "s.yaml:3:17: preset is v2.0; expected one of v1.0, v1.1, small; did you mean 'v1.0'?"},
      Case{"a word in an integer list", kHead + "model: {pool_after: [1, x]}\n",
           "s.yaml:3:25: pool_after holds x; expected a list of integers from 1 to 201"},
      Case{"an integer list out of range", kHead + "model: {pool_after: [0, 4]}\n",
           "s.yaml:3:22: pool_after holds 0; expected a list of integers from 1 to 201"},
      Case{"model as a word", kHead + "model: v1.0\n",
           "s.yaml:3:8: model is v1.0; expected a map of keys to values"},
  }));
  CAPTURE(example.name);
  CHECK(error_of(example.text) == example.error);
}

}  // namespace firesweep::sweep

#include "sweep/spec/sweep_spec.h"

#include <catch2/catch.hpp>

#include "base/atomic_file.h"
#include "base/error.h"
#include "tests/sweep/support.h"

namespace firesweep::sweep {

TEST_CASE("A small file has defaults for everything else") {
  const SweepSpec spec = parsed("");
  CHECK(spec.name == "s");
  CHECK(spec.dataset.name == "fashion-mnist");
  CHECK_FALSE(spec.dataset.validation.has_value());
  CHECK_FALSE(spec.dataset.train.has_value());
  CHECK(spec.seeds == std::vector<std::uint64_t>{1});
  CHECK(spec.axes.empty());
  CHECK(spec.objectives == std::vector<std::string>{"validation_top1", "weight_bytes"});
  CHECK(spec.text == kHead);
}

TEST_CASE("Every key of the data set is read") {
  const SweepSpec spec = parse_sweep_spec(
      "name: s\n"
      "dataset: {name: synthetic, train: 100, validation: 20, test: 30, split_seed: 4,\n"
      "          shape: [3, 16, 24], classes: 5}\n",
      "s.yaml");
  CHECK(spec.dataset.train == 100);
  CHECK(spec.dataset.validation == 20);
  CHECK(spec.dataset.test == 30);
  CHECK(spec.dataset.split_seed == 4);
  CHECK(spec.dataset.shape == models::Shape{3, 16, 24});
  CHECK(spec.dataset.classes == 5);
  CHECK(spec.dataset.file == "s.yaml");
}

TEST_CASE("Values have the type of their key, in any notation") {
  const SweepSpec spec = parsed(
      "model: {SR: 1, preset: 'v1.1', pool_after: [1, 3], batch_norm: true}\n"
      "training: {epochs: +5, learning_rate: 1e-2}\n");
  CHECK(spec.model.at("SR") == models::ParameterValue(1.0));
  CHECK(spec.model.at("preset") == models::ParameterValue(std::string("v1.1")));
  CHECK(spec.model.at("pool_after") == models::ParameterValue(std::vector<std::int64_t>{1, 3}));
  CHECK(spec.model.at("batch_norm") == models::ParameterValue(true));
  CHECK(spec.training.at("epochs") == models::ParameterValue(std::int64_t{5}));
  CHECK(spec.training.at("learning_rate") == models::ParameterValue(0.01));
}

TEST_CASE("Plain aliases work") {
  const SweepSpec spec = parsed("grid: {SR: &shares [0.25, 0.5], pct_3x3: *shares}\n");
  REQUIRE(spec.axes.size() == 2);
  CHECK(spec.axes[0].values == spec.axes[1].values);
}

TEST_CASE("Axes remember the location of each value") {
  const SweepSpec spec = parsed("grid:\n  SR: [0.25,\n       0.5]\n");
  REQUIRE(spec.axes.size() == 1);
  CHECK(spec.axes[0].locations[1].line == 5);
  CHECK(spec.axes[0].locations[1].column == 8);
}

TEST_CASE("A byte-order mark, Windows line ends and non-ASCII letters do no harm") {
  const std::string text =
      "\xef\xbb\xbfname: s  # \xc3\xa9tude\r\ndataset: {name: mnist}\r\nmodel: {SR: 0.5}\r\n";
  const SweepSpec spec = parse_sweep_spec(text, "s.yaml");
  CHECK(spec.dataset.name == "mnist");
  CHECK(models::get_number(spec.model, "SR") == 0.5);
}

TEST_CASE("The error for a missing file names it") {
  CHECK(message_of([] { static_cast<void>(load_sweep_spec("no/such.yaml")); }) ==
        "no/such.yaml: can't open: No such file or directory");
}

TEST_CASE("A location is written as file, line and column, without unknown parts") {
  CHECK(at("s.yaml", {3, 5}, "x") == "s.yaml:3:5: x");
  CHECK(at("s.yaml", {}, "x") == "s.yaml: x");
  CHECK(at("", {3, 5}, "x") == "3:5: x");
  CHECK(at("", {}, "x") == "x");
}

TEST_CASE("A thousand nested brackets are an error, not a crash") {
  CHECK_THAT(message_of([] { static_cast<void>(parsed("grid: " + std::string(100000, '['))); }),
             Catch::StartsWith("s.yaml:3:"));
}

}  // namespace firesweep::sweep

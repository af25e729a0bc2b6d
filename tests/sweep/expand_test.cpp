#include "sweep/study/expand.h"

#include <algorithm>
#include <map>
#include <set>
#include <string>
#include <utility>

#include <catch2/catch.hpp>

#include "base/error.h"
#include "tests/sweep/support.h"

namespace firesweep::sweep {
namespace {

using Texts = std::vector<std::string>;

std::vector<std::string> ids(const Expansion& expansion) {
  std::vector<std::string> found;
  for (const Trial& trial : expansion.trials) {
    found.push_back(trial.id);
  }
  return found;
}

}  // namespace

TEST_CASE("A sweep without axes is one design") {
  const Expansion expansion = expanded("");
  CHECK(expansion.axis_keys.empty());
  REQUIRE(expansion.points.size() == 1);
  CHECK(expansion.trials.size() == 1);
  CHECK(models::get_string(expansion.points[0].model, "preset") == "small");
  CHECK(models::get_string(expansion.points[0].model, "family") == "squeezenet");
}

TEST_CASE("Grid axes nest as written, zip groups follow, include comes last, seeds are fastest") {
  const Expansion expansion = expanded(
      "grid:\n"
      "  bypass: [none, complex]\n"
      "  SR: [0.5, 0.25]\n"
      "  seed: [4, 2]\n"
      "zip:\n"
      "  - base_e: [64, 96]\n"
      "    incr_e: [32, 48]\n"
      "include:\n"
      "  - {SR: 0.75}\n");
  CHECK(expansion.axis_keys == Texts{"bypass", "SR", "base_e", "incr_e"});
  CHECK(axis_texts(expansion) == Texts{"none 0.5 64 32", "none 0.5 96 48", "none 0.25 64 32",
                                       "none 0.25 96 48", "complex 0.5 64 32", "complex 0.5 96 48",
                                       "complex 0.25 64 32", "complex 0.25 96 48",
                                       "none 0.75 128 128"});
  REQUIRE(expansion.trials.size() == 18);
  CHECK(expansion.trials[0].seed == 4);
  CHECK(expansion.trials[1].seed == 2);
  CHECK(expansion.trials[1].point == 0);
  CHECK(expansion.trials[2].point == 1);
}

TEST_CASE("Axis values reach the design and the recipe") {
  const Expansion expansion =
      expanded("model: {SR: 0.125}\ngrid: {SR: [0.5], epochs: [3], preset: [v1.1, small]}\n");
  REQUIRE(expansion.points.size() == 2);
  CHECK(models::get_number(expansion.points[0].model, "SR") == 0.5);
  CHECK(models::get_integer(expansion.points[0].training, "epochs") == 3);
  CHECK(models::get_integer(expansion.points[0].model, "conv1_stride") == 2);
  CHECK(models::get_integer(expansion.points[1].model, "conv1_stride") == 1);
}

TEST_CASE("Lists of integers can be an axis") {
  CHECK(axis_texts(expanded("grid: {pool_after: [[1, 4, 6], [1, 3, 5]]}\n")) ==
        Texts{"[1, 4, 6]", "[1, 3, 5]"});
}

TEST_CASE("exclude removes the combinations that match all values of an entry") {
  const std::string grid = "grid: {SR: [0.25, 0.5], bypass: [none, simple]}\n";
  CHECK(axis_texts(expanded(grid + "exclude: [{SR: 0.5, bypass: simple}]\n")) ==
        Texts{"0.25 none", "0.25 simple", "0.5 none"});
  CHECK(axis_texts(expanded(grid + "exclude: [{SR: 0.5}]\n")) == Texts{"0.25 none", "0.25 simple"});
}

TEST_CASE("An entry of exclude that matches nothing gives a warning") {
  const Expansion expansion =
      expanded("grid: {SR: [0.25, 0.5]}\nexclude:\n  - SR: 0.3\n  - SR: 0.5\n");
  CHECK(expansion.points.size() == 1);
  CHECK(expansion.warnings == Texts{"s.yaml:5:5: this entry of exclude matches no combination"});
}

TEST_CASE("An included combination that is already in the grid gives a warning and is kept once") {
  const Expansion expansion = expanded("grid: {SR: [0.25, 0.5]}\ninclude: [{SR: 0.5}]\n");
  CHECK(expansion.points.size() == 2);
  CHECK(expansion.points[1].aliases.empty());
  CHECK(expansion.warnings ==
        Texts{"s.yaml:4:11: this combination is already in the sweep (at SR=0.5)"});
}

TEST_CASE("Designs that round to the same network are trained once, as the first of them") {
  const Expansion expansion = expanded("grid: {SR: [0.125, 0.1255, 0.25], seed: {count: 2}}\n");
  CHECK(axis_texts(expansion) == Texts{"0.125", "0.25"});
  REQUIRE(expansion.points[0].aliases.size() == 1);
  CHECK(expansion.points[0].aliases[0] == std::vector<models::ParameterValue>{0.1255});
  CHECK(expansion.trials.size() == 4);
}

TEST_CASE("Simple bypass without equal widths is the plain network") {
  const Expansion expansion =
      expanded("model: {freq: 1}\ngrid: {bypass: [none, simple, complex]}\n");
  CHECK(axis_texts(expansion) == Texts{"none", "complex"});
}

TEST_CASE("A ratio that does not squeeze gives one warning per place") {
  const Expansion expansion = expanded("model:\n  SR: 1.0\ngrid: {seed: {count: 3}}\n");
  REQUIRE(expansion.warnings.size() == 1);
  CHECK_THAT(expansion.warnings[0], Catch::StartsWith("s.yaml:4:7: fire2 does not squeeze"));
}

TEST_CASE("Ids do not depend on order, number format or explicit defaults") {
  const std::vector<std::string> reference = ids(expanded("grid: {SR: [0.25], seed: [1, 2]}\n"));
  const auto same = GENERATE(values<std::string>({
      "grid: {seed: {count: 2}, SR: [0.250]}\n",
      "model: {SR: 0.25}\ngrid: {seed: [1, 2]}\n",
      "grid: {seed: [1, 2]}\nmodel: {bypass: none, SR: 25e-2, preset: small}\n",
      "training: {momentum: 0.9, epochs: 1}\nmodel: {SR: 0.25}\ngrid: {seed: [1, 2]}\n",
  }));
  CAPTURE(same);
  CHECK(ids(expanded(same)) == reference);
  CHECK(ids(expanded("model: {SR: 0.25}\n", {"seed=[1, 2]", "dataset.train=55000",
                                             "dataset.test=10000", "name=other"})) == reference);
  CHECK(ids(expanded("model: {SR: 0.25}\n", {"seed=[1, 2]", "dataset.root=/elsewhere"})) ==
        reference);
}

TEST_CASE("Ids depend on everything that decides a result") {
  std::set<std::string> seen;
  const std::vector<std::string> sets{"seed=1",
                                      "seed=2",
                                      "SR=0.25",
                                      "bypass=simple",
                                      "dropout=0.4",
                                      "epochs=2",
                                      "batch_size=48",
                                      "learning_rate=0.1",
                                      "schedule=cosine",
                                      "warmup_steps=1",
                                      "momentum=0.8",
                                      "nesterov=true",
                                      "weight_decay=0.1",
                                      "precision=bf16",
                                      "crop_padding=2",
                                      "horizontal_flip=true",
                                      "random_resized_crop=0.1",
                                      "brightness=0.1",
                                      "contrast=0.1",
                                      "cutout=1",
                                      "random_erasing=0.1",
                                      "label_smoothing=0.1",
                                      "adaptive_clip=0.2",
                                      "gradient_clip_norm=2",
                                      "weight_init=xavier",
                                      "classifier_std=0",
                                      "final_relu=true",
                                      "batch_norm=false",
                                      "dataset.name=mnist",
                                      "dataset.train=50000",
                                      "dataset.validation=4000",
                                      "dataset.test=9000",
                                      "dataset.split_seed=1"};
  for (const std::string& set : sets) {
    CAPTURE(set);
    CHECK(seen.insert(ids(expanded("", {set})).front()).second);
  }
}

TEST_CASE("The ids of known trials never change by accident") {
  // Changing these ids orphans all existing run directories. Change them only if you also raise
  // kTrainingSemantics.
  const std::string first_defaults =
      "model: {dropout: 0.5, final_relu: true, batch_norm: false, weight_init: kaiming}\n"
      "training: {batch_size: 64, learning_rate: 0.05, warmup_steps: 0, gradient_clip_norm: 0, "
      "adaptive_clip: 0}\n";
  CHECK(ids(expanded(first_defaults +
                     "grid: {SR: [0.125, 0.5], bypass: [none, complex], seed: [1]}\n")) ==
        Texts{"443175425f8581d8", "84b0742daf7fc9d3", "a6d5118fb0456d77", "c796fe9b7c1e3768"});
}

TEST_CASE("Trials with batch normalisation have new ids where the fused engine trains them") {
  const Expansion expansion =
      expanded("grid: {batch_norm: [false, true], engine: [fused, reference]}\n");
  std::map<std::pair<bool, std::string>, std::string> semantics;
  for (const Point& point : expansion.points) {
    const std::string text =
        canonical_point(architecture_of(point.model, kSmallImages), point.training, DatasetSpec{});
    semantics[{models::get_boolean(point.model, "batch_norm"),
               models::get_string(point.training, "engine")}] = text.substr(0, text.find('\n'));
  }
  CHECK(semantics ==
        std::map<std::pair<bool, std::string>, std::string>{{{false, "fused"}, "semantics 5"},
                                                            {{false, "reference"}, "semantics 5"},
                                                            {{true, "fused"}, "semantics 6"},
                                                            {{true, "reference"}, "semantics 5"}});
}

TEST_CASE("The recipe is no part of an id, the values that it chooses are") {
  const std::string grid = "grid: {SR: [0.25]}\n";
  const Texts paper = ids(expanded("training: {recipe: paper}\n" + grid));
  CHECK(ids(expanded("training: {recipe: paper, batch_size: 512, learning_rate: 0.04}\n" + grid)) ==
        paper);
  CHECK(ids(expanded("training: {batch_size: 512, learning_rate: 0.04, warmup_steps: 0, "
                     "gradient_clip_norm: 0, adaptive_clip: 0}\n" +
                     grid)) == paper);
  CHECK(ids(expanded("training: {recipe: short}\n" + grid)) == ids(expanded(grid)));
  const Expansion both = expanded("grid: {recipe: [short, paper]}\n");
  REQUIRE(both.points.size() == 2);
  CHECK(both.axis_keys == Texts{"recipe"});
  CHECK(models::get_integer(both.points[1].training, "batch_size") == 512);
  CHECK_FALSE(both.points[1].training.contains("recipe"));
}

TEST_CASE("Values that nobody wrote are resolved for each design, and are in its recipe") {
  const Expansion expansion = expanded(
      "model: {batch_norm: false}\n"
      "training: {epochs: 2}\n"
      "grid: {batch_size: [32, 128], fire_modules: [4, 8]}\n"
      "include: [{fire_modules: 3}]\n",
      {"dataset.train=6000"});
  REQUIRE(expansion.points.size() == 5);
  const models::ParameterMap& first = expansion.points[0].training;
  CHECK(models::get_integer(first, "warmup_steps") == 38);  // a tenth of 2 * 188 steps
  CHECK(models::get_number(first, "gradient_clip_norm") == 1.0);
  CHECK(models::get_integers(expansion.points[0].model, "pool_after") ==
        std::vector<std::int64_t>{1, 3, 4});
  CHECK(models::get_integers(expansion.points[1].model, "pool_after") ==
        std::vector<std::int64_t>{1, 4, 6});
  const models::ParameterMap& large_batch = expansion.points[2].training;
  CHECK(models::get_integer(large_batch, "warmup_steps") == 10);
  CHECK(models::get_number(large_batch, "learning_rate") ==
        2.0 * models::get_number(first, "learning_rate"));
  const Point& included = expansion.points[4];
  CHECK(models::get_integer(included.training, "batch_size") == 32);
  CHECK(models::get_integers(included.model, "pool_after") == std::vector<std::int64_t>{1, 2, 3});
}

TEST_CASE("Values that somebody wrote win over the recipe and the images") {
  const Expansion expansion = expanded(
      "model: {fire_modules: 8, pool_after: [1]}\n"
      "training: {recipe: paper, warmup_steps: 7, gradient_clip_norm: 3}\n"
      "grid: {learning_rate: [0.5]}\n");
  const Point& point = expansion.points.front();
  CHECK(models::get_integers(point.model, "pool_after") == std::vector<std::int64_t>{1});
  CHECK(models::get_integer(point.training, "warmup_steps") == 7);
  CHECK(models::get_number(point.training, "gradient_clip_norm") == 3.0);
  CHECK(models::get_number(point.training, "learning_rate") == 0.5);
  CHECK(models::get_integer(point.training, "batch_size") == 512);
}

TEST_CASE("Keys that came after the first trials leave ids alone while they have their default") {
  const Texts reference = ids(expanded("model: {SR: 0.25}\n"));
  CHECK(ids(expanded("model: {SR: 0.25}\n",
                     {"random_resized_crop=0", "brightness=0", "contrast=0", "saturation=0",
                      "hue=0", "cutout=0", "random_erasing=0"})) == reference);
  const Texts swept = ids(expanded("model: {SR: 0.25}\ngrid: {random_erasing: [0, 0.5]}\n"));
  CHECK(swept.front() == reference.front());
  CHECK(swept.back() != reference.front());
}

TEST_CASE("Fills of crops are designs where there is padding, and one design elsewhere") {
  const Texts found =
      ids(expanded("grid: {crop_padding: [0, 4], crop_fill: [black, mean, edge]}\n"));
  CHECK(found.size() == 4);
  CHECK(found[0] == ids(expanded("", {"crop_padding=0"})).front());
  CHECK(found[1] == ids(expanded("", {"crop_padding=4", "crop_fill=black"})).front());
}

TEST_CASE("Colours may change in images that have colours") {
  const SweepSpec spec = parsed("", {"saturation=0.1", "hue=0.1", "cutout=32"});
  const DatasetShape colour{{3, 32, 64}, 10, 60000, 10000};
  CHECK(expand(spec, colour).trials.size() == 1);
  const DatasetShape two_channels{{2, 32, 64}, 10, 60000, 10000};
  CHECK_THROWS_AS(expand(spec, two_channels), ConfigError);
}

TEST_CASE("A hundred thousand trials have a hundred thousand ids") {
  const Expansion expansion = expanded(
      "grid:\n"
      "  SR: [0.1, 0.15, 0.2, 0.25, 0.3, 0.35, 0.4, 0.45, 0.5, 0.55]\n"
      "  seed: {count: 10000}\n");
  std::vector<std::string> found = ids(expansion);
  CHECK(found.size() == 100000);
  std::sort(found.begin(), found.end());
  CHECK(std::adjacent_find(found.begin(), found.end()) == found.end());
}

TEST_CASE("Validation images that can't tell learning from chance give a warning") {
  const DatasetShape shape{{1, 28, 28}, 2, 2000, 200};
  const DatasetClasses classes{.train = {1900, 100}, .test = {190, 10}};
  const auto warnings = [&](const std::string& validation) {
    const std::string text =
        "name: s\ndataset: {name: idx, root: data, validation: " + validation + "}\n";
    return expand(parse_sweep_spec(text, "s.yaml"), shape, classes).warnings;
  };
  CHECK(warnings("20") ==
        std::vector<std::string>{"s.yaml:2:46: 20 validation images, of which 19 are of one class: "
                                 "no accuracy can be told from chance; 60 would be enough"});
  CHECK(warnings("100").empty());
}

}  // namespace firesweep::sweep

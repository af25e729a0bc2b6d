#include <catch2/catch.hpp>

#include "tests/sweep/support.h"

namespace firesweep::sweep {
namespace {

const std::string kGrid = "model: {SR: 0.125}\ngrid: {SR: [0.25, 0.5], bypass: [none, simple]}\n";

std::string error_of(const std::string& set) {
  return message_of([&] { static_cast<void>(parsed(kGrid, {set})); });
}

struct Case {
  std::string set;
  std::string error;
};

}  // namespace

TEST_CASE("A bare key is set in its section, and is no longer an axis") {
  const SweepSpec spec = parsed(kGrid, {"SR=0.75", "epochs=3"});
  CHECK(models::get_number(spec.model, "SR") == 0.75);
  CHECK(models::get_integer(spec.training, "epochs") == 3);
  REQUIRE(spec.axes.size() == 1);
  CHECK(spec.axes[0].keys == std::vector<std::string>{"bypass"});
}

TEST_CASE("Keys of a section, keys of the data set, the name and the objectives can be set") {
  const SweepSpec spec =
      parsed(kGrid, {"model.base_e=64", "training.nesterov=true", "dataset.train=2000",
                     "dataset.name=mnist", "name=t", "objectives=[macs]"});
  CHECK(models::get_integer(spec.model, "base_e") == 64);
  CHECK(models::get_boolean(spec.training, "nesterov"));
  CHECK(spec.dataset.train == 2000);
  CHECK(spec.dataset.name == "mnist");
  CHECK(spec.name == "t");
  CHECK(spec.objectives == std::vector<std::string>{"macs"});
}

TEST_CASE("An axis is replaced in its place or added at the end") {
  CHECK(axis_texts(expanded(kGrid, {"grid.SR=[0.75]"})) ==
        std::vector<std::string>{"0.75 none", "0.75 simple"});
  CHECK(expanded(kGrid, {"grid.epochs=[1, 2]"}).axis_keys ==
        std::vector<std::string>{"SR", "bypass", "epochs"});
}

TEST_CASE("Seeds can be one number, a list or a count") {
  using Seeds = std::vector<std::uint64_t>;
  CHECK(parsed("", {"seed=7"}).seeds == Seeds{7});
  CHECK(parsed("", {"seed=[7, 3]"}).seeds == Seeds{7, 3});
  CHECK(parsed("", {"seed={count: 3}"}).seeds == Seeds{1, 2, 3});
  CHECK(parsed("", {"grid.seed={count: 2, first: 5}"}).seeds == Seeds{5, 6});
}

TEST_CASE("--set removes a zipped key from its group") {
  const std::string zip = "zip: [{SR: [0.25, 0.5], pct_3x3: [0.1, 0.2]}]\n";
  const Expansion expansion = expanded(zip, {"SR=0.75"});
  CHECK(expansion.axis_keys == std::vector<std::string>{"pct_3x3"});
  CHECK(axis_texts(expansion) == std::vector<std::string>{"0.1", "0.2"});
}

TEST_CASE("exclude and include still work when --set fixes one of their axes") {
  const std::string rest = kGrid +
                           "exclude: [{SR: 0.5, bypass: simple}]\n"
                           "include: [{SR: 0.75, bypass: complex}]\n";
  CHECK(axis_texts(expanded(rest, {"SR=0.5"})) == std::vector<std::string>{"none", "complex"});
  CHECK(axis_texts(expanded(rest, {"SR=0.25"})) ==
        std::vector<std::string>{"none", "simple", "complex"});
}

TEST_CASE("Later overrides win") {
  CHECK(models::get_integer(parsed("", {"epochs=3", "epochs=4"}).training, "epochs") == 4);
}

TEST_CASE("A data set's root is relative to the sweep file, in --set to the current directory") {
  const std::string text = "name: s\ndataset: {name: idx, root: images}\n";
  CHECK(parse_sweep_spec(text, "/studies/s.yaml").dataset.root == "/studies/images");
  CHECK(parse_sweep_spec(text, "/studies/s.yaml", {{"dataset.root", "mine"}}).dataset.root ==
        std::filesystem::current_path() / "mine");
}

TEST_CASE("An invalid override is rejected with a one-line error that quotes it") {
  const auto example = GENERATE(values<Case>({
      {"SR=9", "--set SR=9: SR is 9; expected a number from 0.0001 to 8"},
      {"epocs=3", "--set epocs=3: unknown key 'epocs'; did you mean 'epochs'? known keys: "},
      {"model.epochs=3",
       "--set model.epochs=3: unknown key 'epochs' in model; it belongs in training"},
      {"dataset.trian=3",
       "--set dataset.trian=3: unknown key 'trian' in dataset; did you mean "
       "'train'? known keys: "},
      {"net.SR=0.5",
       "--set net.SR=0.5: unknown section 'net'; expected one of model, training, "
       "dataset, grid"},
      {"grid.SR=0.5",
       "--set grid.SR=0.5: SR is a single value; expected a list of values: write SR: "
       "[0.5]"},
      {"SR=[0.5", "--set SR=[0.5: not valid YAML: "},
      {"SR=", "--set SR=: SR is empty; expected a number from 0.0001 to 8"},
      {"name=a/b", "--set name=a/b: name is a/b; expected "},
      {"seed=x", "--set seed=x: seed is x; expected an integer from 0 to 9007199254740991"},
  }));
  CAPTURE(example.set);
  CHECK_THAT(error_of(example.set), Catch::StartsWith(example.error));
}

TEST_CASE("An override without a key or an equals sign is rejected") {
  CHECK(error_of("epochs") == "--set epochs: expected key=value, such as epochs=3");
  CHECK(error_of("=3") == "--set =3: expected key=value, such as epochs=3");
}

}  // namespace firesweep::sweep

#include "sweep/study/trial.h"

#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>

#include "base/error.h"
#include "sweep/store/point_json.h"
#include "tests/sweep/support.h"

namespace firesweep::sweep {
namespace {

using models::ParameterValue;

}  // namespace

TEST_CASE("Parameter values keep their type and bits through JSON text") {
  const auto value = GENERATE(values<ParameterValue>(
      {true, std::int64_t{3}, std::int64_t{-9007199254740993}, 1.0, 0.1, 1e-300, 1.0 / 3.0,
       std::string("none"), std::vector<std::int64_t>{1, 4, 6}, std::vector<std::int64_t>{}}));
  CHECK(parameter_value_from_json(nlohmann::json::parse(to_json(value).dump())) == value);
}

TEST_CASE("JSON that is not a parameter is rejected") {
  CHECK(message_of([] {
          static_cast<void>(parameter_map_from_json({{"SR", nullptr}}));
        }) == "'SR': a parameter is null; expected a boolean, number, string or list");
  CHECK_THROWS_AS(parameter_map_from_json(nlohmann::json::array()), Error);
  CHECK_THROWS_AS(parameter_value_from_json({1, "x"}), Error);
}

TEST_CASE("A data set's description survives JSON, and absent counts stay absent") {
  DatasetSpec before;
  before.name = "synthetic";
  before.root = "/data";
  before.test = 30;
  before.split_seed = 9007199254740991;
  before.shape = models::Shape{3, 8, 9};
  before.classes = 4;
  before.options = {{"size", std::vector<std::int64_t>{32}}, {"group_by", std::string("^.")}};
  const DatasetSpec after = dataset_spec_from_json(to_json(before));
  CHECK(after.name == before.name);
  CHECK(after.root == before.root);
  CHECK_FALSE(after.train.has_value());
  CHECK_FALSE(after.validation.has_value());
  CHECK(after.test == before.test);
  CHECK(after.split_seed == before.split_seed);
  CHECK(after.shape == before.shape);
  CHECK(after.classes == before.classes);
  CHECK(after.options == before.options);
  CHECK_THROWS_AS(
      dataset_spec_from_json({{"name", "x"}, {"split_seed", 0}, {"options", {{"size", "big"}}}}),
      Error);
}

TEST_CASE("Missing counts are filled in from the data set") {
  DatasetSpec dataset;
  dataset.validation = 6000;
  CHECK(resolved(dataset, kSmallImages).train == 54000);
  CHECK(resolved(dataset, kSmallImages).test == 10000);
  CHECK(resolved({}, kSmallImages).validation == 5000);
  CHECK(resolved({}, {{1, 8, 8}, 2, 1000, 100}).validation == 200);
  const DatasetSpec held_out = resolved({}, {{1, 8, 8}, 2, 1000, 0});
  CHECK(held_out.test == 200);
  CHECK(held_out.validation == 160);
  CHECK(held_out.train == 640);
  CHECK(resolved({}, {{1, 8, 8}, 2, 1000, 0, 70}).validation == 70);
  dataset.train = 100;
  CHECK(resolved(dataset, kSmallImages).train == 100);
}

TEST_CASE("A trial's content is readable text") {
  const Expansion expansion = expanded("model: {batch_norm: false}\n");
  const Point& point = expansion.points.front();
  const DatasetSpec dataset = resolved(parsed("").dataset, kSmallImages);
  const models::Architecture architecture = architecture_of(point.model, kSmallImages);
  const std::string text = canonical_content(architecture, point.training, dataset, 7);
  CHECK_THAT(text, Catch::StartsWith("semantics 5\narchitecture squeezenet|1x28x28|10|"));
  CHECK_THAT(
      text,
      Catch::Contains(
          "\ntraining adaptive_clip=0.1 batch_size=32 crop_padding=0 engine=fused epochs=1 ") &&
          Catch::EndsWith("\ndataset fashion-mnist train=55000 validation=5000 test=10000 "
                          "split_seed=0\nseed 7\n"));
  CHECK(canonical_trial(canonical_point(architecture, point.training, dataset), 7) == text);
}

TEST_CASE("A key that came later is part of a trial's content only if it is not the default") {
  const Point point = expanded("").points.front();
  const models::Architecture architecture = architecture_of(point.model, kSmallImages);
  const DatasetSpec dataset = resolved(parsed("").dataset, kSmallImages);
  models::ParameterMap older = point.training;
  REQUIRE(older.erase("class_weights") == 1);
  const std::string text = canonical_point(architecture, point.training, dataset);
  CHECK(text == canonical_point(architecture, older, dataset));
  models::ParameterMap weighted = point.training;
  weighted["class_weights"] = std::string("balanced");
  CHECK_THAT(canonical_point(architecture, weighted, dataset),
             Catch::Contains(" class_weights=balanced "));
  CHECK_THAT(text, !Catch::Contains("class_weights"));

  nlohmann::json json = point_to_json(point);
  json["training"].erase("class_weights");
  CHECK(point_from_json(json, 0).training == point.training);
}

TEST_CASE("The fill of crops is part of a trial's content only where it changes images") {
  Point point = expanded("").points.front();
  const models::Architecture architecture = architecture_of(point.model, kSmallImages);
  const DatasetSpec dataset = resolved(parsed("").dataset, kSmallImages);
  const auto text = [&](std::int64_t padding, const std::string& fill) {
    point.training["crop_padding"] = padding;
    point.training["crop_fill"] = fill;
    return canonical_point(architecture, point.training, dataset);
  };
  CHECK_THAT(text(2, "mean"), Catch::Contains(" crop_fill=mean crop_padding=2 "));
  CHECK_THAT(text(2, "black"),
             Catch::Contains(" crop_padding=2 ") && !Catch::Contains("crop_fill"));
  CHECK_THAT(text(0, "mean"), Catch::Contains(" crop_padding=0 ") && !Catch::Contains("crop_fill"));
  CHECK(text(0, "reflect") == text(0, "black"));
}

TEST_CASE("An id is 16 hexadecimal digits of XXH3") {
  CHECK(trial_id("") == "2d06800538d394c2");  // the published XXH3 of no bytes
  CHECK(trial_id("a") != trial_id("b"));
}

TEST_CASE("A model of an unknown family in a manifest is rejected") {
  models::ParameterMap model = expanded("").points.front().model;
  model["family"] = std::string("later");
  CHECK(message_of([&] { static_cast<void>(architecture_of(model, kSmallImages)); }) ==
        "unknown model family 'later'");
}

}  // namespace firesweep::sweep

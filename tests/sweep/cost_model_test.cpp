#include "sweep/study/cost_model.h"

#include <limits>

#include <catch2/catch.hpp>

#include "base/atomic_file.h"
#include "sweep/store/point_json.h"
#include "tests/sweep/support.h"

namespace firesweep::sweep {
namespace {

TimingObservation observed(std::int64_t macs, std::int64_t elements, double seconds) {
  return {"here", "fp32", "fused", 64, macs, elements, seconds};
}

models::Complexity complexity(std::int64_t macs, std::int64_t elements) {
  models::Complexity made;
  made.macs = macs;
  made.activation_elements = elements;
  return made;
}

double estimate(const CostModel& model, std::int64_t macs, std::int64_t elements) {
  return model.seconds_per_training_image(complexity(macs, elements), "fp32", "fused", 64).value();
}

}  // namespace

TEST_CASE("There is no estimate before a trial was timed") {
  const ScratchDirectory scratch;
  const CostModel model = CostModel::load(scratch.path() / "timing.json", "here");
  CHECK_FALSE(
      model.seconds_per_training_image(complexity(1000, 10), "fp32", "fused", 64).has_value());
}

TEST_CASE("Times that follow the model are reproduced, also after reloading") {
  const ScratchDirectory scratch;
  const auto file = scratch.path() / "cache" / "timing.json";
  CostModel model = CostModel::load(file, "here");
  const auto seconds = [](double macs, double elements) { return 2e-9 * macs + 3e-8 * elements; };
  model.record(observed(1000000, 50000, seconds(1e6, 5e4)));
  model.record(observed(9000000, 60000, seconds(9e6, 6e4)));
  model.record(observed(2000000, 90000, seconds(2e6, 9e4)));
  CHECK(estimate(model, 5000000, 70000) == Approx(seconds(5e6, 7e4)));
  CHECK(estimate(CostModel::load(file, "here"), 5000000, 70000) == Approx(seconds(5e6, 7e4)));
}

TEST_CASE("One observation scales with the MACs") {
  const ScratchDirectory scratch;
  CostModel model = CostModel::load(scratch.path() / "timing.json", "here");
  model.record(observed(1000000, 50000, 0.002));
  CHECK(estimate(model, 3000000, 1) == Approx(0.006));
}

TEST_CASE("No coefficient is negative, so a larger network never costs less") {
  const ScratchDirectory scratch;
  CostModel model = CostModel::load(scratch.path() / "timing.json", "here");
  model.record(observed(1000000, 90000, 0.001));
  model.record(observed(4000000, 10000, 0.009));
  model.record(observed(2000000, 80000, 0.002));
  CHECK(estimate(model, 2000000, 50000) >= estimate(model, 2000000, 0));
  CHECK(estimate(model, 4000000, 50000) > estimate(model, 2000000, 50000));
}

TEST_CASE("Another processor, precision or engine has estimates of its own") {
  const ScratchDirectory scratch;
  const auto file = scratch.path() / "timing.json";
  CostModel model = CostModel::load(file, "here");
  model.record(observed(1000000, 50000, 0.002));
  CHECK_FALSE(model.seconds_per_training_image(complexity(1, 1), "bf16", "fused", 64).has_value());
  CHECK_FALSE(
      model.seconds_per_training_image(complexity(1, 1), "fp32", "reference", 64).has_value());
  CHECK_FALSE(CostModel::load(file, "there")
                  .seconds_per_training_image(complexity(1, 1), "fp32", "fused", 64)
                  .has_value());
}

TEST_CASE("Estimates prefer observations of a similar batch size") {
  const ScratchDirectory scratch;
  CostModel model = CostModel::load(scratch.path() / "timing.json", "here");
  TimingObservation one_image = observed(1000000, 50000, 0.008);
  one_image.batch_size = 1;
  model.record(one_image);
  const auto seconds = [&](std::int64_t batch_size) {
    return *model.seconds_per_training_image(complexity(1000000, 50000), "fp32", "fused",
                                             batch_size);
  };
  CHECK(seconds(64) == Approx(0.008));
  model.record(observed(1000000, 50000, 0.002));
  CHECK(seconds(64) == Approx(0.002));
  CHECK(seconds(33) == Approx(0.002));
  CHECK(seconds(128) == Approx(0.002));
  CHECK(seconds(2) == Approx(0.008));
}

TEST_CASE("Only the newest observations are kept, and invalid ones are dropped") {
  const ScratchDirectory scratch;
  const auto file = scratch.path() / "timing.json";
  std::string text = R"({"schema_version": 2, "observations": [)";
  for (std::size_t i = 0; i < CostModel::kMaxObservations; ++i) {
    text +=
        std::string(i == 0 ? "" : ",") +
        R"({"processor": "here", "precision": "fp32", "engine": "fused", "batch_size": 64, "macs": )" +
        std::to_string(i + 1) + R"(, "activation_elements": 1, "seconds_per_image": 1})";
  }
  base::write_file_atomically(file, text + "]}");
  CostModel model = CostModel::load(file, "here");
  model.record(observed(777, 1, 1.0));
  model.record(observed(888, 1, 0.0));
  model.record(observed(888, 1, std::numeric_limits<double>::quiet_NaN()));
  const CostModel again = CostModel::load(file, "here");
  REQUIRE(again.observations().size() == CostModel::kMaxObservations);
  CHECK(again.observations().front().macs == 2);
  CHECK(again.observations().back().macs == 777);
}

TEST_CASE("A damaged file counts as empty") {
  const ScratchDirectory scratch;
  const auto file = scratch.path() / "timing.json";
  const auto text = GENERATE(
      values<std::string>({"", "{", "[]", R"({"schema_version": 9, "observations": []})",
                           R"({"schema_version": 2, "observations": [{"macs": "many"}]})"}));
  base::write_file_atomically(file, text);
  CHECK(CostModel::load(file, "here").observations().empty());
}

TEST_CASE("The expected engine of a design is the same after reading the design from a file") {
  const Expansion expansion = expanded("grid: {batch_norm: [false, true]}\n");
  REQUIRE(expansion.points.size() == 2);
  for (const Point& point : expansion.points) {
    const bool batch_norm = models::get_boolean(point.model, "batch_norm");
    CAPTURE(batch_norm);
    const Point stored = point_from_json(point_to_json(point), 1);
    const std::string expected = batch_norm ? "fused with batch_norm" : "fused";
    CHECK(expected_engine(stored, kSmallImages) == expected);
    CHECK(expected_engine(point, kSmallImages) == expected);
  }
}

TEST_CASE("The cost of a trial counts training images and a third of the evaluated images") {
  const SweepSpec spec =
      parsed("model: {batch_norm: false}\ntraining: {epochs: 2}\n",
             {"dataset.train=1000", "dataset.test=600", "dataset.validation=300"});
  const Expansion expansion = expand(spec, kSmallImages);
  const Point& point = expansion.points.front();
  const TrialImages images = trial_images(point, spec.dataset, kSmallImages);
  CHECK(images.trained == 2000);
  CHECK(images.evaluated == 1200);
  CHECK(training_macs(point, spec.dataset, kSmallImages) ==
        2000.0 * static_cast<double>(point.complexity.macs));
  const ScratchDirectory scratch;
  CostModel model = CostModel::load(scratch.path() / "timing.json", "here");
  model.record(observed(point.complexity.macs, point.complexity.activation_elements, 0.001));
  CHECK(model.trial_seconds(point, spec.dataset, kSmallImages).value() == Approx(2.4));
}

}  // namespace firesweep::sweep

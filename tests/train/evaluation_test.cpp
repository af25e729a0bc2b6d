#include "runners/train/evaluation.h"

#include <limits>

#include <nlohmann/json.hpp>

#include "tests/train/catch.h"
#include "tests/train/support.h"

namespace firesweep::runners::train {

namespace {

std::unique_ptr<TrainingEngine> engine_for(models::Network& network, const char* name) {
  return make_training_engine(network, architecture_from(small_model(), {1, 16, 16}, 4),
                              sweep::recipe_from(tiny_training({{"engine", std::string(name)}})),
                              torch::kCPU);
}

}  // namespace

TEST_CASE("Top-k counts labels among the k best; equal logits rank the lower class first") {
  const torch::Tensor logits = torch::tensor({{0.1F, 0.9F, 0.5F},    // ranks: 1, 2, 0
                                              {0.9F, 0.1F, 0.5F},    // 0, 2, 1
                                              {0.0F, 0.0F, 0.0F}});  // 0, 1, 2
  const torch::Tensor labels = torch::tensor({1, 1, 1}, torch::kInt64);
  CHECK(count_correct(logits, labels, 1) == 1);
  CHECK(count_correct(logits, labels, 2) == 2);
  CHECK(count_correct(logits, labels, 3) == 3);
}

TEST_CASE("The predicted class has the largest logit, of equal ones the lowest") {
  const torch::Tensor logits =
      torch::tensor({{0.1F, 0.9F, 0.5F}, {0.5F, 0.5F, 0.1F}, {-2.0F, -1.0F, -1.0F}});
  CHECK(predicted_classes(logits) == std::vector<std::int32_t>{1, 0, 1});
}

TEST_CASE("A network with constant outputs scores only its first class") {
  const ScratchDirectory scratch;
  DataCache cache(scratch.path());
  const PreparedData& data = cache.get(tiny_dataset());
  models::Network network(architecture_from(small_model(), {1, 16, 16}, 4));
  const torch::NoGradGuard no_grad;
  for (torch::Tensor& parameter : network.parameters()) {
    parameter.zero_();
  }
  const auto engine = engine_for(network, GENERATE("fused", "reference"));
  const Evaluation result = evaluate(*engine, data.dataset.images_for(data::Part::kTest),
                                     data.split.test, data.normalization);
  CHECK(result.images == 80);
  CHECK(result.top1 == Approx(0.25));
  CHECK(result.top5 == Approx(1.0));
  CHECK(result.loss == Approx(std::log(4.0)));
  CHECK(result.finite);
  REQUIRE(result.confusion);
  CHECK(result.confusion->classes() == 4);
  CHECK(sweep::to_json(*result.confusion).dump() == "[[0,0,20],[1,0,20],[2,0,20],[3,0,20]]");
}

TEST_CASE("The diagonal of the confusion matrix is what was counted as correct") {
  const ScratchDirectory scratch;
  DataCache cache(scratch.path());
  const PreparedData& data = cache.get(tiny_dataset());
  torch::manual_seed(3);
  models::Network network(architecture_from(small_model(), {1, 16, 16}, 4));
  const auto engine = engine_for(network, GENERATE("fused", "reference"));
  const Evaluation result = evaluate(*engine, data.dataset.images_for(data::Part::kTest),
                                     data.split.test, data.normalization);
  REQUIRE(result.confusion);
  CHECK(result.confusion->images() == 80);
  CHECK(static_cast<double>(result.confusion->correct()) == Approx(80.0 * result.top1));
  REQUIRE(result.correct);
  CHECK(result.correct->images() == 80);
  CHECK(result.correct->correct() == result.confusion->correct());
  for (const sweep::ClassCounts& counts : result.confusion->per_class()) {
    CHECK(counts.images == 20);
  }
}

TEST_CASE("Outputs that are not finite are reported, not silently scored as correct") {
  const ScratchDirectory scratch;
  DataCache cache(scratch.path());
  const PreparedData& data = cache.get(tiny_dataset());
  models::Network network(architecture_from(small_model(), {1, 16, 16}, 4));
  const torch::NoGradGuard no_grad;
  network.parameters().front().fill_(std::numeric_limits<float>::infinity());
  const auto engine = engine_for(network, GENERATE("fused", "reference"));
  const Evaluation result = evaluate(*engine, data.dataset.images_for(data::Part::kTest),
                                     data.split.test, data.normalization);
  CHECK_FALSE(result.finite);
  CHECK_FALSE(result.confusion);
  CHECK_FALSE(result.correct);
}

}  // namespace firesweep::runners::train

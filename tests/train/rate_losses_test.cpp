#include "runners/train/rate_losses.h"

#include <algorithm>
#include <cmath>
#include <string>

#include "tests/train/catch.h"
#include "tests/train/support.h"

namespace firesweep::runners::train {
namespace {

struct RateSetup {
  ScratchDirectory scratch;
  DataCache cache{scratch.path()};

  jobs::RateLosses losses(const jobs::RateJob& job) {
    return test_rates(job, cache.get(job.content.dataset), torch::kCPU);
  }
};

jobs::RateJob tiny_rate_job(const Changes& training = {}) {
  jobs::RateJob job;
  job.content.dataset = tiny_dataset();
  job.content.model = small_model();
  job.content.training = tiny_training(training);
  job.content.seed = 3;
  job.test.steps = 121;  // more than the 100 batches of an epoch
  return job;
}

}  // namespace

TEST_CASE(
    "A range test learns at some rate, on either engine, and the same seed is bit-identical") {
  const std::string engine = GENERATE(as<std::string>{}, "fused", "reference");
  RateSetup setup;
  jobs::RateJob job = tiny_rate_job(
      {{"engine", engine}, {"crop_padding", std::int64_t{1}}, {"batch_size", std::int64_t{64}}});
  // Networks as small as this one seldom learn in 121 steps without it.
  job.content.model = small_model({{"batch_norm", true}, {"dropout", 0.0}});
  const jobs::RateLosses first = setup.losses(job);
  CHECK_THAT(first.engine, Catch::StartsWith(engine));
  REQUIRE(first.losses.size() > 60);
  CHECK(first.losses.front() == Approx(std::log(4.0)).epsilon(0.3));
  const sweep::RangeCurve curve = sweep::range_curve(job.test, first.losses, std::log(4.0));
  REQUIRE(curve.suggested_rate);
  CHECK(*curve.suggested_rate > 1e-4);
  CHECK(*curve.suggested_rate < 2.0);
  CHECK(setup.losses(job).losses == first.losses);
  jobs::RateJob other = job;
  other.content.seed = 4;
  CHECK(setup.losses(other).losses != first.losses);
}

TEST_CASE("A range test does not depend on the sweep's rate, schedule, warm-up or epochs") {
  RateSetup setup;
  jobs::RateJob job = tiny_rate_job();
  job.test.steps = 12;
  jobs::RateJob other = tiny_rate_job({{"learning_rate", 9.0},
                                       {"schedule", std::string("cosine")},
                                       {"warmup_steps", std::int64_t{5}},
                                       {"epochs", std::int64_t{50}}});
  other.test.steps = 12;
  CHECK(setup.losses(job).losses == setup.losses(other).losses);
  CHECK(setup.losses(job).end == sweep::RangeEnd::kLastRate);
}

TEST_CASE("A loss that is no longer finite ends the test and is left out") {
  RateSetup setup;
  jobs::RateJob job = tiny_rate_job({{"gradient_clip_norm", 0.0}});
  job.test = {.first_rate = 1e-4, .last_rate = 1e30, .steps = 40};
  const jobs::RateLosses tested = setup.losses(job);
  CHECK(tested.losses.size() < 40);
  CHECK(tested.end != sweep::RangeEnd::kLastRate);
  CHECK(std::ranges::all_of(tested.losses, [](double loss) { return std::isfinite(loss); }));
}

TEST_CASE("Other data than the coordinator's are refused") {
  RateSetup setup;
  jobs::RateJob job = tiny_rate_job();
  job.dataset_checksum = "ffffffffffffffff";
  CHECK_THROWS_WITH(setup.losses(job), Catch::Contains("the data of 'synthetic' have changed") &&
                                           Catch::Contains("expected ffffffffffffffff"));
}

}  // namespace firesweep::runners::train

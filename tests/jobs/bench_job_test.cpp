#include "runners/jobs/bench_job.h"

#include <catch2/catch.hpp>

#include "base/error.h"
#include "runners/jobs/messages.h"

namespace firesweep::runners::jobs {
namespace {

DesignSpeed sample_speed() {
  DesignSpeed speed;
  speed.engine = "fused, fp32, \"quoted\"";
  speed.step = {.steps = 7,
                .seconds = 0.1,
                .seconds_min = 0.09,
                .seconds_max = 1.0 / 3.0,
                .minor_faults = 0.5,
                .processor_share = 0.75,
                .ended_at = {1.25, 1.5}};
  speed.peak_memory_bytes = 321'000'000;
  speed.input_seconds = 1e-3;
  speed.evaluation_image_seconds = 1e-4;
  LayerSpeed layer;
  layer.name = "fire2";
  layer.backward_seconds = 0.25;
  layer.forward_flops = 1e9;
  layer.implementations = "brgconv";
  speed.layers = {layer};
  speed.outside_layers_seconds = 0.0625;
  speed.limits = {2e11, 0.0, 3e10};
  return speed;
}

}  // namespace

TEST_CASE("A bench job is one line and comes back the same") {
  BenchJob before;
  before.data = {.image = {3, 32, 48}, .classes = 1000};
  before.model = {{"SR", 0.1}, {"bypass", std::string("simple")}};
  before.training = {{"batch_size", std::int64_t{3}}};
  before.seconds = 1.0 / 3.0;
  before.whole = false;
  const std::string line = serialize(Job("bench-7", before));
  CHECK(line.find('\n') == std::string::npos);
  const Job parsed = parse_job(line);
  CHECK(parsed.id == "bench-7");
  const BenchJob& after = std::get<BenchJob>(parsed.payload);
  CHECK(after.data.image == before.data.image);
  CHECK(after.data.classes == 1000);
  CHECK(after.model == before.model);
  CHECK(after.training == before.training);
  CHECK(after.seconds == before.seconds);
  CHECK_FALSE(after.whole);
}

TEST_CASE("Measured speeds are one line and come back the same") {
  const DesignSpeed before = sample_speed();
  const std::string line = serialize(Measured{"bench-7", before});
  CHECK(line.find('\n') == std::string::npos);
  const auto measured = std::get<Measured>(parse_event(line));
  CHECK(serialize(measured) == line);
  CHECK(measured.job_id == "bench-7");
  const DesignSpeed& after = measured.speed;
  CHECK(after.engine == before.engine);
  CHECK(after.step.seconds_max == before.step.seconds_max);
  CHECK(after.step.processor_share == before.step.processor_share);
  CHECK(after.step.ended_at == before.step.ended_at);
  CHECK(after.outside_layers_seconds == before.outside_layers_seconds);
  CHECK(after.peak_memory_bytes == before.peak_memory_bytes);
  CHECK(after.layers.at(0).backward_seconds == 0.25);
  CHECK(after.limits.memory_bytes == 3e10);
}

TEST_CASE("A worker that can't measure reports why, and nonsense is named") {
  const auto failed = std::get<JobFailed>(parse_event(serialize(JobFailed{"b", "no bf16 here"})));
  CHECK(failed.job_id == "b");
  CHECK(failed.reason == "no bf16 here");
  CHECK_THROWS_WITH(
      parse_event(R"({"event": "measured", "job_id": "b", "speed": {"engine": "x"}})"),
      Catch::Contains("bad event line: no measured speed") && Catch::Contains("step"));
  CHECK_THROWS_AS(parse_job(R"({"job": "bench", "job_id": "b", "data": 3})"), Error);
}

}  // namespace firesweep::runners::jobs

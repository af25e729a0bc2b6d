#include "runners/jobs/bench_messages.h"

#include <catch2/catch.hpp>

#include "base/error.h"

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

std::string speed_error(std::string_view line) {
  try {
    static_cast<void>(parse_speed(line));
  } catch (const Error& error) {
    return error.what();
  }
  return "no error";
}

}  // namespace

TEST_CASE("A bench job is one line and comes back the same") {
  BenchJob before;
  before.data = {.image = {3, 32, 48}, .classes = 1000};
  before.model = {{"SR", 0.1}, {"bypass", std::string("simple")}};
  before.training = {{"batch_size", std::int64_t{3}}};
  before.seconds = 1.0 / 3.0;
  before.whole = false;
  const std::string line = serialize(before);
  CHECK(line.find('\n') == std::string::npos);
  const BenchJob after = parse_bench_job(line);
  CHECK(after.data.image == before.data.image);
  CHECK(after.data.classes == 1000);
  CHECK(after.model == before.model);
  CHECK(after.training == before.training);
  CHECK(after.seconds == before.seconds);
  CHECK_FALSE(after.whole);
}

TEST_CASE("Measured speeds are one line and come back the same") {
  const DesignSpeed before = sample_speed();
  const std::string line = serialize(before);
  CHECK(line.find('\n') == std::string::npos);
  const DesignSpeed after = parse_speed(line);
  CHECK(serialize(after) == line);
  CHECK(after.engine == before.engine);
  CHECK(after.step.seconds_max == before.step.seconds_max);
  CHECK(after.step.processor_share == before.step.processor_share);
  CHECK(after.step.ended_at == before.step.ended_at);
  CHECK(after.outside_layers_seconds == before.outside_layers_seconds);
  CHECK(after.peak_memory_bytes == before.peak_memory_bytes);
  CHECK(after.layers.at(0).backward_seconds == 0.25);
  CHECK(after.limits.memory_bytes == 3e10);
}

TEST_CASE("A worker that can't measure says why, and nonsense is named") {
  CHECK(speed_error(serialize_bench_error("no bf16 here")) == "no bf16 here");
  CHECK_THAT(speed_error(R"({"speed": {"engine": "x"}})"),
             Catch::Contains("bad answer of a worker") && Catch::Contains("step"));
  CHECK_THAT(speed_error("Segmentation fold"), Catch::Contains("byte"));
  CHECK_THROWS_AS(parse_bench_job(R"({"data": 3})"), Error);
}

}  // namespace firesweep::runners::jobs

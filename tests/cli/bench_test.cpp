#include "cli/bench.h"

#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>

#include "runners/run/bench_analysis.h"
#include "tests/cli/command.h"

namespace firesweep::cli {
namespace {

/// A step of 100 ms, batch 10, on a machine of 100 GFLOP/s and 10 GB/s: ridge at 10 operations
/// per byte.
runners::run::BenchedDesign sample_design() {
  runners::run::BenchedDesign design;
  design.label = "SR=0.5";
  design.precision = "fp32";
  design.engine = "fused";
  design.batch_size = 10;
  design.macs = 80'000'000;  // with 3 passes but for the first layer's: 4 GFLOP per step
  design.first_macs = 40'000'000;
  design.speed.engine = "fused, fp32";
  design.speed.step = {.steps = 20,
                       .seconds = 0.1,
                       .seconds_min = 0.08,
                       .seconds_max = 0.2,
                       .minor_faults = 2.0,
                       .processor_share = 1.0,
                       .ended_at = {}};
  design.speed.peak_memory_bytes = std::int64_t{300} << 20U;
  design.speed.input_seconds = 0.002;
  design.speed.evaluation_image_seconds = 0.004;
  design.speed.limits = {100e9, 0.0, 10e9};
  runners::jobs::LayerSpeed convolution;
  convolution.name = "conv1";
  convolution.forward_seconds = 0.02;
  convolution.backward_seconds = 0.06;
  convolution.forward_alone_seconds = 0.02;
  convolution.backward_alone_seconds = 0.04;
  convolution.forward_flops = 1e9;   // 50 GFLOP/s
  convolution.backward_flops = 3e9;  // 50 GFLOP/s
  convolution.forward_bytes = 2e8;   // 5 operations per byte: memory allows 50 GFLOP/s
  convolution.backward_bytes = 1e8;  // 30 operations per byte
  convolution.implementations = "squeeze jit_1x1:avx2, gemm:any; expand3x3 jit_1x1:avx2";
  runners::jobs::LayerSpeed pool;
  pool.name = "pool1";
  pool.forward_seconds = 0.005;
  pool.backward_seconds = 0.003;
  design.speed.layers = {convolution, pool};
  design.speed.outside_layers_seconds = 0.012;
  return design;
}

runners::run::DesignAnalysis analyzed(const runners::run::BenchedDesign& design) {
  return runners::run::analyze(design, design.speed.limits);
}

}  // namespace

TEST_CASE("A layer is set against the roof it runs under") {
  const runners::run::DesignAnalysis analysis = analyzed(sample_design());
  const runners::run::LayerAnalysis& convolution = analysis.layers.at(0);
  REQUIRE(convolution.forward);
  CHECK(convolution.forward->flops_per_second == Approx(50e9));
  CHECK(convolution.forward->peak_share == Approx(0.5));
  CHECK(convolution.forward->intensity == Approx(5.0));
  CHECK(convolution.forward->memory_bound);
  CHECK(convolution.forward->roof_share == Approx(1.0));
  REQUIRE(convolution.backward);
  CHECK_FALSE(convolution.backward->memory_bound);
  CHECK(convolution.backward->roof_share == Approx(0.5));
  CHECK(*convolution.alone_share == Approx(0.75));
  CHECK_FALSE(analysis.layers.at(1).forward);
  CHECK_FALSE(analysis.layers.at(1).alone_share);
}

TEST_CASE("A step is divided into its parts, and its parts make the step") {
  const runners::run::DesignAnalysis analysis = analyzed(sample_design());
  CHECK(analysis.images_per_second == Approx(100.0));
  CHECK(analysis.bound_images_per_second == Approx(10 / 0.06));
  CHECK(analysis.bound_share == Approx(0.6));
  CHECK(analysis.peak_share == Approx(0.4));
  CHECK(analysis.convolution_share == Approx(0.8));
  CHECK(analysis.other_layers_share == Approx(0.08));
  CHECK(analysis.input_share == Approx(0.02));
  CHECK(analysis.rest_share == Approx(0.1));
  CHECK(analysis.memory_bound_share == Approx(0.2));
}

TEST_CASE("The roofline in words") {
  runners::run::BenchedDesign design = sample_design();
  design.at_once = runners::run::AtOnce{2, 190.0};
  CHECK(
      runners::run::summary(design, design.speed.limits) ==
      std::vector<std::string>{
          "100 images/s (50 to 125 in 20 steps): 60 % of the 167 that its convolutions "
          "would reach in isolation in oneDNN; 40 GFLOP/s, 40 % of the peak",
          "per step: convolution layers 80 %, pools and dropout 8 %, images 2.0 %, loss and update "
          "10 %",
          "fewer than 10 operations per byte, so that memory is the limit unless caches help: "
          "conv1 (forward), 20 % of the step",
          "evaluation 250 images/s; minor faults 2.0 per step; peak memory 314.6 MB",
          "2 trials at once: 190 images/s together, 1.90 times one"});
  design.speed.step.processor_share = 0.52;
  CHECK_THAT(runners::run::summary(design, design.speed.limits).at(4),
             Catch::Contains("had a processor only 52 % of the time"));
}

TEST_CASE("Time outside convolutions is as measured, not the rest of the step") {
  runners::run::BenchedDesign design = sample_design();
  design.speed.layers.front().forward_seconds = 0.04;  // the parts are medians of their own
  const runners::run::DesignAnalysis analysis = analyzed(design);
  CHECK(analysis.rest_share == Approx(0.1));
  CHECK(analysis.convolution_share + analysis.other_layers_share + analysis.input_share +
            analysis.rest_share >
        1.19);
}

TEST_CASE("Without layers or a known peak, only what was measured is shown") {
  runners::run::BenchedDesign design = sample_design();
  design.speed.layers.clear();
  CHECK(runners::run::summary(design, design.speed.limits).front() ==
        "100 images/s (50 to 125 in 20 steps); 40 GFLOP/s, 40 % of the peak");
  design = sample_design();
  design.speed.limits.fp32_flops = 0.0;
  const runners::run::DesignAnalysis analysis = analyzed(design);
  CHECK_FALSE(analysis.layers.at(0).forward);
  CHECK(analysis.peak_share == 0.0);
  CHECK(analysis.bound_share == Approx(0.6));
}

TEST_CASE("The peak for bf16 is that of the faster multipliers") {
  runners::run::BenchedDesign design = sample_design();
  const double fp32_share = analyzed(design).peak_share;
  design.precision = "bf16";
  design.speed.limits.bf16_flops = 0.5 * design.speed.limits.fp32_flops;
  CHECK(analyzed(design).peak_share == fp32_share);
  design.speed.limits.bf16_flops = 2.0 * design.speed.limits.fp32_flops;
  CHECK(analyzed(design).peak_share == Approx(0.5 * fp32_share));
}

TEST_CASE("Tables and JSON tell the same, and name what could not be measured") {
  runners::run::BenchedDesign failed;
  failed.label = "SR=1";
  failed.error = "no bf16 here";
  const runners::run::Bench bench{
      "sample", {{"processor", "P9"}, {"cores", 4}}, {sample_design(), failed}};
  CHECK_THAT(
      bench_table(bench),
      Catch::StartsWith("P9, 4 processors; one thread reaches 100 GFLOP/s in fp32 (no bf16 "
                        "instructions), and 10.0 GB/s read and written in memory\n") &&
          Catch::Contains("\nSR=0.5: 80.0 M MACs per image, batch 10; engine: fused, fp32\n") &&
          Catch::Contains("5 m") && Catch::Contains("  jit_1x1, gemm\n") &&
          Catch::Contains("\nSR=1: not measured: no bf16 here\n"));
  const auto json = nlohmann::json::parse(runners::run::bench_json(bench));
  CHECK(json.at("limits").at("bf16_flops_per_second").is_null());
  const auto& design = json.at("designs").at(0);
  CHECK(design.at("step").at("images_per_second") == Approx(100.0));
  CHECK(design.at("layers").at(0).at("forward").at("bound_by") == "memory");
  CHECK_FALSE(design.at("layers").at(1).at("forward").contains("bound_by"));
  CHECK(design.at("summary").size() == 4);
  CHECK(json.at("designs").at(1).at("error") == "no bf16 here");
}

TEST_CASE("bench refuses what can't be measured, and tells of a worker that dies") {
  CHECK(command({"bench", "--seconds", "nan"}).exit_code == 2);
  CHECK(command({"bench", "absent.yaml"}).exit_code == 2);
  const Answer answer = command({"bench", "--worker", "/bin/false", "--seconds", "0.1"});
  CHECK(answer.exit_code == 1);
  CHECK_THAT(answer.output, Catch::Contains("the worker does not start: exited with status 1"));
}

}  // namespace firesweep::cli

// The gain of the training engine's own convolutions over oneDNN's: whole steps of one design
// without LibTorch (forward and backward pass, weights packed again), in turn with each
// implementation.
#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <ctime>
#include <random>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include <CLI/CLI.hpp>
#include <dnnl.hpp>
#include <fmt/format.h>
#include <omp.h>

#include "base/median.h"
#include "models/architecture.h"
#include "models/family.h"
#include "runners/engine/fused_engine.h"

namespace firesweep::bench {

namespace {

namespace engine = runners::engine;
using engine::ConvolutionKernels;

struct Options {
  std::string preset = "small";
  std::int64_t channels = 1;
  std::int64_t size = 28;
  std::int64_t classes = 10;
  std::int64_t batch_size = 128;
  std::string precision = "fp32";
  std::string bypass = "none";
  double SR = 0.125;
  std::int64_t steps = 8;
  std::int64_t rounds = 5;
};

models::Architecture architecture_for(const Options& options) {
  const models::Family& family = *models::find_family("squeezenet");
  models::ParameterMap values = family.preset(options.preset);
  values["bypass"] = options.bypass;
  values["SR"] = options.SR;
  auto design =
      family.design(values, {options.channels, options.size, options.size}, options.classes);
  if (!design.architecture) {
    throw std::invalid_argument(design.diagnostics.front().message);
  }
  return std::move(*design.architecture);
}

std::vector<float> noise(std::int64_t count, double deviation) {
  std::mt19937 random(static_cast<std::uint32_t>(count));
  std::normal_distribution<float> normal(0.0F, static_cast<float>(deviation));
  std::vector<float> values(static_cast<std::size_t>(count));
  std::ranges::generate(values, [&] { return normal(random); });
  return values;
}

/// Random weights of every convolution, and their gradients.
class Parameters {
 public:
  explicit Parameters(const models::Architecture& architecture) {
    for (const models::Stage& stage : architecture.stages) {
      for (const models::Convolution& convolution : models::convolutions_of(stage.operation)) {
        add(convolution.in_channels, convolution.out_channels, convolution.kernel);
      }
    }
  }

  [[nodiscard]] engine::ConvolutionWeights weights() {
    engine::ConvolutionWeights weights;
    for (std::size_t i = 0; i < values_.size(); i += 2) {
      weights.push_back({values_[i].data(), values_[i + 1].data(), gradients_[i].data(),
                         gradients_[i + 1].data()});
    }
    return weights;
  }

 private:
  void add(std::int64_t in, std::int64_t out, std::int64_t kernel) {
    const std::int64_t inputs = in * kernel * kernel;
    values_.push_back(noise(inputs * out, std::sqrt(2.0 / static_cast<double>(inputs))));
    values_.push_back(noise(out, 0.1));
    for (std::size_t i = values_.size() - 2; i < values_.size(); ++i) {
      gradients_.emplace_back(values_[i].size());
    }
  }

  std::vector<std::vector<float>> values_;  // weight, bias, weight, ...
  std::vector<std::vector<float>> gradients_;
};

/// Of this process: time of other programs does not count.
double processor_seconds() {
  timespec now{};
  clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
  return static_cast<double>(now.tv_sec) + 1e-9 * static_cast<double>(now.tv_nsec);
}

struct Contestant {
  std::string name;
  ConvolutionKernels kernels;
  std::vector<double> seconds;  // the median step of each round
};

std::vector<Contestant> contestants() {
  using enum ConvolutionKernels;
  return {{"oneDNN", kOneDnn, {}},
          {"direct in Fire modules", kDirectInFire, {}},
          {"direct everywhere", kDirect, {}},
          {"direct, no Winograd", kDirectSums, {}}};
}

double median_step(const Options& options, const models::Architecture& architecture,
                   ConvolutionKernels kernels) {
  const auto element =
      options.precision == "bf16" ? engine::Element::kBf16 : engine::Element::kFp32;
  Parameters parameters(architecture);
  engine::FusedEngine fused(architecture, element, parameters.weights(), kernels);
  const auto images = noise(options.batch_size * architecture.input.elements(), 1.0);
  std::vector<float> logits(static_cast<std::size_t>(options.batch_size * architecture.classes));
  const auto gradient = noise(static_cast<std::int64_t>(logits.size()), 1e-3);
  std::vector<double> seconds;
  for (std::int64_t step = 0; step <= options.steps; ++step) {
    const double start = processor_seconds();
    fused.weights_changed();
    fused.forward(images, logits, /*training=*/true);
    fused.backward(gradient);
    if (step > 0) {  // the first one lays out the plan and touches its memory
      seconds.push_back(processor_seconds() - start);
    }
  }
  return base::median(std::move(seconds));
}

std::vector<Contestant> measure(const Options& options) {
  const models::Architecture architecture = architecture_for(options);
  std::vector<Contestant> all = contestants();
  for (std::int64_t round = 0; round < options.rounds; ++round) {
    for (std::size_t i = 0; i < all.size(); ++i) {
      Contestant& next = all[(i + static_cast<std::size_t>(round)) % all.size()];
      next.seconds.push_back(median_step(options, architecture, next.kernels));
    }
  }
  return all;
}

/// Ratios are formed within a round, whose contestants met the machine in the same minutes.
void report(const Options& options, const std::vector<Contestant>& all) {
  const auto* version = dnnl::version();
  fmt::print("{}, {}x{}x{}, batch {}, {}, SR {}, bypass {}; oneDNN {}.{}.{}\n\n", options.preset,
             options.channels, options.size, options.size, options.batch_size, options.precision,
             options.SR, options.bypass, version->major, version->minor, version->patch);
  fmt::print("{:24}{:>14}{:>12}{:>26}\n", "", "CPU ms/step", "images/s", "speed-up over oneDNN");
  for (const Contestant& one : all) {
    std::vector<double> ratios;
    for (std::size_t round = 0; round < one.seconds.size(); ++round) {
      ratios.push_back(all.front().seconds[round] / one.seconds[round]);
    }
    const auto [low, high] = std::ranges::minmax(ratios);
    const double seconds = base::median(one.seconds);
    fmt::print("{:24}{:14.1f}{:12.1f}{:>26}\n", one.name, 1e3 * seconds,
               static_cast<double>(options.batch_size) / seconds,
               fmt::format("{:.2f} ({:.2f} to {:.2f})", base::median(ratios), low, high));
  }
}

int run(int argc, char** argv) {
  CLI::App app{
      "Measures whole steps of the training engine with oneDNN's convolutions and its own."};
  Options options;
  app.add_option("--preset", options.preset, "small, v1.0 or v1.1");
  app.add_option("--channels", options.channels, "Channels of the images");
  app.add_option("--size", options.size, "Height and width of the images, pixels");
  app.add_option("--classes", options.classes, "Classes");
  app.add_option("--batch-size", options.batch_size, "Images per step")->check(CLI::PositiveNumber);
  app.add_option("--precision", options.precision)->check(CLI::IsMember({"fp32", "bf16"}));
  app.add_option("--bypass", options.bypass)->check(CLI::IsMember({"none", "simple", "complex"}));
  app.add_option("--SR", options.SR, "Squeeze ratio");
  app.add_option("--steps", options.steps, "Steps counted per round")->check(CLI::PositiveNumber);
  app.add_option("--rounds", options.rounds, "Rounds")->check(CLI::PositiveNumber);
  CLI11_PARSE(app, argc, argv);
  omp_set_num_threads(1);
  report(options, measure(options));
  return 0;
}

}  // namespace

}  // namespace firesweep::bench

int main(int argc, char** argv) {
  try {
    return firesweep::bench::run(argc, argv);
  } catch (const std::exception& error) {
    fmt::print(stderr, "engine_convolutions: {}\n", error.what());
    return 1;
  }
}

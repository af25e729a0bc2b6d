// What batch normalisation costs: whole training steps of the sweeps' designs with the fused
// engine, without and with it, and with LibTorch's operators, in turn on one thread.
#include <algorithm>
#include <cstdint>
#include <ctime>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include <ATen/Parallel.h>
#include <CLI/CLI.hpp>
#include <fmt/format.h>

#include "base/median.h"
#include "models/family.h"
#include "runners/train/training_engine.h"

namespace firesweep::bench {

namespace {

struct Options {
  std::int64_t steps = 8;
  std::int64_t rounds = 5;
  std::string precision = "fp32";
};

/// Of configs/quickstart.yaml and configs/clipart.yaml.
struct Design {
  std::string name;
  models::Shape images;
  std::int64_t classes;
  std::int64_t conv1_filters;
  double SR;
};

std::vector<Design> designs() {
  return {{"quickstart, SR 0.125", {1, 28, 28}, 10, 16, 0.125},
          {"quickstart, SR 0.5", {1, 28, 28}, 10, 16, 0.5},
          {"clipart, SR 0.125", {3, 48, 48}, 10, 32, 0.125},
          {"clipart, SR 0.5", {3, 48, 48}, 10, 32, 0.5}};
}

models::Architecture architecture_of(const Design& design, bool batch_norm) {
  const models::Family& family = *models::find_family("squeezenet");
  models::ParameterMap values = family.preset("small");
  values["base_e"] = std::int64_t{32};
  values["incr_e"] = std::int64_t{32};
  values["conv1_filters"] = design.conv1_filters;
  values["fire_modules"] = std::int64_t{6};
  values["dropout"] = 0.0;
  values["final_relu"] = false;
  values["bypass"] = std::string("simple");
  values["SR"] = design.SR;
  values["batch_norm"] = batch_norm;
  return family.design(values, design.images, design.classes).architecture.value();
}

/// Of this process: time of other programs does not count.
double processor_seconds() {
  timespec now{};
  clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
  return static_cast<double>(now.tv_sec) + 1e-9 * static_cast<double>(now.tv_nsec);
}

/// One way to train a design.
class Contestant {
 public:
  Contestant(const Options& options, const Design& design, sweep::Engine engine, bool batch_norm) {
    const models::Architecture architecture = architecture_of(design, batch_norm);
    torch::manual_seed(1);
    network_ = models::make_network(architecture);
    sweep::TrainingRecipe recipe;
    recipe.batch_size = kImages;
    recipe.gradient_clip_norm = 1.0;
    recipe.engine = engine;
    recipe.precision =
        options.precision == "bf16" ? sweep::Precision::kBf16 : sweep::Precision::kFp32;
    engine_ = runners::train::make_training_engine(*network_, architecture, recipe, torch::kCPU);
    const models::Shape& shape = design.images;
    batch_ = {.images = torch::randn({kImages, shape.height, shape.width, shape.channels})
                            .permute({0, 3, 1, 2}),
              .labels = torch::randint(design.classes, {kImages}, torch::kInt64)};
    step();  // lays out memory and touches it
  }

  void step() { static_cast<void>(engine_->train_step(batch_, 0.01, 1)); }
  /// Appends the median of some steps.
  void run_round(std::int64_t steps) {
    std::vector<double> taken;
    for (std::int64_t i = 0; i < steps; ++i) {
      const double start = processor_seconds();
      step();
      taken.push_back(processor_seconds() - start);
    }
    seconds.push_back(base::median(std::move(taken)));
  }
  [[nodiscard]] double images_per_second() const {
    return static_cast<double>(kImages) / base::median(seconds);
  }

  std::vector<double> seconds;  // a round each

 private:
  static constexpr std::int64_t kImages = 32;

  std::shared_ptr<models::Network> network_;
  std::unique_ptr<runners::train::TrainingEngine> engine_;
  runners::train::Batch batch_;
};

/// The median of the rounds' ratios: contestants of a round met the machine in the same minute.
double ratio(const Contestant& slower, const Contestant& faster) {
  std::vector<double> ratios;
  for (std::size_t i = 0; i < slower.seconds.size(); ++i) {
    ratios.push_back(slower.seconds[i] / faster.seconds[i]);
  }
  return base::median(std::move(ratios));
}

void measure(const Options& options, const Design& design) {
  std::vector<Contestant> all;
  all.emplace_back(options, design, sweep::Engine::kFused, false);
  all.emplace_back(options, design, sweep::Engine::kFused, true);
  all.emplace_back(options, design, sweep::Engine::kReference, true);
  for (std::int64_t round = 0; round < options.rounds; ++round) {
    for (std::size_t i = 0; i < all.size(); ++i) {
      all[(i + static_cast<std::size_t>(round)) % all.size()].run_round(options.steps);
    }
  }
  fmt::print("{:22}{:>6}{:>10.0f}{:>10.0f}{:>12.0f}{:>12.2f}{:>14.2f}\n", design.name,
             options.precision, all[0].images_per_second(), all[1].images_per_second(),
             all[2].images_per_second(), ratio(all[1], all[0]), ratio(all[2], all[1]));
}

int run(int argc, char** argv) {
  CLI::App app{"Measures what batch normalisation costs, in processor time."};
  Options options;
  app.add_option("--precision", options.precision)->check(CLI::IsMember({"fp32", "bf16"}));
  app.add_option("--steps", options.steps, "Steps per round")->check(CLI::PositiveNumber);
  app.add_option("--rounds", options.rounds, "Rounds")->check(CLI::PositiveNumber);
  CLI11_PARSE(app, argc, argv);
  at::set_num_threads(1);
  fmt::print("{:22}{:>6}{:>10}{:>10}{:>12}{:>12}{:>14}\n", "images/s", "", "without", "with",
             "reference", "cost", "vs reference");
  for (const Design& design : designs()) {
    measure(options, design);
  }
  return 0;
}

}  // namespace

}  // namespace firesweep::bench

int main(int argc, char** argv) {
  try {
    return firesweep::bench::run(argc, argv);
  } catch (const std::exception& error) {
    fmt::print(stderr, "batch_norm_steps: {}\n", error.what());
    return 1;
  }
}

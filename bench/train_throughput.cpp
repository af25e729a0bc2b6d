// Training speed of one design on one thread: the real trainer on synthetic images, data pipeline
// included. Prints one JSON object.
#include <algorithm>
#include <chrono>
#include <numeric>
#include <string>
#include <vector>

#include <ATen/Parallel.h>
#include <CLI/CLI.hpp>
#include <fmt/format.h>
#include <nlohmann/json.hpp>
#include <sys/resource.h>

#include "base/median.h"
#include "models/family.h"
#include "runners/data/dataset.h"
#include "runners/train/trainer.h"

namespace firesweep::bench {

namespace {

struct Options {
  std::string preset = "small";
  std::int64_t channels = 1;
  std::int64_t size = 28;
  std::int64_t classes = 10;
  std::int64_t batch_size = 128;
  std::string precision = "fp32";
  std::string engine = "fused";
  std::string bypass = "none";
  double SR = 0.125;
  std::int64_t steps = 20;
  std::int64_t warmup_steps = 3;
  bool augment = true;
  int threads = 1;
};

/// Time and page faults after each step.
struct Sample {
  std::chrono::steady_clock::time_point time;
  std::int64_t minor_faults = 0;
};

Sample sample_now() {
  rusage usage{};
  getrusage(RUSAGE_SELF, &usage);
  return {std::chrono::steady_clock::now(), usage.ru_minflt};
}

models::Architecture architecture_for(const Options& options) {
  const models::Family& family = *models::find_family("squeezenet");
  models::ParameterMap values = family.preset(options.preset);
  values["bypass"] = options.bypass;
  values["SR"] = options.SR;
  values["batch_norm"] = false;
  values["dropout"] = 0.5;  // as the baselines' network has it
  values["final_relu"] = true;
  auto design =
      family.design(values, {options.channels, options.size, options.size}, options.classes);
  if (!design.architecture) {
    throw std::invalid_argument(design.diagnostics.front().message);
  }
  return std::move(*design.architecture);
}

sweep::TrainingRecipe recipe_for(const Options& options) {
  sweep::TrainingRecipe recipe;
  recipe.batch_size = options.batch_size;
  recipe.learning_rate = 0.01;
  recipe.precision =
      options.precision == "bf16" ? sweep::Precision::kBf16 : sweep::Precision::kFp32;
  recipe.engine = options.engine == "fused" ? sweep::Engine::kFused : sweep::Engine::kReference;
  recipe.crop_padding = options.augment ? 2 : 0;
  recipe.horizontal_flip = options.augment;
  return recipe;
}

std::vector<Sample> measure(const Options& options) {
  sweep::DatasetSpec spec;
  spec.name = "synthetic";
  spec.shape = models::Shape{options.channels, options.size, options.size};
  // Synthetic images have at most 1000 classes; a network may have more than the data use.
  spec.classes = std::min<std::int64_t>(options.classes, 1000);
  spec.train = (options.steps + options.warmup_steps) * options.batch_size;
  spec.validation = *spec.classes;
  spec.test = *spec.classes;
  const auto dataset = runners::data::open_dataset(spec, runners::data::default_cache_directory());
  std::vector<std::int32_t> indices(static_cast<std::size_t>(*spec.train));
  std::iota(indices.begin(), indices.end(), 0);
  const runners::train::Normalization normalization(dataset.train(), indices);
  runners::train::Trainer trainer(architecture_for(options), recipe_for(options),
                                  {dataset.train(), indices, normalization}, 1);
  std::vector<Sample> samples;
  const auto epoch =
      trainer.train_epoch([&samples](std::int64_t /*images*/) { samples.push_back(sample_now()); });
  if (epoch.diverged_at_step) {
    throw std::runtime_error("training diverged: nothing was measured");
  }
  return samples;
}

nlohmann::json summarize(const Options& options, const std::vector<Sample>& samples) {
  std::vector<double> seconds;
  const auto first = static_cast<std::size_t>(options.warmup_steps);
  for (std::size_t i = first; i < samples.size(); ++i) {
    seconds.push_back(std::chrono::duration<double>(samples[i].time - samples[i - 1].time).count());
  }
  const std::int64_t faults = samples.back().minor_faults - samples[first - 1].minor_faults;
  std::ranges::sort(seconds);
  const double median = base::median(seconds);
  rusage usage{};
  getrusage(RUSAGE_SELF, &usage);
  return {
      {"images_per_second", static_cast<double>(options.batch_size) / median},
      {"step_seconds_median", median},
      {"step_seconds_min", seconds.front()},
      {"step_seconds_max", seconds.back()},
      {"steps", seconds.size()},
      {"minor_faults_per_step", static_cast<double>(faults) / static_cast<double>(seconds.size())},
      {"peak_memory_mib", static_cast<double>(usage.ru_maxrss) / 1024.0}};
}

int run(int argc, char** argv) {
  CLI::App app{"Measures the training speed of one design on one thread."};
  Options options;
  app.add_option("--preset", options.preset, "small, v1.0 or v1.1");
  app.add_option("--channels", options.channels, "Channels of the images");
  app.add_option("--size", options.size, "Height and width of the images, pixels");
  app.add_option("--classes", options.classes, "Classes");
  app.add_option("--batch-size", options.batch_size, "Images per step")->check(CLI::PositiveNumber);
  app.add_option("--precision", options.precision)->check(CLI::IsMember({"fp32", "bf16"}));
  app.add_option("--engine", options.engine)->check(CLI::IsMember({"fused", "reference"}));
  app.add_option("--bypass", options.bypass)->check(CLI::IsMember({"none", "simple", "complex"}));
  app.add_option("--SR", options.SR, "Squeeze ratio");
  app.add_option("--steps", options.steps, "Steps counted")->check(CLI::PositiveNumber);
  app.add_option("--warmup-steps", options.warmup_steps, "Steps before")
      ->check(CLI::PositiveNumber);
  app.add_flag("!--no-augment", options.augment, "No random crop and flip");
  app.add_option("--threads", options.threads, "Threads")->check(CLI::PositiveNumber);
  CLI11_PARSE(app, argc, argv);
  at::set_num_threads(options.threads);
  fmt::print("{}\n", summarize(options, measure(options)).dump());
  return 0;
}

}  // namespace

}  // namespace firesweep::bench

int main(int argc, char** argv) {
  try {
    return firesweep::bench::run(argc, argv);
  } catch (const std::exception& error) {
    fmt::print(stderr, "train_throughput: {}\n", error.what());
    return 1;
  }
}

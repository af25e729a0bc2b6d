// A run directory like those of `firesweep run`, with synthetic results: to try reports on sweeps
// of any size in seconds. The same arguments give the same files.
#include <algorithm>
#include <cmath>
#include <cstdint>
#include <exception>
#include <filesystem>
#include <fstream>
#include <random>
#include <string>
#include <vector>

#include <CLI/CLI.hpp>
#include <fmt/format.h>

#include "base/atomic_file.h"
#include "base/log.h"
#include "runners/data/dataset.h"
#include "sweep/spec/sweep_spec.h"
#include "sweep/store/confusion.h"
#include "sweep/store/data_summary.h"
#include "sweep/store/run_directory.h"
#include "sweep/study/expand.h"

namespace {

using namespace firesweep;

struct Options {
  std::filesystem::path config;
  std::filesystem::path out;
  std::uint64_t seed = 1;
  double failures = 0.01;  // fraction of trials that fail, diverge or don't learn
  int workers = 8;
  bool classes = false;  // also data.json and confusion matrices
};

/// From 0 to 1, only from the generator's bits: standard distributions differ between libraries.
double uniform(std::mt19937_64& random) {
  return static_cast<double>(random() >> 11U) * 0x1p-53;
}

/// Grows with size and saturates, as real networks' accuracy does, with a spread between seeds.
double accuracy(const sweep::Point& point, std::mt19937_64& random) {
  const double size = std::log10(static_cast<double>(point.complexity.weight_bytes));
  const double noise = uniform(random) + uniform(random) + uniform(random) - 1.5;
  return std::clamp(0.95 - 0.5 * std::exp(-0.6 * (size - 3.0)) + 0.01 * noise, 0.0, 1.0);
}

sweep::EpochMetrics epoch_metrics(std::int64_t epoch, std::int64_t epochs, double top1) {
  const double progress = static_cast<double>(epoch) / static_cast<double>(epochs);
  sweep::EpochMetrics metrics;
  metrics.epoch = epoch;
  metrics.train_loss = 2.3 * std::exp(-2.0 * progress);
  metrics.validation_loss = metrics.train_loss + 0.05;
  metrics.validation_top1 =
      top1 * (1.0 - 0.3 * std::exp(-3.0 * progress)) / (1.0 - 0.3 * std::exp(-3.0));
  metrics.validation_top5 = std::min(1.0, metrics.validation_top1 + 0.1);
  metrics.learning_rate = 0.05 * (1.0 - progress);
  return metrics;
}

/// The time of one worker.
struct Clock {
  double now = 1.8e9;  // seconds since 1970
};

std::vector<sweep::EpochMetrics> curve(const sweep::Point& point, double top1, int worker,
                                       Clock& clock) {
  const std::int64_t epochs = models::get_integer(point.training, "epochs");
  std::vector<sweep::EpochMetrics> metrics;
  for (std::int64_t epoch = 1; epoch <= epochs; ++epoch) {
    metrics.push_back(epoch_metrics(epoch, epochs, top1));
    metrics.back().seconds = 1.0 + static_cast<double>(point.complexity.macs) / 1e7;
    clock.now += metrics.back().seconds;
    metrics.back().finished_at = clock.now;
    metrics.back().worker = fmt::format("synthetic/{}", worker);
  }
  return metrics;
}

sweep::TrialResult completed(const std::string& id,
                             const std::vector<sweep::EpochMetrics>& epochs) {
  sweep::TrialResult result;
  result.id = id;
  result.state = sweep::TrialState::kCompleted;
  result.epochs = static_cast<std::int64_t>(epochs.size());
  result.validation_top1 = epochs.back().validation_top1;
  result.validation_top5 = epochs.back().validation_top5;
  result.test_top1 = std::max(0.0, epochs.back().validation_top1 - 0.005);
  result.test_top5 = epochs.back().validation_top5;
  result.test_seconds = 0.5;
  for (const sweep::EpochMetrics& epoch : epochs) {
    result.train_seconds += epoch.seconds;
  }
  result.images_per_second = 1000.0;
  result.environment = {{"host", "synthetic"}, {"threads", 1}};
  return result;
}

/// One of the ways in which a trial can fail.
void spoil(sweep::TrialResult& result, std::uint64_t kind) {
  result.test_top1.reset();
  result.test_top5.reset();
  result.test_seconds.reset();
  switch (kind % 3) {
    case 0:
      result.state = sweep::TrialState::kFailed;
      result.reason = "synthetic: the worker was killed by signal 9 (Killed)";
      result.failure = {
          sweep::FailureCause::kSignal, 3, {"a last line"}, "firesweep train RUN " + result.id};
      break;
    case 1:
      result.state = sweep::TrialState::kDiverged;
      result.reason = "synthetic: training loss became NaN";
      break;
    default:
      result.state = sweep::TrialState::kDidNotLearn;
      result.reason = "synthetic: validation top-1 at chance level";
      break;
  }
  if (result.state != sweep::TrialState::kDidNotLearn) {
    result.validation_top1.reset();
    result.validation_top5.reset();
  }
}

/// Images of each class of a part of `images`.
std::vector<std::int64_t> even_classes(std::int64_t images, std::int64_t classes) {
  std::vector<std::int64_t> counts;
  for (std::int64_t i = 0; i < classes; ++i) {
    counts.push_back(images / classes + (i < images % classes ? 1 : 0));
  }
  return counts;
}

sweep::DataSummary data_summary(const sweep::Manifest& manifest) {
  const std::int64_t classes = manifest.dataset_shape.classes;
  sweep::DataSummary summary;
  for (std::int64_t i = 0; i < classes; ++i) {
    summary.classes.push_back(fmt::format("kind {}", i));
  }
  summary.train = even_classes(manifest.dataset.train.value_or(0), classes);
  summary.validation = even_classes(manifest.dataset.validation.value_or(0), classes);
  summary.test = even_classes(manifest.dataset.test.value_or(0), classes);
  return summary;
}

/// How hard each image is, from 0 (easy) to 1, the same for every network. Made once: a generator
/// for each image is slow.
std::vector<double> difficulties(std::int64_t images) {
  std::vector<double> made;
  for (std::int64_t image = 0; image < images; ++image) {
    std::mt19937_64 random(static_cast<std::uint64_t>(image));
    made.push_back(uniform(random));
  }
  return made;
}

/// About `top1` of the images are correct; half of the errors are on images that are hard for every
/// network. Most of the others are taken for the next class.
void add_predictions(sweep::TrialResult& result, std::int64_t classes,
                     const std::vector<double>& difficulty, double top1, std::mt19937_64& random) {
  std::vector<std::int32_t> truth;
  std::vector<std::int32_t> predicted;
  for (std::int64_t i = 0; i < static_cast<std::int64_t>(difficulty.size()); ++i) {
    const double own = uniform(random);
    const double draw = uniform(random) < 0.5 ? difficulty[static_cast<std::size_t>(i)] : own;
    truth.push_back(static_cast<std::int32_t>(i % classes));
    if (draw < top1) {
      predicted.push_back(truth.back());
    } else if (draw < top1 + 0.6 * (1.0 - top1)) {
      predicted.push_back(static_cast<std::int32_t>((i + 1) % classes));
    } else {
      predicted.push_back(
          static_cast<std::int32_t>(uniform(random) * static_cast<double>(classes)));
    }
  }
  result.validation_confusion = sweep::Confusion::of(classes, truth, predicted);
  result.validation_correct = sweep::CorrectImages::of(truth, predicted);
}

void add_confusion(sweep::TrialResult& result, std::int64_t classes,
                   const std::vector<double>& difficulty, std::mt19937_64& random) {
  add_predictions(result, classes, difficulty, *result.validation_top1, random);
  result.validation_top1 = static_cast<double>(result.validation_confusion->correct()) /
                           static_cast<double>(result.validation_confusion->images());
}

/// Without the syncs of a real run: the files can be recreated.
void write(const std::filesystem::path& path, const std::string& text) {
  std::ofstream(path, std::ios::binary) << text;
}

void make_trial(const sweep::RunDirectory& run, const sweep::Manifest& manifest,
                const std::vector<double>& difficulty, const sweep::Trial& trial,
                const Options& options, int worker, Clock& clock) {
  const sweep::Point& point = manifest.points[trial.point];
  std::mt19937_64 random(options.seed ^ std::stoull(trial.id, nullptr, 16));
  const std::vector<sweep::EpochMetrics> epochs =
      curve(point, accuracy(point, random), worker, clock);
  sweep::TrialResult result = completed(trial.id, epochs);
  if (uniform(random) < options.failures) {
    spoil(result, random());
  } else if (options.classes) {
    add_confusion(result, manifest.dataset_shape.classes, difficulty, random);
  }
  std::string lines;
  for (const sweep::EpochMetrics& epoch : epochs) {
    lines += sweep::to_json(epoch).dump() + '\n';
  }
  std::filesystem::create_directory(run.trial_directory(trial.id));
  write(run.epochs_path(trial.id), lines);
  write(run.result_path(trial.id), sweep::to_json(result).dump(1) + '\n');
}

void make(const Options& options) {
  const sweep::SweepSpec spec = sweep::load_sweep_spec(options.config, {});
  const sweep::DatasetShape shape = runners::data::describe_dataset(spec.dataset).shape;
  sweep::Expansion expansion = sweep::expand(spec, shape);
  sweep::Manifest manifest;
  manifest.sweep = spec.name;
  manifest.dataset = sweep::resolved(spec.dataset, shape);
  manifest.dataset_shape = shape;
  manifest.dataset_checksum = "synthetic";
  manifest.objectives = spec.objectives;
  manifest.axis_keys = expansion.axis_keys;
  manifest.points = std::move(expansion.points);
  manifest.trials = std::move(expansion.trials);
  manifest.environment = {{"host", "synthetic"}};
  manifest.command_line = {"synthetic_run"};
  manifest.created = "2026-01-01T00:00:00Z";
  const sweep::RunDirectory run(options.out);
  run.create(manifest, spec.text);
  if (options.classes) {
    run.write_data_summary(data_summary(manifest));
  }
  const std::vector<double> difficulty =
      difficulties(options.classes ? manifest.dataset.validation.value_or(1) : 0);
  std::vector<Clock> clocks(static_cast<std::size_t>(options.workers));
  for (const sweep::Trial& trial : manifest.trials) {
    const auto next = std::ranges::min_element(clocks, {}, &Clock::now);
    make_trial(run, manifest, difficulty, trial, options, static_cast<int>(next - clocks.begin()),
               *next);
  }
  log("{}: {} trials of {} designs\n", options.out.string(), manifest.trials.size(),
      manifest.points.size());
}

}  // namespace

int main(int argc, char** argv) {
  CLI::App app{"Makes a run directory with synthetic results for every trial of a sweep."};
  Options options;
  app.add_option("config", options.config, "Sweep file")->required();
  app.add_option("--out", options.out, "Run directory to make; must not exist")->required();
  app.add_option("--seed", options.seed, "Seed of the results")->capture_default_str();
  app.add_option("--failures", options.failures, "Fraction of trials that fail")
      ->check(CLI::Range(0.0, 1.0))
      ->capture_default_str();
  app.add_option("--workers", options.workers, "Workers in the timeline")
      ->check(CLI::PositiveNumber)
      ->capture_default_str();
  app.add_flag("--classes", options.classes,
               "Also make data.json, confusion matrices and correct images");
  CLI11_PARSE(app, argc, argv);
  try {
    make(options);
    return 0;
  } catch (const std::exception& error) {
    log("synthetic_run: {}\n", error.what());
    return 2;
  }
}

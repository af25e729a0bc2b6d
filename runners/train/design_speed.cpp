#include "runners/train/design_speed.h"

#include <algorithm>
#include <chrono>
#include <cmath>
#include <memory>
#include <string>
#include <vector>

#include <sys/resource.h>
#include <time.h>

#include "base/error.h"
#include "base/median.h"
#include "base/splitmix64.h"
#include "runners/data/dataset.h"
#include "runners/engine/convolution_times.h"
#include "runners/engine/machine_speed.h"
#include "runners/train/evaluation.h"
#include "runners/train/fused_training.h"
#include "runners/train/trainer.h"
#include "sweep/spec/training_recipe.h"

namespace firesweep::runners::train {

namespace {

using Clock = std::chrono::steady_clock;

constexpr std::int64_t kBatches = 4;      // of synthetic images, repeated
constexpr std::int64_t kWarmUpSteps = 3;  // plans are laid out, memory is touched, clocks rise
constexpr std::int64_t kMinSteps = 5;
constexpr std::int64_t kMaxSteps = 2000;

double seconds_between(Clock::time_point start, Clock::time_point end) {
  return std::chrono::duration<double>(end - start).count();
}

double time_since(Clock::time_point start) {
  return seconds_between(start, Clock::now());
}

/// Processor time of this thread.
double processor_seconds() {
  timespec time{};
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time);
  return static_cast<double>(time.tv_sec) + 1e-9 * static_cast<double>(time.tv_nsec);
}

rusage usage_now() {
  rusage usage{};
  getrusage(RUSAGE_SELF, &usage);
  return usage;
}

/// Images of noise; the speed of a step does not depend on their content.
class SyntheticImages {
 public:
  SyntheticImages(const sweep::DatasetShape& shape, std::int64_t count)
      : pixels_(static_cast<std::size_t>(count * shape.image.elements())),
        labels_(static_cast<std::size_t>(count)) {
    const auto classes = static_cast<std::uint64_t>(std::min(shape.classes, data::kMaxClasses));
    std::uint64_t counter = 0;
    std::ranges::generate(pixels_, [&] { return base::splitmix64(++counter) & 0xFFU; });
    std::ranges::generate(labels_, [&] { return base::splitmix64(++counter) % classes; });
    images_ = {.shape = shape.image, .pixels = pixels_, .labels = labels_};
  }
  SyntheticImages(const SyntheticImages&) = delete;
  SyntheticImages& operator=(const SyntheticImages&) = delete;
  ~SyntheticImages() = default;

  [[nodiscard]] const data::ImageSet& images() const { return images_; }
  /// The first `count` indices of the endlessly repeated images.
  [[nodiscard]] std::vector<std::int32_t> indices(std::int64_t count) const {
    std::vector<std::int32_t> found;
    for (std::int64_t i = 0; i < count; ++i) {
      found.push_back(static_cast<std::int32_t>(i % images_.count()));
    }
    return found;
  }

 private:
  std::vector<std::uint8_t> pixels_;
  std::vector<data::Label> labels_;
  data::ImageSet images_;
};

/// The time of each layer in each step.
class LayerTimes {
 public:
  void add(const std::vector<engine::StageTiming>& step, double seconds) {
    if (layers_.empty()) {
      layers_ = step;
      samples_.resize(step.size());
    }
    for (std::size_t i = 0; i < step.size(); ++i) {
      samples_[i].forward.push_back(step[i].forward_seconds);
      samples_[i].backward.push_back(step[i].backward_seconds);
      seconds -= step[i].forward_seconds + step[i].backward_seconds;
    }
    outside_.push_back(seconds);
  }

  [[nodiscard]] double outside() const { return base::median(outside_); }

  [[nodiscard]] std::vector<jobs::LayerSpeed> medians() const {
    std::vector<jobs::LayerSpeed> speeds;
    for (std::size_t i = 0; i < layers_.size(); ++i) {
      jobs::LayerSpeed speed;
      speed.name = layers_[i].name;
      speed.forward_seconds = base::median(samples_[i].forward);
      speed.backward_seconds = base::median(samples_[i].backward);
      speed.implementations = layers_[i].implementations;
      speeds.push_back(std::move(speed));
    }
    return speeds;
  }

 private:
  struct Samples {
    std::vector<double> forward;
    std::vector<double> backward;
  };
  std::vector<engine::StageTiming> layers_;
  std::vector<Samples> samples_;
  std::vector<double> outside_;
};

class Measurement {
 public:
  Measurement(const jobs::BenchJob& job, torch::Device device)
      : job_(job),
        recipe_(recipe_for(job)),
        device_(device),
        architecture_(sweep::architecture_of(job.model, job.data)),
        data_(job.data, kBatches * recipe_.batch_size),
        normalization_(data_.images(), data_.indices(data_.images().count())) {}

  jobs::DesignSpeed run() {
    jobs::DesignSpeed speed;
    const jobs::StepSpeed trial = steps(kMinSteps);
    const auto count = static_cast<std::int64_t>(job_.seconds / trial.seconds);
    speed.evaluation_image_seconds = job_.whole ? evaluation_seconds() : 0.0;
    // Of training and evaluation; measuring the machine takes memory of its own.
    speed.peak_memory_bytes = usage_now().ru_maxrss * 1024;  // kibibytes there
    engine::MachineSpeed limits;
    const double aside = job_.seconds / 2;  // before and after: the machine's speed may drift
    if (job_.whole) {
      limits = engine::measure_machine(aside);
    }
    LayerTimes layers;
    speed.step = steps(std::clamp(count, kMinSteps, kMaxSteps), &layers);
    speed.engine = engine_;
    if (!job_.whole) {
      return speed;
    }
    speed.step.ended_at.clear();
    speed.input_seconds = input_seconds(speed.step.steps);
    if (fused_) {
      speed.layers = layers.medians();
      speed.outside_layers_seconds = layers.outside();
      add_convolutions(speed.layers);
    }
    limits = engine::best_of(limits, engine::measure_machine(aside));
    speed.limits = {limits.fp32_flops, limits.bf16_flops, limits.memory_bytes};
    return speed;
  }

 private:
  /// A learning rate at which nothing diverges, whatever the recipe's; the arithmetic is the same.
  static sweep::TrainingRecipe recipe_for(const jobs::BenchJob& job) {
    sweep::TrainingRecipe recipe = sweep::recipe_from(job.training);
    recipe.learning_rate = std::min(recipe.learning_rate, 1e-3);
    return recipe;
  }

  /// Clock readings around each layer take a microsecond per step.
  jobs::StepSpeed steps(std::int64_t count, LayerTimes* layers = nullptr) {
    const auto indices = data_.indices((kWarmUpSteps + count) * recipe_.batch_size);
    Trainer trainer(architecture_, recipe_, {data_.images(), indices, normalization_, device_}, 1);
    engine_ = trainer.engine().description();
    auto* const fused = dynamic_cast<FusedTraining*>(&trainer.engine());
    fused_ = fused != nullptr;
    std::vector<double> seconds;
    std::vector<double> ended_at;
    std::int64_t done = 0;
    auto last = Clock::now();
    auto begin = last;
    double processor_begin = 0.0;
    long faults = 0;
    const TrainedEpoch epoch = trainer.train_epoch([&](std::int64_t /*images*/) {
      const auto now = Clock::now();
      if (done >= kWarmUpSteps) {
        seconds.push_back(seconds_between(last, now));
        ended_at.push_back(seconds_between({}, now));
        if (fused_ && layers != nullptr) {
          layers->add(fused->engine().timings(), seconds.back());
        }
      }
      if (++done == kWarmUpSteps) {
        faults = usage_now().ru_minflt;
        processor_begin = processor_seconds();
        begin = Clock::now();
      }
      if (fused_ && layers != nullptr) {
        fused->engine().start_timing();
      }
      last = Clock::now();
    });
    const double taken = seconds_between(begin, Clock::now());
    if (epoch.diverged_at_step) {
      throw Error("the loss of a step was not finite: nothing is measured");
    }
    const auto [fastest, slowest] = std::ranges::minmax(seconds);
    return {.steps = count,
            .seconds = base::median(seconds),
            .seconds_min = fastest,
            .seconds_max = slowest,
            .minor_faults =
                static_cast<double>(usage_now().ru_minflt - faults) / static_cast<double>(count),
            .processor_share = std::min(1.0, (processor_seconds() - processor_begin) / taken),
            .ended_at = std::move(ended_at)};
  }

  [[nodiscard]] double input_seconds(std::int64_t count) const {
    const auto indices = data_.indices(count * recipe_.batch_size);
    EpochBatches batches(data_.images(), indices, normalization_, batches::augmentation_of(recipe_),
                         recipe_.batch_size, 1, 1);
    Batch batch;
    std::vector<double> seconds;
    for (auto start = Clock::now(); batches.next(batch); start = Clock::now()) {
      seconds.push_back(time_since(start));
    }
    return base::median(seconds);
  }

  /// As many images as two batches have, several times over.
  [[nodiscard]] double evaluation_seconds() {
    const auto indices = data_.indices(2 * std::max<std::int64_t>(recipe_.batch_size, 64));
    Trainer trainer(architecture_, recipe_, {data_.images(), indices, normalization_, device_}, 1);
    std::vector<double> seconds;
    const auto begin = Clock::now();
    while (seconds.size() < kMinSteps || time_since(begin) < job_.seconds / 4) {
      const auto start = Clock::now();
      static_cast<void>(evaluate(trainer.engine(), data_.images(), indices, normalization_));
      seconds.push_back(time_since(start) / static_cast<double>(indices.size()));
    }
    return base::median(seconds);
  }

  void add_convolutions(std::vector<jobs::LayerSpeed>& layers) const {
    const auto element = recipe_.precision == sweep::Precision::kFp32 ? engine::Element::kFp32
                                                                      : engine::Element::kBf16;
    constexpr double kEach = 0.02;  // of the steps' time for each of 26 convolutions, about
    for (const engine::ConvolutionTime& time : engine::time_convolutions(
             architecture_, element, recipe_.batch_size, kEach * job_.seconds)) {
      jobs::LayerSpeed& layer = *std::ranges::find(layers, time.stage, &jobs::LayerSpeed::name);
      layer.forward_alone_seconds += time.forward_seconds;
      layer.backward_alone_seconds += time.backward_seconds;
      layer.forward_flops += time.flops;
      layer.backward_flops += time.flops * (time.input_gradient ? 2.0 : 1.0);
      layer.forward_bytes += time.forward_bytes;
      layer.backward_bytes += time.backward_bytes;
    }
  }

  const jobs::BenchJob& job_;
  sweep::TrainingRecipe recipe_;
  torch::Device device_;
  models::Architecture architecture_;
  SyntheticImages data_;
  Normalization normalization_;
  std::string engine_;
  bool fused_ = false;
};

}  // namespace

jobs::DesignSpeed measure_design(const jobs::BenchJob& job, torch::Device device) {
  check_precision(sweep::recipe_from(job.training).precision, device);
  return Measurement(job, device).run();
}

}  // namespace firesweep::runners::train

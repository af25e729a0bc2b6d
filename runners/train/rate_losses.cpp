#include "runners/train/rate_losses.h"

#include <cmath>
#include <cstdint>
#include <optional>

#include "base/steady_seconds.h"
#include "runners/train/trainer.h"
#include "sweep/study/range_test.h"

namespace firesweep::runners::train {
namespace {

/// The batches of epochs 1, 2, ...
class EndlessBatches {
 public:
  EndlessBatches(const TrainingData& data, const sweep::TrainingRecipe& recipe, std::uint64_t seed)
      : data_(data), recipe_(recipe), seed_(seed) {}

  const Batch& next() {
    while (!epoch_ || !epoch_->next(batch_)) {
      epoch_.emplace(data_.images, data_.train, data_.normalization,
                     batches::augmentation_of(recipe_), recipe_.batch_size, seed_, ++number_);
    }
    return batch_;
  }

 private:
  const TrainingData& data_;
  const sweep::TrainingRecipe& recipe_;
  std::uint64_t seed_;
  std::int64_t number_ = 0;
  std::optional<EpochBatches> epoch_;
  Batch batch_;
};

}  // namespace

jobs::RateLosses test_rates(const jobs::RateJob& job, const PreparedData& data,
                            torch::Device device) {
  const double begin = base::steady_seconds();
  const sweep::TrainingRecipe recipe = sweep::recipe_from(job.content.training);
  check_precision(recipe.precision, device);
  check_unchanged(data, job.content.dataset, job.dataset_checksum);
  const TrainingData training{data.dataset.train(), data.split.train, data.normalization, device};
  const sweep::DatasetShape shape{.image = data.dataset.train().shape,
                                  .classes = data.dataset.classes()};
  const std::uint64_t seed = job.content.seed;
  Trainer trainer(sweep::architecture_of(job.content.model, shape), recipe, training, seed);
  EndlessBatches batches(training, recipe, seed);

  jobs::RateLosses tested{.engine = trainer.engine().description(), .losses = {}};
  sweep::RangeWatch watch;
  for (std::int64_t step = 0; step < job.test.steps; ++step) {
    const double loss = trainer.engine().train_step(batches.next(), job.test.rate_at(step),
                                                    dropout_key(seed, step));
    if (!std::isfinite(loss)) {
      tested.end = sweep::RangeEnd::kNotFinite;
      break;
    }
    tested.losses.push_back(loss);
    if (!watch.goes_on_after(loss)) {
      tested.end = sweep::RangeEnd::kLossRose;
      break;
    }
  }
  tested.seconds = base::steady_seconds() - begin;
  return tested;
}

}  // namespace firesweep::runners::train

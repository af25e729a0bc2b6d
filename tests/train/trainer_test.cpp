#include "runners/train/trainer.h"

#include <set>

#include <torch/utils.h>

#include "base/atomic_file.h"
#include "runners/train/checkpoint.h"
#include "tests/train/catch.h"
#include "tests/train/support.h"

namespace firesweep::runners::train {

namespace {

struct Setup {
  ScratchDirectory scratch;
  DataCache cache{scratch.path()};
  const PreparedData& data = cache.get(tiny_dataset());
  TrainingData training{data.dataset.train(), data.split.train, data.normalization};

  Trainer trainer(std::uint64_t seed, const Changes& recipe = {}, const Changes& model = {}) {
    return Trainer(architecture_from(small_model(model), {1, 16, 16}, 4),
                   sweep::recipe_from(tiny_training(recipe)), training, seed);
  }
};

std::vector<torch::Tensor> state_of(Trainer& trainer) {
  std::vector<torch::Tensor> state;
  for (const torch::Tensor& parameter : trainer.network().parameters()) {
    state.push_back(parameter.detach().clone());
  }
  for (const torch::Tensor& buffer : trainer.network().buffers()) {
    state.push_back(buffer.detach().clone());
  }
  return state;
}

bool same_bits(const std::vector<torch::Tensor>& a, const std::vector<torch::Tensor>& b) {
  return a.size() == b.size() &&
         std::equal(a.begin(), a.end(), b.begin(),
                    [](const torch::Tensor& x, const torch::Tensor& y) { return x.equal(y); });
}

}  // namespace

TEST_CASE("Training lowers the loss, the same seed is bit-identical, another one is not") {
  Setup setup;
  Trainer first = setup.trainer(1, {{"crop_padding", std::int64_t{2}}, {"horizontal_flip", true}});
  const double loss1 = first.train_epoch().loss;
  const double loss2 = first.train_epoch().loss;
  CHECK(loss2 < loss1);
  Trainer second = setup.trainer(1, {{"crop_padding", std::int64_t{2}}, {"horizontal_flip", true}});
  CHECK(second.train_epoch().loss == loss1);
  CHECK(second.train_epoch().loss == loss2);
  CHECK(same_bits(state_of(first), state_of(second)));
  CHECK(setup.trainer(2).train_epoch().loss != setup.trainer(1).train_epoch().loss);
}

TEST_CASE("Data-dependent initial weights depend on seed and images, not on threads") {
  Setup setup;
  const Changes model = {{"weight_init", std::string("data_dependent")}};
  const auto initial = [&](std::uint64_t seed) {
    Trainer trainer = setup.trainer(seed, {}, model);
    return state_of(trainer);
  };
  const std::vector<torch::Tensor> reference = initial(1);
  CHECK_FALSE(same_bits(reference, initial(2)));
  const int threads = torch::get_num_threads();
  torch::set_num_threads(threads == 3 ? 2 : 3);
  const int others = torch::get_num_threads();
  CHECK(same_bits(reference, initial(1)));
  CHECK(torch::get_num_threads() == others);
  torch::set_num_threads(threads);
  Trainer kaiming = setup.trainer(1);
  CHECK_FALSE(same_bits(reference, state_of(kaiming)));
  Trainer trained = setup.trainer(1, {}, model);
  const double first = trained.train_epoch().loss;
  CHECK(trained.train_epoch().loss < first);
}

TEST_CASE("Both engines train on the same crops, and every fill is another training") {
  Setup setup;
  const auto loss = [&](const std::string& engine, const std::string& fill) {
    return setup
        .trainer(1, {{"engine", engine}, {"crop_padding", std::int64_t{4}}, {"crop_fill", fill}},
                 {{"dropout", 0.0}})
        .train_epoch()
        .loss;
  };
  std::set<double> seen;
  for (const std::string fill : {"mean", "edge", "reflect", "black"}) {
    CAPTURE(fill);
    const double fused = loss("fused", fill);
    CHECK(loss("reference", fill) == Approx(fused).epsilon(0.01));
    CHECK(seen.insert(fused).second);
  }
}

TEST_CASE("Balanced class weights change training only where classes are unbalanced") {
  const std::string engine = GENERATE(as<std::string>{}, "fused", "reference");
  const ScratchDirectory scratch;
  DataCache cache(scratch.path());
  const PreparedData& data = cache.get(tiny_dataset());
  // Images of three classes only, one of them rare.
  std::vector<std::int32_t> lopsided;
  for (const std::int32_t index : data.split.train) {
    const data::Label label = data.dataset.train().labels[static_cast<std::size_t>(index)];
    if (label == 0 || (label != 3 && index / 4 % 8 == 0)) {
      lopsided.push_back(index);
    }
  }
  const auto losses = [&](const std::vector<std::int32_t>& indices, const std::string& weights) {
    const TrainingData training{data.dataset.train(), indices, data.normalization};
    Trainer trainer(
        architecture_from(small_model({{"dropout", 0.0}}), {1, 16, 16}, 4),
        sweep::recipe_from(tiny_training({{"class_weights", weights}, {"engine", engine}})),
        training, 1);
    return trainer.train_epoch().loss;
  };
  CHECK(losses(lopsided, "balanced") > 1.2 * losses(lopsided, "none"));
  CHECK(losses(data.split.train, "balanced") ==
        Approx(losses(data.split.train, "none")).epsilon(0.02));
}

TEST_CASE("Earlier trainings in the process do not change a trial") {
  Setup setup;
  const double alone = setup.trainer(7).train_epoch().loss;
  setup.trainer(3, {}, {{"bypass", std::string("complex")}}).train_epoch();
  CHECK(setup.trainer(7).train_epoch().loss == alone);
}

TEST_CASE("A trial that resumes from a checkpoint ends bit-identical to one never stopped") {
  const bool batch_norm = GENERATE(false, true);
  Setup setup;
  const Changes recipe = {{"epochs", std::int64_t{3}},
                          {"warmup_steps", std::int64_t{5}},
                          {"engine", GENERATE(as<std::string>{}, "fused", "reference")}};
  const Changes model = {{"batch_norm", batch_norm}};
  Trainer whole = setup.trainer(1, recipe, model);
  const auto path = setup.scratch.path() / "checkpoint.pt";
  const Progress saved{.epochs = 1, .train_seconds = 2.5, .images = 1600};
  whole.train_epoch();
  save_checkpoint(path, setup.scratch.path() / "before.pt", "0123456789abcdef", whole, saved);
  whole.train_epoch();
  const double last_loss = whole.train_epoch().loss;

  Trainer resumed = setup.trainer(1, recipe, model);
  const LoadedCheckpoint loaded = load_checkpoint(path, "0123456789abcdef", resumed);
  REQUIRE(loaded.problem == "");
  REQUIRE(loaded.progress == saved);
  CHECK(resumed.epochs_done() == 1);
  // LibTorch can read the file in spite of the checksum trailer.
  torch::serialize::InputArchive archive;
  CHECK_NOTHROW(archive.load_from(path.string()));
  resumed.train_epoch();
  CHECK(resumed.train_epoch().loss == last_loss);
  CHECK(same_bits(state_of(whole), state_of(resumed)));
}

TEST_CASE("A truncated checkpoint, or another trial's, is a problem that names the file") {
  Setup setup;
  Trainer trainer = setup.trainer(1);
  const auto path = setup.scratch.path() / "checkpoint.pt";
  CHECK(load_checkpoint(path, "a", trainer).problem == "");
  CHECK_FALSE(load_checkpoint(path, "a", trainer).progress.has_value());
  save_checkpoint(path, setup.scratch.path() / "before.pt", "a", trainer, {});
  const LoadedCheckpoint other = load_checkpoint(path, "b", trainer);
  CHECK_FALSE(other.progress.has_value());
  CHECK(other.problem == path.string() + ": this checkpoint can't be used: it belongs to trial a");

  const std::string bytes = base::read_file(path);
  base::write_file_atomically(path, std::string_view(bytes).substr(0, bytes.size() / 2));
  const LoadedCheckpoint truncated = load_checkpoint(path, "a", trainer);
  CHECK_FALSE(truncated.progress.has_value());
  CHECK(truncated.problem.starts_with(path.string() + ": this checkpoint can't be used: "));
  set_aside(path);
  CHECK_FALSE(std::filesystem::exists(path));
  CHECK(std::filesystem::exists(path.string() + ".unusable"));
}

TEST_CASE("Training that diverges reports the step and stops there") {
  Setup setup;
  Trainer trainer = setup.trainer(1, {{"learning_rate", 100.0},
                                      {"weight_decay", 1.0},
                                      {"gradient_clip_norm", 0.0},
                                      {"schedule", std::string("constant")}});
  TrainedEpoch epoch = trainer.train_epoch();
  if (!epoch.diverged_at_step) {
    epoch = trainer.train_epoch();
  }
  REQUIRE(epoch.diverged_at_step.has_value());
  CHECK(epoch.images < 1600);
}

TEST_CASE("bfloat16 trains too, with other bits than fp32") {
  Setup setup;
  const double fp32 = setup.trainer(1).train_epoch().loss;
  Trainer trainer = setup.trainer(1, {{"precision", std::string("bf16")}});
  const double bf16 = trainer.train_epoch().loss;
  CHECK(bf16 != fp32);
  CHECK(bf16 == Approx(fp32).epsilon(0.1));
  for (const torch::Tensor& parameter : trainer.network().parameters()) {
    CHECK(parameter.scalar_type() == torch::kFloat32);
  }
}

}  // namespace firesweep::runners::train

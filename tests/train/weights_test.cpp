#include "runners/train/weights.h"

#include <string>

#include <torch/serialize/archive.h>

#include "base/atomic_file.h"
#include "base/checksum_trailer.h"
#include "base/error.h"
#include "runners/train/checkpoint.h"
#include "tests/train/catch.h"
#include "tests/train/support.h"

namespace firesweep::runners::train {
namespace {

/// A trainer of a small network with batch normalisation.
struct Training {
  explicit Training(const std::string& engine)
      : architecture(architecture_from(small_model({{"batch_norm", true}}), {1, 16, 16}, 4)),
        trainer(architecture, sweep::recipe_from(tiny_training({{"engine", engine}})), training,
                1) {}

  ScratchDirectory scratch;
  DataCache cache{scratch.path()};
  const PreparedData& data = cache.get(tiny_dataset());
  TrainingData training{data.dataset.train(), data.split.train, data.normalization};
  models::Architecture architecture;
  Trainer trainer;
};

bool same(const torch::OrderedDict<std::string, torch::Tensor>& a,
          const torch::OrderedDict<std::string, torch::Tensor>& b) {
  bool equal = a.keys() == b.keys();
  for (std::size_t i = 0; equal && i < a.size(); ++i) {
    equal = torch::equal(a[i].value(), b[i].value());
  }
  return equal;
}

/// The format before checkpoints had parts.
void save_version_3(const std::filesystem::path& path, Trainer& trainer, const Progress& at,
                    bool optimizer_in_part) {
  torch::serialize::OutputArchive archive;
  archive.write("trial_id", torch::IValue(std::string("aa")));
  archive.write("epochs", torch::IValue(at.epochs));
  archive.write("train_seconds", torch::IValue(at.train_seconds));
  archive.write("images", torch::IValue(at.images));
  torch::serialize::OutputArchive network(archive.compilation_unit());
  trainer.network().save(network);
  archive.write("network", network);
  torch::serialize::OutputArchive optimizer(archive.compilation_unit());
  trainer.engine().save_optimizer(optimizer_in_part ? optimizer : archive);
  if (optimizer_in_part) {
    archive.write("optimizer", optimizer);
  }
  std::string bytes;
  archive.save_to([&bytes](const void* data, std::size_t size) {
    bytes.append(static_cast<const char*>(data), size);
    return size;
  });
  base::append_checksum_trailer(bytes, 3);
  base::write_file_atomically(path, bytes);
}

}  // namespace

TEST_CASE("Weights load into a network without a trainer or data") {
  const std::string engine = GENERATE(as<std::string>{}, "fused", "reference");
  const ScratchDirectory directory;
  const auto path = directory.path() / "checkpoint.pt";
  Training trained(engine);
  trained.trainer.train_epoch();
  save_checkpoint(path, directory.path() / "previous.pt", "aa", trained.trainer, {1, 2.0, 32});

  torch::manual_seed(99);
  const auto network = models::make_network(trained.architecture);
  CHECK_FALSE(same(network->named_parameters(), trained.trainer.network().named_parameters()));
  load_weights(path, *network);
  CHECK(same(network->named_parameters(), trained.trainer.network().named_parameters()));
  CHECK(same(network->named_buffers(), trained.trainer.network().named_buffers()));
  const torch::Tensor images = torch::randn({3, 16, 16, 1}).permute({0, 3, 1, 2});
  const torch::NoGradGuard no_grad;
  network->eval();
  trained.trainer.network().eval();
  CHECK(torch::equal(network->forward(images), trained.trainer.network().forward(images)));
}

TEST_CASE("Weights of another network, damaged and missing files are distinguished") {
  const ScratchDirectory directory;
  const auto path = directory.path() / "checkpoint.pt";
  Training trained("fused");
  save_checkpoint(path, directory.path() / "previous.pt", "aa", trained.trainer, {});
  const auto wider = models::make_network(
      architecture_from(small_model({{"SR", 0.5}, {"batch_norm", true}}), {1, 16, 16}, 4));
  CHECK_THROWS_WITH(load_weights(path, *wider),
                    Catch::Contains("the weights can't be loaded: its ") &&
                        Catch::Contains(".weight is [") && Catch::Contains("; expected ["));
  const auto network = models::make_network(trained.architecture);
  std::string bytes = base::read_file(path);
  bytes[bytes.size() / 2] = static_cast<char>(bytes[bytes.size() / 2] ^ 1);
  base::write_file_atomically(path, bytes);
  CHECK_THROWS_WITH(load_weights(path, *network),
                    Catch::EndsWith("its content does not match its checksum"));
  CHECK_THROWS_AS(load_weights(directory.path() / "absent.pt", *network), FileError);
}

TEST_CASE("A checkpoint of the previous version is resumed, bit-identically") {
  const std::string engine = GENERATE(as<std::string>{}, "fused", "reference");
  const ScratchDirectory directory;
  const auto path = directory.path() / "checkpoint.pt";
  Training whole(engine);
  whole.trainer.train_epoch();
  const Progress at{1, 2.0, 32};
  save_version_3(path, whole.trainer, at, engine == "reference");
  whole.trainer.train_epoch();

  Training resumed(engine);
  const LoadedCheckpoint loaded = load_checkpoint(path, "aa", resumed.trainer);
  CHECK(loaded.problem.empty());
  REQUIRE(loaded.progress);
  CHECK(*loaded.progress == at);
  resumed.trainer.train_epoch();
  CHECK(same(resumed.trainer.network().named_parameters(),
             whole.trainer.network().named_parameters()));
  CHECK_THAT(load_checkpoint(path, "bb", resumed.trainer).problem,
             Catch::EndsWith("it belongs to trial aa"));
}

}  // namespace firesweep::runners::train

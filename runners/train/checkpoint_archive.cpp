#include "runners/train/checkpoint_archive.h"

#include <utility>
#include <vector>

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <torch/serialize.h>

#include "base/atomic_file.h"
#include "base/checksum_trailer.h"
#include "base/error.h"

namespace firesweep::runners::train {

namespace {

constexpr std::uint32_t kVersion = 4;
constexpr std::uint32_t kUnpartedVersion = 3;

torch::IValue read_value(torch::serialize::InputArchive& archive, const std::string& key) {
  torch::IValue value;
  archive.read(key, value);
  return value;
}

/// LibTorch replaces a network's tensors by loaded ones of any size.
void check_sizes(const torch::OrderedDict<std::string, torch::Tensor>& loaded,
                 const std::vector<std::vector<std::int64_t>>& expected) {
  for (std::size_t i = 0; i < expected.size(); ++i) {
    if (loaded[i].value().sizes() != at::IntArrayRef(expected[i])) {
      throw Error(fmt::format("its {} is [{}]; expected [{}]", loaded[i].key(),
                              fmt::join(loaded[i].value().sizes(), ", "),
                              fmt::join(expected[i], ", ")));
    }
  }
}

}  // namespace

CheckpointArchive::CheckpointArchive(const std::filesystem::path& path) {
  // LibTorch does not check what it reads: a flipped bit would become a weight.
  const std::string bytes = base::read_file(path);
  parted_ = base::checksum_trailer_version(bytes) != kUnpartedVersion;
  const std::string_view content =
      base::without_checksum_trailer(bytes, parted_ ? kVersion : kUnpartedVersion);
  archive_.load_from(content.data(), content.size());
}

torch::serialize::InputArchive CheckpointArchive::part(const char* name) {
  torch::serialize::InputArchive found;
  archive_.read(name, found);
  return found;
}

Progress CheckpointArchive::position(std::string_view trial_id) {
  torch::serialize::InputArchive position;
  if (parted_) {
    position = part("position");
  }
  torch::serialize::InputArchive& from = parted_ ? position : archive_;
  const std::string id = read_value(from, "trial_id").toStringRef();
  if (id != trial_id) {
    throw Error(fmt::format("it belongs to trial {}", id));
  }
  return {.epochs = read_value(from, "epochs").toInt(),
          .train_seconds = read_value(from, "train_seconds").toDouble(),
          .images = read_value(from, "images").toInt()};
}

void CheckpointArchive::read_weights(models::Network& network) {
  std::vector<std::vector<std::int64_t>> expected;
  for (const auto& parameter : network.named_parameters()) {
    expected.push_back(parameter.value().sizes().vec());
  }
  torch::serialize::InputArchive weights = part(parted_ ? "weights" : "network");
  network.load(weights);
  check_sizes(network.named_parameters(), expected);
}

torch::serialize::InputArchive CheckpointArchive::optimizer() {
  torch::serialize::InputArchive found;
  // Version 3 has LibTorch's optimizer in a part, the fused engine's momentum at the top.
  return parted_ || archive_.try_read("optimizer", found) ? part("optimizer") : std::move(archive_);
}

std::string checkpoint_bytes(std::string_view trial_id, const Progress& position,
                             const models::Network& network,
                             torch::serialize::OutputArchive& optimizer) {
  torch::serialize::OutputArchive archive(optimizer.compilation_unit());
  torch::serialize::OutputArchive weights(archive.compilation_unit());
  network.save(weights);
  archive.write("weights", weights);
  archive.write("optimizer", optimizer);
  torch::serialize::OutputArchive where(archive.compilation_unit());
  where.write("trial_id", torch::IValue(std::string(trial_id)));
  where.write("epochs", torch::IValue(position.epochs));
  where.write("train_seconds", torch::IValue(position.train_seconds));
  where.write("images", torch::IValue(position.images));
  archive.write("position", where);
  // Serialised in memory, so that every write to the disk is ours to check.
  std::string bytes;
  archive.save_to([&bytes](const void* data, std::size_t size) {
    bytes.append(static_cast<const char*>(data), size);
    return size;
  });
  base::append_checksum_trailer(bytes, kVersion);
  return bytes;
}

}  // namespace firesweep::runners::train

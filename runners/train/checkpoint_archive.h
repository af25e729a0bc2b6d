// The file of a checkpoint: three parts, each readable without the others.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>

#include <torch/serialize/archive.h>

#include "models/network.h"

namespace firesweep::runners::train {

/// The progress of a trial.
struct Progress {
  std::int64_t epochs = 0;     // finished
  double train_seconds = 0.0;  // only training, all epochs
  std::int64_t images = 0;     // trained on, all epochs
  bool operator==(const Progress&) const = default;
};

/// A LibTorch archive with a checksum trailer (base/checksum_trailer.h), of the parts `weights`
/// (the network's parameters and batch-normalisation statistics by name), `optimizer` and
/// `position` (trial, epochs, seconds, images). Version 3, which earlier programs wrote, has no
/// parts; it is read as well.
class CheckpointArchive {
 public:
  /// Reads and checks the file. Throws FileError if it can't be read, Error if it is truncated,
  /// damaged or of another version, c10::Error if it is not an archive.
  explicit CheckpointArchive(const std::filesystem::path& path);

  /// Throws Error if it belongs to another trial.
  [[nodiscard]] Progress position(std::string_view trial_id);
  /// Throws Error or c10::Error if they are of another network, whose weights are undefined then.
  void read_weights(models::Network& network);
  /// For TrainingEngine::load_optimizer.
  [[nodiscard]] torch::serialize::InputArchive optimizer();

 private:
  [[nodiscard]] torch::serialize::InputArchive part(const char* name);

  torch::serialize::InputArchive archive_;
  bool parted_ = true;  // false: version 3
};

/// Bytes of a checkpoint of the newest version, checksum trailer included.
[[nodiscard]] std::string checkpoint_bytes(std::string_view trial_id, const Progress& position,
                                           const models::Network& network,
                                           torch::serialize::OutputArchive& optimizer);

}  // namespace firesweep::runners::train

#include "runners/train/checkpoint.h"

#include <fmt/format.h>
#include <torch/serialize.h>
#include <torch/serialize/archive.h>

#include "base/atomic_file.h"
#include "base/checksum_trailer.h"
#include "base/error.h"

namespace firesweep::runners::train {

namespace {

constexpr std::uint32_t kCheckpointVersion = 3;

torch::IValue read_value(torch::serialize::InputArchive& archive, const std::string& key) {
  torch::IValue value;
  archive.read(key, value);
  return value;
}

/// Throws if the archive is not a whole checkpoint of this trial.
Progress restore(const std::filesystem::path& path, std::string_view trial_id, Trainer& trainer) {
  // LibTorch does not check what it reads: a flipped bit would become a weight.
  const std::string bytes = base::read_file(path);
  const std::string_view content = base::without_checksum_trailer(bytes, kCheckpointVersion);
  torch::serialize::InputArchive archive;
  archive.load_from(content.data(), content.size());
  const std::string id = read_value(archive, "trial_id").toStringRef();
  if (id != trial_id) {
    throw Error(fmt::format("it belongs to trial {}", id));
  }
  Progress progress;
  progress.epochs = read_value(archive, "epochs").toInt();
  progress.train_seconds = read_value(archive, "train_seconds").toDouble();
  progress.images = read_value(archive, "images").toInt();
  trainer.engine().load(archive);
  trainer.set_epochs_done(progress.epochs);
  return progress;
}

}  // namespace

void save_checkpoint(const std::filesystem::path& path, const std::filesystem::path& previous,
                     std::string_view trial_id, Trainer& trainer, const Progress& progress) {
  torch::serialize::OutputArchive archive;
  archive.write("trial_id", torch::IValue(std::string(trial_id)));
  archive.write("epochs", torch::IValue(progress.epochs));
  archive.write("train_seconds", torch::IValue(progress.train_seconds));
  archive.write("images", torch::IValue(progress.images));
  trainer.engine().save(archive);
  // Serialised in memory, so that every write to the disk is ours to check.
  std::string bytes;
  archive.save_to([&bytes](const void* data, std::size_t size) {
    bytes.append(static_cast<const char*>(data), size);
    return size;
  });
  base::append_checksum_trailer(bytes, kCheckpointVersion);
  base::write_file_keeping_previous(path, previous, bytes);
}

LoadedCheckpoint load_checkpoint(const std::filesystem::path& path, std::string_view trial_id,
                                 Trainer& trainer) {
  if (!std::filesystem::exists(path)) {
    return {};
  }
  std::string problem;
  try {
    return {.progress = restore(path, trial_id, trainer), .problem = {}};
  } catch (const FileError&) {
    throw;  // it could not be read, which says nothing of what is in it
  } catch (const c10::Error& error) {
    problem = error.what_without_backtrace();
  } catch (const std::exception& error) {
    problem = error.what();
  }
  return {.progress = std::nullopt,
          .problem = fmt::format("{}: this checkpoint can't be used: {}", path.string(),
                                 problem.substr(0, problem.find('\n')))};
}

void set_aside(const std::filesystem::path& path) {
  std::filesystem::path aside = path;
  aside += ".unusable";
  std::error_code ignored;  // nothing depends on keeping it
  std::filesystem::rename(path, aside, ignored);
}

}  // namespace firesweep::runners::train

#include "runners/data/dataset.h"

#include <cstdlib>
#include <optional>
#include <utility>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "base/atomic_file.h"
#include "base/error.h"
#include "runners/data/decoded.h"
#include "runners/data/idx_files.h"
#include "runners/data/registry.h"
#include "runners/data/synthetic.h"

namespace firesweep::runners::data {
namespace {

[[noreturn]] void refuse_plan_only(const sweep::DatasetSpec& spec) {
  std::vector<std::string_view> trainable;
  for (const DatasetEntry& entry : dataset_entries()) {
    if (entry.kind != SourceKind::kPlanOnly) {
      trainable.push_back(entry.name);
    }
  }
  const auto place = spec.locations.find("name");
  throw ConfigError(sweep::at(
      spec.file, place == spec.locations.end() ? sweep::Location{} : place->second,
      fmt::format("dataset.name: '{}' can be planned but not trained yet; expected one of {}",
                  spec.name, fmt::join(trainable, ", "))));
}

/// Whether a decoded file made for the same source files can serve this entry: a file made as `idx`
/// may hold labels or counts that `mnist` refuses.
bool serves(const DecodedFile& file, const DatasetEntry& entry) {
  return !entry.shape ||
         (file.train().shape == entry.shape->image && file.classes() <= entry.shape->classes &&
          file.train().count() == entry.shape->train && file.test().count() == entry.shape->test);
}

void store(const std::filesystem::path& path, const DecodedImages& images) {
  try {
    base::create_directories(path.parent_path());
    write_decoded(path, images);
  } catch (const FileError& error) {
    throw FileError(
        fmt::format("{}; the cache of decoded data must be writable: set FIRESWEEP_CACHE_DIR to "
                    "another directory",
                    error.what()),
        error.code());
  }
}

/// Where decoded data come from when the cache does not hold them.
struct Source {
  std::string checksum;
  std::optional<IdxFiles> files;  // absent: synthetic

  [[nodiscard]] DecodedImages decode(const sweep::DatasetSpec& spec,
                                     const DatasetEntry& entry) const {
    return files ? decode_idx(*files, entry) : make_synthetic(synthetic_shape(spec));
  }
};

Source source_of(const sweep::DatasetSpec& spec, const DatasetEntry& entry) {
  if (entry.kind == SourceKind::kSynthetic) {
    return {synthetic_checksum(synthetic_shape(spec)), std::nullopt};
  }
  const IdxFiles files = find_idx_files(spec, entry);
  return {checksum_of(files), files};
}

const char* environment(const char* name) {
  const char* const value = std::getenv(name);
  return value != nullptr && *value != '\0' ? value : nullptr;
}

}  // namespace

struct Dataset::Mapping {
  DecodedFile file;
  std::int64_t classes = 0;
  std::string checksum;
};

Dataset::Dataset(std::unique_ptr<Mapping> mapping) : mapping_(std::move(mapping)) {}
Dataset::Dataset(Dataset&&) noexcept = default;
Dataset& Dataset::operator=(Dataset&&) noexcept = default;
Dataset::~Dataset() = default;

std::int64_t Dataset::classes() const {
  return mapping_->classes;
}
const ImageSet& Dataset::train() const {
  return mapping_->file.train();
}
const ImageSet& Dataset::test() const {
  return mapping_->file.test();
}
const std::string& Dataset::checksum() const {
  return mapping_->checksum;
}

sweep::DatasetShape describe_dataset(const sweep::DatasetSpec& spec) {
  const DatasetEntry& entry = find_entry(spec);
  if (entry.shape) {
    return *entry.shape;
  }
  return entry.kind == SourceKind::kSynthetic ? synthetic_shape(spec)
                                              : describe_idx(find_idx_files(spec, entry));
}

Dataset open_dataset(const sweep::DatasetSpec& spec, const std::filesystem::path& cache_directory) {
  const DatasetEntry& entry = find_entry(spec);
  if (entry.kind == SourceKind::kPlanOnly) {
    refuse_plan_only(spec);
  }
  Source source = source_of(spec, entry);
  const std::filesystem::path path =
      cache_directory / "datasets" / fmt::format("{}.bin", source.checksum);
  std::optional<DecodedFile> file = DecodedFile::map(path);
  if (!file || !serves(*file, entry)) {
    file.reset();
    store(path, source.decode(spec, entry));
    std::optional<DecodedFile> made = DecodedFile::map(path);
    if (!made) {
      throw FileError(fmt::format("{}: can't be read back after writing it", path.string()));
    }
    file.emplace(*std::move(made));
  }
  const std::int64_t classes = entry.shape ? entry.shape->classes : file->classes();
  return Dataset(std::make_unique<Dataset::Mapping>(
      Dataset::Mapping{*std::move(file), classes, std::move(source.checksum)}));
}

std::filesystem::path default_cache_directory() {
  if (const char* const directory = environment("FIRESWEEP_CACHE_DIR")) {
    return directory;
  }
  if (const char* const directory = environment("XDG_CACHE_HOME")) {
    return std::filesystem::path(directory) / "firesweep";
  }
  if (const char* const home = environment("HOME")) {
    return std::filesystem::path(home) / ".cache" / "firesweep";
  }
  throw Error("no place for decoded data: HOME is not set; set FIRESWEEP_CACHE_DIR");
}

}  // namespace firesweep::runners::data

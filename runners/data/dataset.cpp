#include "runners/data/dataset.h"

#include <cstdlib>
#include <memory>
#include <optional>
#include <utility>

#include <fmt/format.h>

#include "base/error.h"
#include "sweep/study/dataset_split.h"

namespace firesweep::runners::data {
namespace {

/// Whether a cache file of the same source files fits this description. One written for `idx` may
/// hold labels or counts that are invalid for `mnist`.
bool matches(const CacheFile& file, const sweep::DatasetShape& described) {
  const sweep::DatasetShape& cached = file.shape();
  return cached.image == described.image && cached.classes <= described.classes &&
         cached.train == described.train && cached.validation == described.validation &&
         cached.test == described.test;
}

const char* environment(const char* name) {
  const char* const value = std::getenv(name);
  return value != nullptr && *value != '\0' ? value : nullptr;
}

}  // namespace

Dataset::Dataset(CacheFile file, Description description, std::string checksum)
    : file_(std::move(file)),
      description_(std::move(description)),
      checksum_(std::move(checksum)) {}

Description describe_dataset(const sweep::DatasetSpec& spec, const SourceRegistry& sources) {
  return sources.open(spec)->describe();
}

Dataset open_dataset(const sweep::DatasetSpec& spec, const std::filesystem::path& cache_directory,
                     const SourceRegistry& sources) {
  const std::unique_ptr<DataSource> source = sources.open(spec);
  Description description = source->describe();
  std::string checksum = source->fingerprint();
  const std::filesystem::path path = cache_directory / "datasets" / fmt::format("{}.bin", checksum);
  std::optional<CacheFile> file = CacheFile::map(path);
  if (!file || !matches(*file, description.shape)) {
    file.reset();
    write_cache_file(path, description.shape, *source);
    std::optional<CacheFile> written = CacheFile::map(path);
    if (!written) {
      throw FileError(fmt::format("{}: can't be read back after writing", path.string()));
    }
    file.emplace(*std::move(written));
  }
  return {*std::move(file), std::move(description), std::move(checksum)};
}

Split split_of(const Dataset& dataset, const sweep::DatasetSpec& spec) {
  const sweep::DatasetSpec counts = sweep::resolved(spec, dataset.description().shape);
  const PartLabels labels{.train = dataset.train().labels,
                          .validation = dataset.validation().labels,
                          .test = dataset.test().labels,
                          .train_groups = dataset.train().groups};
  Split split = split_images(labels, dataset.classes(), counts);
  const auto counted = [&](const std::vector<std::int32_t>& part, const ImageSet& images) {
    return class_counts(part, images.labels, dataset.classes());
  };
  sweep::check_every_part(
      counts, dataset.description().classes,
      {.train = counted(split.train, dataset.train()),
       .validation = counted(split.validation,
                             labels.validation.empty() ? dataset.train() : dataset.validation()),
       .test = counted(split.test, labels.test.empty() ? dataset.train() : dataset.test())});
  return split;
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
  throw Error("no directory for decoded data: HOME is not set; set FIRESWEEP_CACHE_DIR");
}

}  // namespace firesweep::runners::data

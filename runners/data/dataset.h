// Data sets by name: describes them, and opens the cache file that all workers map read-only.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>

#include "runners/data/cache_file.h"
#include "runners/data/data_source.h"
#include "runners/data/image_set.h"
#include "runners/data/source_registry.h"
#include "runners/data/split.h"
#include "sweep/spec/sweep_spec.h"

namespace firesweep::runners::data {

/// The images of a data set in its cache file. Movable; the image sets are valid as long as it
/// exists.
class Dataset {
 public:
  Dataset(CacheFile file, Description description, std::string checksum);

  /// The description by the source. Its counts are those of the image sets.
  [[nodiscard]] const Description& description() const { return description_; }
  [[nodiscard]] std::int64_t classes() const { return description_.shape.classes; }
  [[nodiscard]] const ImageSet& train() const { return file_.images(Part::kTrain); }
  [[nodiscard]] const ImageSet& test() const { return file_.images(Part::kTest); }
  /// The source's own validation part; empty if it has none.
  [[nodiscard]] const ImageSet& validation() const { return file_.images(Part::kValidation); }
  /// DataSource::fingerprint, as stored in manifests.
  [[nodiscard]] const std::string& checksum() const { return checksum_; }

 private:
  CacheFile file_;
  Description description_;
  std::string checksum_;
};

/// Shape, classes and counts, from DataSource::describe. Throws ConfigError for an unknown name or
/// keys that do not apply to it, and what DataSource::describe throws.
[[nodiscard]] Description describe_dataset(const sweep::DatasetSpec& spec,
                                           const SourceRegistry& sources = built_in_sources());

/// Opens the cache file of the data set. Writes it first if it is missing, damaged or of another
/// version. Several processes may call it at the same time. Throws as describe_dataset does, for
/// data sets that can only be planned (imagenet), and FileError if the cache can't be written.
[[nodiscard]] Dataset open_dataset(const sweep::DatasetSpec& spec,
                                   const std::filesystem::path& cache_directory,
                                   const SourceRegistry& sources = built_in_sources());

/// The split of the data set. Throws ConfigError if it has too few images, and if a class that has
/// images has none in a part.
[[nodiscard]] Split split_of(const Dataset& dataset, const sweep::DatasetSpec& spec);

/// $FIRESWEEP_CACHE_DIR, else $XDG_CACHE_HOME/firesweep, else ~/.cache/firesweep.
[[nodiscard]] std::filesystem::path default_cache_directory();

}  // namespace firesweep::runners::data

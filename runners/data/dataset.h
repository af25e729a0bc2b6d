// Data sets by name: describes them, and opens the cache file that all workers map read-only.
//
// In the cache directory, `datasets` has for each data set <name>.bin; <fingerprint>.ref, which
// holds that name if it is not the fingerprint; and with bad files <fingerprint>.problems.csv.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>

#include "runners/data/cache_file.h"
#include "runners/data/cache_writer.h"
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
  Dataset(CacheFile file, Description description, std::string checksum,
          std::filesystem::path problems);

  /// The description by the source. Its counts are those of the image sets.
  [[nodiscard]] const Description& description() const { return description_; }
  [[nodiscard]] std::int64_t classes() const { return description_.shape.classes; }
  [[nodiscard]] const ImageSet& train() const { return file_.images(Part::kTrain); }
  [[nodiscard]] const ImageSet& test() const { return file_.images(Part::kTest); }
  /// The source's own validation part; empty if it has none.
  [[nodiscard]] const ImageSet& validation() const { return file_.images(Part::kValidation); }
  /// The images that a part of a Split is of: the source's own part, or the training part if it has
  /// none.
  [[nodiscard]] const ImageSet& images_for(Part part) const {
    return file_.images(part).count() > 0 ? file_.images(part) : train();
  }
  /// As stored in manifests: 32 hexadecimal digits that depend on the bytes of the source's files,
  /// or, if those are many (DataSource::is_fingerprint_of_content), on all images and labels.
  [[nodiscard]] const std::string& checksum() const { return checksum_; }
  /// Files that can't be read and were left out.
  [[nodiscard]] std::int64_t bad_files() const { return file_.metadata().bad_files; }
  /// A CSV file (part, file, reason) that lists them, if there are any; empty if the data set was
  /// opened by its checksum.
  [[nodiscard]] const std::filesystem::path& problems() const { return problems_; }

 private:
  CacheFile file_;
  Description description_;
  std::string checksum_;
  std::filesystem::path problems_;
};

/// Shape, classes and counts, from DataSource::describe. Throws ConfigError for an unknown name or
/// keys that do not apply to it, and what DataSource::describe throws.
[[nodiscard]] Description describe_dataset(const sweep::DatasetSpec& spec,
                                           const SourceRegistry& sources = built_in_sources());

/// Whether files that can't be read are left out, so that counts are known only once all are
/// decoded.
[[nodiscard]] bool skips_bad_files(const sweep::DatasetSpec& spec);

/// The same, but without bad files if they are to be skipped: then the cache file must be made
/// first. Throws as open_dataset does.
[[nodiscard]] Description describe_readable(const sweep::DatasetSpec& spec,
                                            const std::filesystem::path& cache_directory,
                                            const OnCacheProgress& on_progress = {});

/// Opens the cache file of the data set. Writes it first if it is missing, damaged or of another
/// version. Several processes may call it at the same time. Throws as describe_dataset and
/// write_cache do, for data sets that can only be planned, and Error for bad files, unless they are
/// to be skipped: it has the first ten and the name of a file that lists all.
[[nodiscard]] Dataset open_dataset(const sweep::DatasetSpec& spec,
                                   const std::filesystem::path& cache_directory,
                                   const SourceRegistry& sources = built_in_sources(),
                                   const OnCacheProgress& on_progress = {});

/// The data set of a given checksum: opened without looking at its source if the cache has it, so
/// that workers do not list a million files. Else as open_dataset.
[[nodiscard]] Dataset open_dataset_of(std::string_view checksum, const sweep::DatasetSpec& spec,
                                      const std::filesystem::path& cache_directory,
                                      const SourceRegistry& sources);

/// The split of the data set. Throws ConfigError if it has too few images, and if a class that has
/// images has none in a part.
[[nodiscard]] Split split_of(const Dataset& dataset, const sweep::DatasetSpec& spec);

/// $FIRESWEEP_CACHE_DIR, else $XDG_CACHE_HOME/firesweep, else ~/.cache/firesweep.
[[nodiscard]] std::filesystem::path default_cache_directory();

}  // namespace firesweep::runners::data

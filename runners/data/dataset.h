// Image data sets without LibTorch: found by name, checked, decoded once into a file that all
// workers map read-only and so share through the page cache.
#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "models/architecture.h"
#include "sweep/spec/sweep_spec.h"
#include "sweep/study/trial.h"

namespace firesweep::runners::data {

/// 8-bit images [N, C, H, W] with a label each, in memory somebody else owns.
struct ImageSet {
  models::Shape shape;
  std::span<const std::uint8_t> pixels;  // count() * shape.elements()
  std::span<const std::uint8_t> labels;  // 0 .. classes-1

  [[nodiscard]] std::int64_t count() const { return static_cast<std::int64_t>(labels.size()); }
};

/// A decoded data set, mapped read-only. Movable; the image sets live as long as it does.
class Dataset {
 public:
  Dataset(Dataset&&) noexcept;
  Dataset& operator=(Dataset&&) noexcept;
  ~Dataset();

  [[nodiscard]] std::int64_t classes() const;
  [[nodiscard]] const ImageSet& train() const;
  [[nodiscard]] const ImageSet& test() const;
  /// XXH3-128 of the source files' bytes (for synthetic data: of its description), hexadecimal.
  [[nodiscard]] const std::string& checksum() const;

 private:
  friend Dataset open_dataset(const sweep::DatasetSpec& spec,
                              const std::filesystem::path& cache_directory);
  struct Mapping;
  explicit Dataset(std::unique_ptr<Mapping> mapping);
  std::unique_ptr<Mapping> mapping_;
};

/// Names for messages and docs: fashion-mnist, mnist, idx, synthetic, imagenet.
[[nodiscard]] std::vector<std::string> dataset_names();

/// Shape, classes and counts. Reads nothing but idx headers (and for `idx` the labels); for data
/// sets of known shape no file at all. Throws ConfigError for an unknown name or keys that do not
/// go with it, FileError or Error (naming file and byte) for bad files.
[[nodiscard]] sweep::DatasetShape describe_dataset(const sweep::DatasetSpec& spec);

/// Opens the decoded data set, decoding it first if the cache does not hold it. Safe to call from
/// several processes at once. Throws as describe_dataset, and for data sets that can only be
/// planned (imagenet).
[[nodiscard]] Dataset open_dataset(const sweep::DatasetSpec& spec,
                                   const std::filesystem::path& cache_directory);

/// $FIRESWEEP_CACHE_DIR, else $XDG_CACHE_HOME/firesweep, else ~/.cache/firesweep.
[[nodiscard]] std::filesystem::path default_cache_directory();

/// Which images of the training part train and which validate; indices ascending.
struct Split {
  std::vector<std::int32_t> train;
  std::vector<std::int32_t> validation;
};

/// Stratified: each class's part of the validation images differs from its share of the whole by
/// less than one image (the largest remainders get the odd ones); the training images are drawn
/// likewise from what is left. A function of labels, counts and seed alone, the same on every
/// machine; which images are held out does not depend on `train`. Throws ConfigError if train +
/// validation exceed what is there.
[[nodiscard]] Split stratified_split(std::span<const std::uint8_t> labels, std::int64_t classes,
                                     const sweep::DatasetSpec& spec);

/// The first n images of the test part, balanced likewise; all of them if spec.test is absent.
[[nodiscard]] std::vector<std::int32_t> test_indices(std::span<const std::uint8_t> labels,
                                                     std::int64_t classes,
                                                     const sweep::DatasetSpec& spec);

}  // namespace firesweep::runners::data

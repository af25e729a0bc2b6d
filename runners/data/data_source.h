// A source of the images of a data set. It describes, identifies and streams them. Cache, split and
// batches are the same for every source.
#pragma once

#include <cstdint>
#include <filesystem>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "runners/data/image_set.h"
#include "sweep/study/dataset_classes.h"
#include "sweep/study/trial.h"

namespace firesweep::runners::data {

enum class Part { kTrain, kValidation, kTest };

struct Description {
  sweep::DatasetShape shape;
  sweep::DatasetClasses classes{};
  std::int64_t skipped_files = 0;    // not pictures: hidden files, links, ...
  std::vector<std::string> notes{};  // what the source leaves out, a line each, for people
};

/// An image as a source passes it on.
struct SourceImage {
  std::span<const std::uint8_t> pixels;  // [C, H, W]
  Label label = 0;
  /// Images of one group stay in one part when validation and test images are held out. Used only
  /// if the source has_groups().
  std::uint32_t group = 0;
};

/// Receives what a source reads: for each item in turn either an image or a file that can't be
/// read.
class ImageSink {
 public:
  ImageSink() = default;
  ImageSink(const ImageSink&) = delete;
  ImageSink& operator=(const ImageSink&) = delete;
  virtual ~ImageSink() = default;

  virtual void image(const SourceImage& image) = 0;
  /// `file` relative to the source's root; `reason` without it.
  virtual void bad_file(const std::filesystem::path& file, std::string_view reason) = 0;
};

class DataSource {
 public:
  DataSource() = default;
  DataSource(const DataSource&) = delete;
  DataSource& operator=(const DataSource&) = delete;
  virtual ~DataSource() = default;

  /// Everything known without decoding an image. `shape.validation` and `shape.test` are 0 unless
  /// the source has such a part of its own; then images are held out of the training part. Files
  /// that turn out to be bad are counted. Throws Error (with file and byte) for invalid files.
  [[nodiscard]] virtual Description describe() const = 0;

  /// 32 hexadecimal digits that change whenever an image or label may have changed: where the cache
  /// of the decoded images is found. Throws ConfigError for a source that can only be planned,
  /// FileError if files can't be read.
  [[nodiscard]] virtual std::string fingerprint() const = 0;
  /// Whether the fingerprint is of the bytes of all files, so that the same bytes elsewhere have
  /// the same one. Then it is the data set's checksum in manifests. Otherwise (names, sizes and
  /// times of many files) the checksum is that of the decoded images.
  [[nodiscard]] virtual bool is_fingerprint_of_content() const { return true; }
  /// Whether images have groups that stay in one part.
  [[nodiscard]] virtual bool has_groups() const { return false; }

  /// Passes the items of the part to `sink` from item `first` on, in the source's order; as many as
  /// described. Memory does not grow with the number of images by more than 16 bytes for each.
  /// Throws what `sink` throws, and Error for data in which nothing further can be read.
  virtual void stream(Part part, std::int64_t first, ImageSink& sink) const = 0;
};

[[nodiscard]] std::int64_t images_in(Part part, const sweep::DatasetShape& shape);
/// "training", "validation", "test".
[[nodiscard]] std::string_view name_of(Part part);

/// Throws ConfigError with `dataset.<key>` and its location in the sweep file.
[[noreturn]] void fail_at_key(const sweep::DatasetSpec& spec, std::string_view key,
                              std::string_view problem);

/// The options of dataset_keys.h, with defaults for those that are not set.
[[nodiscard]] models::ParameterMap options_of(const sweep::DatasetSpec& spec);

/// Images of each class.
[[nodiscard]] std::vector<std::int64_t> class_counts(std::span<const std::uint8_t> labels,
                                                     std::int64_t classes);
/// Describes a part by its number of images of each class.
void set_part(Description& description, Part part, std::vector<std::int64_t> counts);

/// For sources with a known shape: throws ConfigError if `spec` sets a shape or classes.
void reject_shape_keys(const sweep::DatasetSpec& spec);

}  // namespace firesweep::runners::data

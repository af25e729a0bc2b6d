// A source of the images of a data set. It describes, identifies and streams them. Cache, split and
// batches are the same for every source.
#pragma once

#include <cstdint>
#include <functional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "runners/data/image_set.h"
#include "sweep/study/trial.h"

namespace firesweep::runners::data {

enum class Part { kTrain, kValidation, kTest };

struct Description {
  sweep::DatasetShape shape;
  std::vector<std::string> class_names;  // one per class, or empty if unknown
};

/// Receives one image: its pixels [C, H, W] and its label.
using ImageSink = std::function<void(std::span<const std::uint8_t> pixels, Label label)>;

class DataSource {
 public:
  DataSource() = default;
  DataSource(const DataSource&) = delete;
  DataSource& operator=(const DataSource&) = delete;
  virtual ~DataSource() = default;

  /// Everything known without decoding an image. `shape.validation` is 0 unless the source has its
  /// own validation part. Throws Error (with file and byte) for invalid files.
  [[nodiscard]] virtual Description describe() const = 0;

  /// 32 hexadecimal digits that change whenever an image or label may have changed. Stored in
  /// manifests and part of the cache file's name. Throws ConfigError for a source that can only be
  /// planned, FileError if files can't be read.
  [[nodiscard]] virtual std::string fingerprint() const = 0;

  /// Passes every image of the part to `sink`, in the source's order, as many as described. Memory
  /// does not grow with the number of images, except for the labels. Throws what `sink` throws, and
  /// Error for images that can't be decoded.
  virtual void stream(Part part, const ImageSink& sink) const = 0;
};

[[nodiscard]] std::int64_t images_in(Part part, const sweep::DatasetShape& shape);
/// "training", "validation", "test".
[[nodiscard]] std::string_view name_of(Part part);

/// Throws ConfigError with `dataset.<key>` and its location in the sweep file.
[[noreturn]] void fail_at_key(const sweep::DatasetSpec& spec, std::string_view key,
                              std::string_view problem);

/// For sources with a known shape: throws ConfigError if `spec` sets a shape or classes.
void reject_shape_keys(const sweep::DatasetSpec& spec);

}  // namespace firesweep::runners::data

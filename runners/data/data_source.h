// Where the images of a data set come from. A source describes, identifies and streams them; the
// cache, the split and the batches are the same for every source.
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
  std::vector<std::string> class_names;  // one for each class, or none if they are unknown
};

/// Takes one image: its pixels [C, H, W] and its label.
using ImageSink = std::function<void(std::span<const std::uint8_t> pixels, Label label)>;

class DataSource {
 public:
  DataSource() = default;
  DataSource(const DataSource&) = delete;
  DataSource& operator=(const DataSource&) = delete;
  virtual ~DataSource() = default;

  /// What is known without decoding an image. `shape.validation` is 0 unless the source has a
  /// validation part of its own. Throws Error (naming file and byte) for files that can't be right.
  [[nodiscard]] virtual Description describe() const = 0;

  /// 32 hexadecimal digits that change when any image or label may have changed. Recorded in
  /// manifests and part of the cache file's name. Throws ConfigError for a source that can only be
  /// described, FileError if files can't be read.
  [[nodiscard]] virtual std::string fingerprint() const = 0;

  /// Gives every image of the part to `sink`, one after another in the source's order, as many as
  /// described. Memory does not grow with the number of images, except for the labels. Throws what
  /// `sink` throws, and Error for images that can't be decoded.
  virtual void stream(Part part, const ImageSink& sink) const = 0;
};

[[nodiscard]] std::int64_t images_in(Part part, const sweep::DatasetShape& shape);
/// "training", "validation", "test".
[[nodiscard]] std::string_view name_of(Part part);

/// Throws ConfigError that names `dataset.<key>` and its place in the sweep file.
[[noreturn]] void fail_at_key(const sweep::DatasetSpec& spec, std::string_view key,
                              std::string_view problem);

/// For sources that know their shape: throws ConfigError if `spec` gives a shape or classes.
void refuse_shape_keys(const sweep::DatasetSpec& spec);

}  // namespace firesweep::runners::data

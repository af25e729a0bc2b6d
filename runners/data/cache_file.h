// The cache file: the images of a data set, decoded and checked, in a layout for mapping. Workers
// map it read-only and so share one copy in the page cache.
//
//   bytes 0-71   magic, then eight 64-bit integers in this machine's byte order: version, channels,
//                height, width, classes, and the images of the training, validation and test part
//   then         for each part: pixels [N, C, H, W] (8 bits), padding to an even number of bytes,
//                labels [N] (16 bits)
//   last 16      XXH3-128 of everything before, in canonical byte order
#pragma once

#include <array>
#include <cstddef>
#include <filesystem>
#include <optional>

#include "runners/data/data_source.h"
#include "runners/data/image_set.h"
#include "sweep/study/trial.h"

namespace firesweep::runners::data {

/// A cache file mapped read-only. Movable; the image sets are valid as long as it exists.
class CacheFile {
 public:
  /// std::nullopt if the file does not exist, has another version, or is damaged: its size does not
  /// match its header, or its content does not match its checksum. Then it must be written again.
  /// Throws FileError if an intact file can't be mapped.
  [[nodiscard]] static std::optional<CacheFile> map(const std::filesystem::path& path);

  CacheFile(CacheFile&& other) noexcept;
  CacheFile& operator=(CacheFile&&) = delete;
  CacheFile(const CacheFile&) = delete;
  CacheFile& operator=(const CacheFile&) = delete;
  ~CacheFile();

  [[nodiscard]] const sweep::DatasetShape& shape() const { return shape_; }
  [[nodiscard]] const ImageSet& images(Part part) const;

 private:
  CacheFile(void* address, std::size_t bytes, const sweep::DatasetShape& shape);

  void* address_ = nullptr;
  std::size_t bytes_ = 0;
  sweep::DatasetShape shape_;
  std::array<ImageSet, 3> parts_;  // in the order of Part
};

/// Streams all parts of `source`, which has the given `shape`, into a new cache file. It is written
/// atomically. Memory: one block of the file, and 2 bytes per image of a part. Throws FileError
/// (with a hint) if it can't be written, Error if the source streams other images than it
/// describes, and what the source throws.
void write_cache_file(const std::filesystem::path& path, const sweep::DatasetShape& shape,
                      const DataSource& source);

}  // namespace firesweep::runners::data

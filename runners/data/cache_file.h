// A cache file: the images of a data set, decoded and checked, in a layout for mapping
// (cache_layout.h). Workers map it read-only and so share one copy in the page cache.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "runners/data/data_source.h"
#include "runners/data/image_set.h"
#include "sweep/study/trial.h"

namespace firesweep::runners::data {

struct CacheSections;

/// What a cache file knows about its images besides pixels and labels.
struct CacheMetadata {
  std::vector<std::string> class_names;  // one per class, or empty
  std::int64_t bad_files = 0;            // files that can't be read and were left out
};

[[nodiscard]] std::string to_text(const CacheMetadata& metadata);
/// Throws Error for text of another form.
[[nodiscard]] CacheMetadata cache_metadata_from(std::string_view text);

/// A cache file mapped read-only. Movable; the image sets are valid as long as it exists.
class CacheFile {
 public:
  /// std::nullopt if the file does not exist, has another version, or is damaged: its size does not
  /// match its footer, or its content does not match its checksums. Then it must be written again.
  /// Throws FileError if an intact file can't be mapped.
  [[nodiscard]] static std::optional<CacheFile> map(const std::filesystem::path& path);

  CacheFile(CacheFile&& other) noexcept;
  CacheFile& operator=(CacheFile&&) = delete;
  CacheFile(const CacheFile&) = delete;
  CacheFile& operator=(const CacheFile&) = delete;
  ~CacheFile();

  [[nodiscard]] const sweep::DatasetShape& shape() const { return shape_; }
  [[nodiscard]] const CacheMetadata& metadata() const { return metadata_; }
  [[nodiscard]] const ImageSet& images(Part part) const;
  /// 32 hexadecimal digits that depend on every pixel, label and name.
  [[nodiscard]] const std::string& checksum() const { return checksum_; }

 private:
  CacheFile(void* address, std::size_t bytes) : address_(address), bytes_(bytes) {}
  void find_parts(const CacheSections& sections, bool has_groups);

  void* address_ = nullptr;
  std::size_t bytes_ = 0;
  sweep::DatasetShape shape_;
  CacheMetadata metadata_;
  std::string checksum_;
  std::array<ImageSet, 3> parts_;  // in the order of Part
};

}  // namespace firesweep::runners::data

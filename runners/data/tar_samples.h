// Samples of WebDataset's shards: files of a tar archive that follow each other and have the same
// path up to the first dot of their name.
//
// Source: https://github.com/webdataset/webdataset, "The WebDataset Format".
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "runners/data/archive_reader.h"
#include "runners/data/image_set.h"

namespace firesweep::runners::data {

/// A picture and its label.
struct TarSample {
  std::string key{};      // the common path
  std::string picture{};  // the picture's name in the archive
  std::vector<std::uint8_t> bytes{};
  std::optional<Label> label{};
};

/// Reads a shard from the first sample to the last. A sample has one file with the extension jpg,
/// jpeg, png, webp or gif, and a label: a decimal number in a file cls, or else the integer "label"
/// of a file json. Its other files are ignored, as are hidden files. Every function throws Error
/// with the shard's path, also if it is truncated.
class TarSamples {
 public:
  explicit TarSamples(const std::filesystem::path& shard);

  /// False after the last sample. Without `with_bytes`, the picture is skipped. Memory for it grows
  /// with the bytes that are read, up to 1 GiB.
  [[nodiscard]] bool next(TarSample& sample, bool with_bytes);
  /// Files before the current one that belong to no sample.
  [[nodiscard]] std::int64_t ignored() const { return ignored_; }

 private:
  void advance();
  void take(TarSample& sample, bool with_bytes);
  void read_content(std::vector<std::uint8_t>& bytes, std::size_t limit);
  [[nodiscard]] std::string content(std::size_t limit);
  [[noreturn]] void fail(std::string_view problem) const;

  std::string name_;
  ArchiveReader archive_;
  std::optional<ArchiveReader::Member> member_;  // the first of the next sample
  std::int64_t ignored_ = 0;
};

}  // namespace firesweep::runners::data

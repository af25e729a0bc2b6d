// A cache file that is being made: pixels in one file, and a journal of what they are in another. A
// killed writer's work is found again.
//
// The journal is a sequence of records, each with its own hash and that of its pixels: what a crash
// left half-written, or a disk damaged, is cut off and made again.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <span>
#include <string>
#include <vector>

#include "base/append_file.h"
#include "runners/data/bad_files.h"
#include "runners/data/cache_layout.h"
#include "runners/data/data_source.h"

namespace firesweep::runners::data {

/// What is known of the items so far: images and bad files.
struct CacheContent {
  std::array<std::int64_t, 3> items{};   // of each part, images and bad files
  std::array<std::int64_t, 3> images{};  // of each part
  std::vector<Label> labels;             // of all images, part after part
  std::vector<std::uint32_t> groups;     // likewise
  std::vector<BadFile> bad_files;
};

class PartialCache {
 public:
  /// Opens or creates `path` and its journal, locks them for this process, and takes up what is
  /// valid. `elements` are the bytes of an image. Throws FileError.
  PartialCache(const std::filesystem::path& path, std::size_t elements);

  /// False if another process holds the lock. Then nothing else may be called.
  [[nodiscard]] bool is_mine() const { return is_mine_; }
  [[nodiscard]] const CacheContent& content() const { return content_; }

  /// Items of one part in turn, not yet written.
  struct Piece {
    Part part = Part::kTrain;
    std::uint32_t items = 0;
    std::string pixels;
    std::vector<Label> labels;
    std::vector<std::uint32_t> groups;
    std::vector<BadFile> bad_files;
  };
  /// Appends the piece to the files. Throws FileError.
  void append(const Piece& piece);
  /// Appends everything after the pixels, and syncs. Returns the checksum. Throws FileError.
  [[nodiscard]] std::string finish(CacheFooter footer, std::string_view metadata);
  /// Renames the finished file to `target`, and removes the journal. Throws FileError.
  void publish(const std::filesystem::path& target);

 private:
  [[nodiscard]] bool lock();
  void take_up();
  [[nodiscard]] bool take_record(std::string_view record, std::uint64_t pixel_hash);
  void note(const Piece& piece);

  std::size_t elements_;
  base::AppendFile pixels_;
  base::AppendFile journal_;
  bool is_mine_ = false;
  CacheContent content_;
  std::uint64_t pixel_bytes_ = 0;
  BlockHashes blocks_;
};

}  // namespace firesweep::runners::data

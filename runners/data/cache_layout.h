// The layout of a cache file, for what writes and what maps it.
//
//   pixels    [N, C, H, W], 8 bits, of the training, validation and test images
//   labels    [N], 16 bits
//   groups    [N], 32 bits, if images have groups
//   metadata  JSON: names of the classes, number of files left out
//   blocks    XXH3-64 of each 16 MiB of the pixels
//   footer    CacheFooter
//   checksum  XXH3-128 of everything after the pixels, in canonical byte order
//
// Each section but the last is padded with zeros to 8 bytes. Numbers are in this machine's byte
// order. The file is only ever appended to, so that making it can be interrupted and resumed.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>
#include <vector>

#include "runners/data/data_source.h"
#include "runners/data/fingerprint.h"
#include "sweep/study/trial.h"

struct XXH3_state_s;

namespace firesweep::runners::data {

inline constexpr std::array kParts{Part::kTrain, Part::kValidation, Part::kTest};

struct CacheFooter {
  std::int64_t channels = 0;
  std::int64_t height = 0;
  std::int64_t width = 0;
  std::int64_t classes = 0;
  std::int64_t train = 0;
  std::int64_t validation = 0;
  std::int64_t test = 0;
  std::int64_t has_groups = 0;
  std::int64_t metadata_bytes = 0;
  std::int64_t version = kCacheVersion;
  std::array<char, 8> magic{'f', 's', 'w', 'd', 'a', 't', 'a', '\n'};

  static constexpr std::int64_t kCacheVersion = 3;
  [[nodiscard]] sweep::DatasetShape shape() const {
    return {{channels, height, width}, classes, train, test, validation};
  }
};
static_assert(sizeof(CacheFooter) == 88);

/// Where the sections begin, and how long the file is.
struct CacheSections {
  std::size_t pixel_bytes = 0;  // without padding
  std::size_t labels = 0;
  std::size_t groups = 0;
  std::size_t metadata = 0;
  std::size_t blocks = 0;
  std::size_t block_count = 0;
  std::size_t footer = 0;
  std::size_t end = 0;
};

/// Whether a cache file may have this footer: extents and counts are bounded before they are
/// multiplied, and so is the total size.
[[nodiscard]] bool is_plausible(const CacheFooter& footer);
/// Precondition: is_plausible(footer).
[[nodiscard]] CacheSections sections_of(const CacheFooter& footer);

/// `bytes` rounded up to a multiple of 8.
[[nodiscard]] constexpr std::size_t padded(std::size_t bytes) {
  return (bytes + 7) / 8 * 8;
}

/// Hashes of consecutive blocks of a stream of bytes.
class BlockHashes {
 public:
  static constexpr std::size_t kBlockBytes = std::size_t{1} << 24;

  BlockHashes();
  BlockHashes(const BlockHashes&) = delete;
  BlockHashes& operator=(const BlockHashes&) = delete;
  ~BlockHashes();

  void add(std::string_view bytes);
  /// The hashes of all blocks; the last may be shorter. Add nothing afterwards.
  [[nodiscard]] const std::vector<std::uint64_t>& finish();

 private:
  void close_block();

  XXH3_state_s* state_;
  std::size_t in_block_ = 0;
  std::vector<std::uint64_t> hashes_;
};

}  // namespace firesweep::runners::data

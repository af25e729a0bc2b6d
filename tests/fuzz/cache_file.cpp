#include "runners/data/cache_file.h"

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <numeric>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "runners/data/cache_layout.h"
#include "runners/data/fingerprint.h"
#include "tests/fuzz/memory_file.h"
#include "tests/fuzz/targets.h"

namespace firesweep::fuzz {
namespace {

namespace data = runners::data;

/// Reads every byte that the file claims to have.
void read_all(const data::CacheFile& file) {
  std::int64_t images = 0;
  std::uint64_t sum = 0;
  for (const data::Part part : {data::Part::kTrain, data::Part::kValidation, data::Part::kTest}) {
    const data::ImageSet& set = file.images(part);
    require(set.count() == data::images_in(part, file.shape()), "a part is as long as its header");
    require(std::ssize(set.pixels) == set.count() * set.shape.elements(),
            "a part has the pixels of all its images");
    sum = std::accumulate(set.pixels.begin(), set.pixels.end(), sum);
    sum = std::accumulate(set.labels.begin(), set.labels.end(), sum);
    images += set.count();
  }
  require(images > 0 && sum < ~std::uint64_t{0}, "a cache file has images");
}

std::optional<data::CacheFile> mapped(std::string_view bytes) {
  const MemoryFile file(bytes);
  return data::CacheFile::map(file.path());
}

/// A file that ends with a footer, with valid hashes if its sections fit: only labels, metadata and
/// footer can make it invalid.
std::string with_checksums(std::string_view bytes) {
  std::string file(bytes);
  std::size_t tail = 0;
  data::CacheFooter footer;
  if (file.size() >= sizeof(footer)) {
    std::memcpy(&footer, file.data() + file.size() - sizeof(footer), sizeof(footer));
    const std::size_t end = file.size() + sizeof(data::Fingerprint::Bytes);
    if (data::is_plausible(footer) && data::sections_of(footer).end == end) {
      const data::CacheSections sections = data::sections_of(footer);
      data::BlockHashes hashes;
      hashes.add(std::string_view(file).substr(0, sections.pixel_bytes));
      const std::vector<std::uint64_t>& blocks = hashes.finish();
      std::memcpy(file.data() + sections.blocks, blocks.data(),
                  blocks.size() * sizeof(std::uint64_t));
      tail = sections.pixel_bytes;
    }
  }
  data::Fingerprint content;
  content.add(std::string_view(file).substr(tail));
  for (const std::uint8_t byte : content.bytes()) {
    file.push_back(static_cast<char>(byte));
  }
  return file;
}

}  // namespace

void cache_file(std::string_view bytes) {
  if (const auto file = mapped(bytes)) {
    read_all(*file);
  }
  std::string checksummed = with_checksums(bytes);
  if (const auto file = mapped(checksummed)) {
    read_all(*file);
    checksummed.back() = static_cast<char>(checksummed.back() ^ 1);
    require(!mapped(checksummed), "a damaged cache file is rejected");
  }
}

}  // namespace firesweep::fuzz

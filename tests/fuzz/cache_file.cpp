#include "runners/data/cache_file.h"

#include <cstddef>
#include <cstdint>
#include <numeric>
#include <optional>
#include <string>

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

}  // namespace

void cache_file(std::string_view bytes) {
  if (const auto file = mapped(bytes)) {
    read_all(*file);
  }
  // The same bytes with a valid checksum: only the header can make them invalid.
  data::Fingerprint content;
  content.add(bytes);
  std::string checksummed(bytes);
  for (const std::uint8_t byte : content.bytes()) {
    checksummed.push_back(static_cast<char>(byte));
  }
  if (const auto file = mapped(checksummed)) {
    read_all(*file);
    checksummed.back() = static_cast<char>(checksummed.back() ^ 1);
    require(!mapped(checksummed), "a damaged cache file is rejected");
  }
}

}  // namespace firesweep::fuzz

#include <algorithm>
#include <cstdint>
#include <memory>
#include <optional>
#include <vector>

#include "runners/data/idx_reader.h"
#include "tests/fuzz/memory_file.h"
#include "tests/fuzz/targets.h"

namespace firesweep::fuzz {
namespace {

namespace data = runners::data;

struct Images {
  data::IdxReader::ImageHeader header;
  std::vector<std::uint8_t> pixels;
};

/// `open` returns a new source of the same bytes on each call.
template <typename Open>
std::optional<Images> images_of(Open open) {
  auto images = accepted([&] {
    data::IdxReader reader(open(), "images");
    Images read{reader.image_header(), {}};
    std::vector<std::uint8_t> image(static_cast<std::size_t>(read.header.shape.elements()));
    while (reader.next_image(image)) {
      read.pixels.insert(read.pixels.end(), image.begin(), image.end());
    }
    return read;
  });
  if (images) {
    require(std::ssize(images->pixels) == images->header.count * images->header.shape.elements(),
            "the number of pixels matches the header");
  }
  return images;
}

template <typename Open>
auto labels_of(Open open) {
  constexpr std::int64_t kClasses = 10;
  std::int64_t count = 0;
  auto labels = accepted([&] {
    data::IdxReader reader(open(), "labels");
    count = reader.label_header();
    return reader.labels(kClasses);
  });
  if (labels) {
    require(count == std::ssize(*labels), "the number of labels matches the header");
    require(std::ranges::all_of(*labels, [](std::uint8_t label) { return label < kClasses; }),
            "labels are below the number of classes");
  }
  return labels;
}

}  // namespace

void idx_file(std::string_view bytes) {
  const std::vector<std::uint8_t> content(bytes.begin(), bytes.end());
  const auto in_memory = [&] { return std::make_unique<data::MemorySource>(content); };
  const auto images = images_of(in_memory);
  const auto labels = labels_of(in_memory);

  const MemoryFile file(bytes);
  const auto on_disk = [&] { return data::open_source(file.path()); };
  const auto file_images = images_of(on_disk);
  const auto file_labels = labels_of(on_disk);
  // Gzipped bytes are not an idx file in memory, but may be one on disk.
  require(!images || (file_images && file_images->pixels == images->pixels),
          "a file has the same images as its bytes in memory");
  require(!labels || file_labels == labels, "a file has the same labels as its bytes in memory");
}

}  // namespace firesweep::fuzz

#include <algorithm>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <stdexcept>
#include <string>
#include <vector>

#include <fmt/format.h>
#include <sys/mman.h>
#include <unistd.h>

#include "runners/data/idx.h"
#include "tests/fuzz/targets.h"

namespace firesweep::fuzz {
namespace {

namespace data = runners::data;

/// A file that lives in memory and is gone with this object.
class MemoryFile {
 public:
  explicit MemoryFile(std::string_view bytes) : descriptor_(::memfd_create("idx", MFD_CLOEXEC)) {
    if (descriptor_ < 0 ||
        ::write(descriptor_, bytes.data(), bytes.size()) != static_cast<ssize_t>(bytes.size())) {
      throw std::runtime_error("can't make a file in memory");
    }
  }
  MemoryFile(const MemoryFile&) = delete;
  MemoryFile& operator=(const MemoryFile&) = delete;
  ~MemoryFile() { ::close(descriptor_); }

  [[nodiscard]] std::filesystem::path path() const {
    return fmt::format("/proc/self/fd/{}", descriptor_);
  }

 private:
  int descriptor_;
};

/// `open` makes a source of the same bytes each time.
template <typename Open>
auto images_of(Open open) {
  auto images = accepted([&] { return data::read_idx_images(*open(), "images"); });
  if (images) {
    const data::IdxImages header = data::read_idx_image_header(*open(), "images");
    require(header.count == images->count && header.shape == images->shape,
            "a header read alone says the same");
    require(std::ssize(images->pixels) == images->count * images->shape.elements(),
            "there are as many pixels as the header promises");
  }
  return images;
}

template <typename Open>
auto labels_of(Open open) {
  constexpr std::int64_t kClasses = 10;
  auto labels = accepted([&] { return data::read_idx_labels(*open(), "labels", kClasses); });
  if (labels) {
    require(data::read_idx_label_header(*open(), "labels") == std::ssize(*labels),
            "there are as many labels as the header promises");
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
  // Gzipped bytes are no idx file in memory, but may be one as a file.
  require(!images || (file_images && file_images->pixels == images->pixels),
          "a file holds the images that its bytes are");
  require(!labels || file_labels == labels, "a file holds the labels that its bytes are");
}

}  // namespace firesweep::fuzz

#include "runners/data/cache_file.h"

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <functional>
#include <string>
#include <string_view>
#include <system_error>
#include <utility>
#include <vector>

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/atomic_file.h"
#include "base/descriptor.h"
#include "base/error.h"
#include "base/temporary_file.h"
#include "runners/data/fingerprint.h"

namespace firesweep::runners::data {
namespace {

constexpr std::int64_t kVersion = 2;
constexpr std::int64_t kMaxCachedExtent = 4096;
constexpr std::int64_t kMaxImages = std::int64_t{1} << 31;  // a split's indices have 32 bits
constexpr std::size_t kBlockBytes = std::size_t{1} << 20;

// In the order of the enumerators, which index CacheFile::parts_.
constexpr std::array kParts{Part::kTrain, Part::kValidation, Part::kTest};

struct Header {
  std::array<char, 8> magic{'f', 's', 'w', 'd', 'a', 't', 'a', '\n'};
  std::int64_t version = kVersion;
  std::int64_t channels = 0;
  std::int64_t height = 0;
  std::int64_t width = 0;
  std::int64_t classes = 0;
  std::int64_t train = 0;
  std::int64_t validation = 0;
  std::int64_t test = 0;

  [[nodiscard]] sweep::DatasetShape shape() const {
    return {{channels, height, width}, classes, train, test, validation};
  }
};
static_assert(sizeof(Header) == 72);

using Checksum = Fingerprint::Bytes;

bool within(std::int64_t value, std::int64_t minimum, std::int64_t maximum) {
  return value >= minimum && value <= maximum;
}

/// Whether a cache file may have this shape: extents and counts are bounded before they are
/// multiplied, and so is the total size.
bool plausible(const sweep::DatasetShape& shape) {
  return within(shape.image.channels, 1, kMaxCachedExtent) &&
         within(shape.image.height, 1, kMaxCachedExtent) &&
         within(shape.image.width, 1, kMaxCachedExtent) && within(shape.classes, 1, kMaxClasses) &&
         within(shape.train, 1, kMaxImages) && within(shape.validation, 0, kMaxImages) &&
         within(shape.test, 1, kMaxImages) &&
         shape.train + shape.validation + shape.test <=
             (std::int64_t{1} << 60) / (shape.image.elements() + 4);
}

/// Bytes of the pixels of `images` images, including the padding after them.
std::size_t pixel_bytes(std::int64_t images, const models::Shape& image) {
  const std::int64_t bytes = images * image.elements();
  return static_cast<std::size_t>(bytes + bytes % 2);
}

std::size_t file_bytes(const sweep::DatasetShape& shape) {
  std::size_t bytes = sizeof(Header) + sizeof(Checksum);
  for (const Part part : kParts) {
    const std::int64_t images = images_in(part, shape);
    bytes += pixel_bytes(images, shape.image) + static_cast<std::size_t>(images) * sizeof(Label);
  }
  return bytes;
}

template <typename T>
std::string_view chars_of(std::span<const T> values) {
  // Files take chars. This is the only way in C++ to view the bytes of a value.
  return {reinterpret_cast<const char*>(values.data()), values.size_bytes()};
}

/// Runs `write`. If the cache is not writable, the error says how to move it.
template <typename Write>
void with_cache_hint(Write write) {
  try {
    write();
  } catch (const FileError& error) {
    throw FileError(
        fmt::format("{}; the cache of decoded data must be writable: set FIRESWEEP_CACHE_DIR to "
                    "another directory",
                    error.what()),
        error.code());
  }
}

/// Collects appended bytes into blocks, and hashes them before they are written.
class CacheWriter {
 public:
  explicit CacheWriter(const std::filesystem::path& path) {
    block_.reserve(kBlockBytes);
    with_cache_hint([&] {
      base::create_directories(path.parent_path());
      file_.emplace(path);
    });
  }

  void append(std::string_view bytes) {
    if (block_.size() + bytes.size() > kBlockBytes) {
      flush();
    }
    if (bytes.size() > kBlockBytes) {
      write(bytes);
    } else {
      block_ += bytes;
    }
  }

  void publish() {
    flush();
    const Checksum checksum = checksum_.bytes();
    with_cache_hint([&] {
      file_->append(chars_of(std::span<const std::uint8_t>(checksum)));
      file_->finish();
      file_->publish();
    });
  }

 private:
  void flush() {
    write(block_);
    block_.clear();
  }
  void write(std::string_view bytes) {
    checksum_.add(bytes);
    with_cache_hint([&] { file_->append(bytes); });
  }

  std::optional<base::TemporaryFile> file_;
  std::string block_;
  Fingerprint checksum_;
};

[[noreturn]] void fail_part(Part part, std::string_view problem) {
  throw Error(fmt::format("the data source's {} part: {}", name_of(part), problem));
}

class CallbackSink final : public ImageSink {
 public:
  using Take = std::function<void(std::span<const std::uint8_t> pixels, Label label)>;
  explicit CallbackSink(Take take) : take_(std::move(take)) {}
  void image(const SourceImage& image) override { take_(image.pixels, image.label); }
  void bad_file(const std::filesystem::path& file, std::string_view reason) override {
    throw Error(fmt::format("{}: {}", file.string(), reason));
  }

 private:
  Take take_;
};

void write_part(Part part, const sweep::DatasetShape& shape, const DataSource& source,
                CacheWriter& writer) {
  const auto elements = static_cast<std::size_t>(shape.image.elements());
  const std::int64_t described = images_in(part, shape);
  std::vector<Label> labels;
  CallbackSink sink([&](std::span<const std::uint8_t> pixels, Label label) {
    if (pixels.size() != elements) {
      fail_part(part, fmt::format("image {} has {} bytes; expected {}, as described", labels.size(),
                                  pixels.size(), elements));
    }
    if (label >= shape.classes) {
      fail_part(part, fmt::format("label of image {}; got {}; expected 0 to {}", labels.size(),
                                  label, shape.classes - 1));
    }
    if (std::ssize(labels) == described) {
      fail_part(part, fmt::format("more images than the {} described", described));
    }
    writer.append(chars_of(pixels));
    labels.push_back(label);
  });
  source.stream(part, 0, sink);
  if (std::ssize(labels) != described) {
    fail_part(part, fmt::format("{} images; expected {}, as described", labels.size(), described));
  }
  if (labels.size() * elements % 2 != 0) {
    writer.append(std::string_view("\0", 1));
  }
  writer.append(chars_of(std::span<const Label>(labels)));
}

/// The shape of a file of `bytes` bytes that starts with `header`; std::nullopt if they do not
/// match.
std::optional<sweep::DatasetShape> shape_of(const Header& header, std::size_t bytes) {
  const sweep::DatasetShape shape = header.shape();
  if (header.magic != Header{}.magic || header.version != kVersion || !plausible(shape) ||
      file_bytes(shape) != bytes) {
    return std::nullopt;
  }
  return shape;
}

/// Whether the content matches the checksum at the end.
bool is_undamaged(std::span<const std::uint8_t> file) {
  Fingerprint content;
  content.add(chars_of(file.first(file.size() - sizeof(Checksum))));
  return std::ranges::equal(content.bytes(), file.last(sizeof(Checksum)));
}

}  // namespace

void write_cache_file(const std::filesystem::path& path, const sweep::DatasetShape& shape,
                      const DataSource& source) {
  if (!plausible(shape)) {
    throw Error(fmt::format(
        "the data source describes data that can't be cached: {} x {}x{}x{} images of {} classes",
        shape.train + shape.validation + shape.test, shape.image.channels, shape.image.height,
        shape.image.width, shape.classes));
  }
  Header header;
  header.channels = shape.image.channels;
  header.height = shape.image.height;
  header.width = shape.image.width;
  header.classes = shape.classes;
  header.train = shape.train;
  header.validation = shape.validation;
  header.test = shape.test;
  CacheWriter writer(path);
  writer.append(chars_of(std::span<const Header>(&header, 1)));
  for (const Part part : kParts) {
    write_part(part, shape, source, writer);
  }
  writer.publish();
}

std::optional<CacheFile> CacheFile::map(const std::filesystem::path& path) {
  const base::Descriptor file(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
  struct stat status {};
  Header header;
  if (file.get() < 0 || ::fstat(file.get(), &status) != 0 ||
      ::pread(file.get(), &header, sizeof(header), 0) != ssize_t{sizeof(header)}) {
    return std::nullopt;
  }
  const auto bytes = static_cast<std::size_t>(status.st_size);
  const std::optional<sweep::DatasetShape> shape = shape_of(header, bytes);
  if (!shape) {
    return std::nullopt;
  }
  void* const address = ::mmap(nullptr, bytes, PROT_READ, MAP_SHARED, file.get(), 0);
  if (address == MAP_FAILED) {
    const std::error_code code(errno, std::generic_category());
    throw FileError(fmt::format("{}: can't map: {}", path.string(), code.message()), code);
  }
  CacheFile mapped(address, bytes, *shape);
  if (!is_undamaged({static_cast<const std::uint8_t*>(address), bytes})) {
    return std::nullopt;
  }
  return mapped;
}

CacheFile::CacheFile(void* address, std::size_t bytes, const sweep::DatasetShape& shape)
    : address_(address), bytes_(bytes), shape_(shape) {
  const auto* next = static_cast<const std::uint8_t*>(address) + sizeof(Header);
  for (std::size_t i = 0; i < kParts.size(); ++i) {
    const auto images = static_cast<std::size_t>(images_in(kParts[i], shape));
    const std::size_t padded = pixel_bytes(images_in(kParts[i], shape), shape.image);
    // Labels start at an even address: the mapping is page-aligned, and each part has an even size.
    parts_[i] = {shape.image,
                 {next, images * static_cast<std::size_t>(shape.image.elements())},
                 {reinterpret_cast<const Label*>(next + padded), images}};
    next += padded + images * sizeof(Label);
  }
}

CacheFile::CacheFile(CacheFile&& other) noexcept
    : address_(std::exchange(other.address_, nullptr)),
      bytes_(other.bytes_),
      shape_(other.shape_),
      parts_(other.parts_) {}

CacheFile::~CacheFile() {
  if (address_ != nullptr) {
    ::munmap(address_, bytes_);
  }
}

const ImageSet& CacheFile::images(Part part) const {
  return parts_[static_cast<std::size_t>(part)];
}

}  // namespace firesweep::runners::data

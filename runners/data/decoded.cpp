#include "runners/data/decoded.h"

#include <array>
#include <cerrno>
#include <cstring>
#include <span>
#include <string_view>
#include <system_error>
#include <utility>

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/atomic_file.h"
#include "base/descriptor.h"
#include "base/error.h"

namespace firesweep::runners::data {
namespace {

constexpr std::int64_t kVersion = 1;

struct Header {
  std::array<char, 8> magic{'f', 's', 'w', 'd', 'a', 't', 'a', '\n'};
  std::int64_t version = kVersion;
  std::int64_t channels = 0;
  std::int64_t height = 0;
  std::int64_t width = 0;
  std::int64_t classes = 0;
  std::int64_t train = 0;
  std::int64_t test = 0;

  [[nodiscard]] models::Shape shape() const { return {channels, height, width}; }
};
static_assert(sizeof(Header) == 64);

/// Extents and counts are bounded before they are multiplied, so that a broken header can't
/// overflow.
bool plausible(const Header& header) {
  const auto within = [](std::int64_t value, std::int64_t maximum) {
    return value >= 1 && value <= maximum;
  };
  return header.magic == Header{}.magic && header.version == kVersion &&
         within(header.channels, 4096) && within(header.height, 4096) &&
         within(header.width, 4096) && within(header.classes, 256) &&
         within(header.train, 100'000'000) && within(header.test, 100'000'000);
}

std::size_t file_bytes(const Header& header) {
  return sizeof(Header) +
         static_cast<std::size_t>((header.train + header.test) * (header.shape().elements() + 1));
}

std::string_view chars_of(std::span<const std::uint8_t> bytes) {
  // Files take chars; this is the one way the language has from bytes to chars.
  return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

}  // namespace

void write_decoded(const std::filesystem::path& path, const DecodedImages& images) {
  Header header;
  header.channels = images.shape.channels;
  header.height = images.shape.height;
  header.width = images.shape.width;
  header.classes = images.classes;
  header.train = std::ssize(images.train_labels);
  header.test = std::ssize(images.test_labels);
  std::array<std::uint8_t, sizeof(Header)> header_bytes{};
  std::memcpy(header_bytes.data(), &header, sizeof(Header));

  const std::array<std::string_view, 5> parts{
      chars_of(header_bytes), chars_of(images.train_pixels), chars_of(images.train_labels),
      chars_of(images.test_pixels), chars_of(images.test_labels)};
  base::write_file_atomically(path, parts);
}

std::optional<DecodedFile> DecodedFile::map(const std::filesystem::path& path) {
  const base::Descriptor file(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
  struct stat status {};
  Header header;
  if (file.get() < 0 || ::fstat(file.get(), &status) != 0 ||
      ::pread(file.get(), &header, sizeof(header), 0) != ssize_t{sizeof(header)} ||
      !plausible(header) || static_cast<std::size_t>(status.st_size) != file_bytes(header)) {
    return std::nullopt;
  }
  const auto bytes = static_cast<std::size_t>(status.st_size);
  void* const address = ::mmap(nullptr, bytes, PROT_READ, MAP_SHARED, file.get(), 0);
  if (address == MAP_FAILED) {
    const std::error_code code(errno, std::generic_category());
    throw FileError(fmt::format("{}: can't be mapped: {}", path.string(), code.message()), code);
  }
  return DecodedFile(address, bytes);
}

DecodedFile::DecodedFile(void* address, std::size_t bytes) : address_(address), bytes_(bytes) {
  Header header;
  std::memcpy(&header, address, sizeof(header));
  classes_ = header.classes;
  std::span<const std::uint8_t> rest(static_cast<const std::uint8_t*>(address), bytes);
  rest = rest.subspan(sizeof(Header));
  const auto take = [&rest](std::int64_t count) {
    const auto part = rest.first(static_cast<std::size_t>(count));
    rest = rest.subspan(part.size());
    return part;
  };
  const auto take_images = [&](std::int64_t count) {
    const auto pixels = take(count * header.shape().elements());
    return ImageSet{header.shape(), pixels, take(count)};
  };
  train_ = take_images(header.train);
  test_ = take_images(header.test);
}

DecodedFile::DecodedFile(DecodedFile&& other) noexcept
    : address_(std::exchange(other.address_, nullptr)),
      bytes_(other.bytes_),
      classes_(other.classes_),
      train_(other.train_),
      test_(other.test_) {}

DecodedFile::~DecodedFile() {
  if (address_ != nullptr) {
    ::munmap(address_, bytes_);
  }
}

}  // namespace firesweep::runners::data

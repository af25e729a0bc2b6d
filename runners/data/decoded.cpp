#include "runners/data/decoded.h"

#include <array>
#include <cerrno>
#include <cstring>
#include <fstream>
#include <utility>

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "sweep/error.h"
#include "sweep/file_io.h"

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

class FileDescriptor {
 public:
  explicit FileDescriptor(int descriptor) : descriptor_(descriptor) {}
  FileDescriptor(const FileDescriptor&) = delete;
  FileDescriptor& operator=(const FileDescriptor&) = delete;
  ~FileDescriptor() {
    if (descriptor_ >= 0) {
      ::close(descriptor_);
    }
  }
  [[nodiscard]] int get() const { return descriptor_; }

 private:
  int descriptor_;
};

void write_bytes(std::ofstream& out, std::span<const std::uint8_t> bytes) {
  // A stream writes chars; this is the one way the language has from bytes to chars.
  out.write(reinterpret_cast<const char*>(bytes.data()),
            static_cast<std::streamsize>(bytes.size()));
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

  const std::filesystem::path temporary = sweep::temporary_beside(path);
  std::ofstream out(temporary, std::ios::binary | std::ios::trunc);
  for (const std::span<const std::uint8_t> part :
       {std::span<const std::uint8_t>(header_bytes), std::span(images.train_pixels),
        std::span(images.train_labels), std::span(images.test_pixels),
        std::span(images.test_labels)}) {
    write_bytes(out, part);
  }
  out.close();
  if (!out) {
    const int reason = errno;
    std::error_code ignored;
    std::filesystem::remove(temporary, ignored);
    throw FileError(fmt::format("{}: can't be written: {}", path.string(), std::strerror(reason)));
  }
  sweep::commit_file(temporary, path);
}

std::optional<DecodedFile> DecodedFile::map(const std::filesystem::path& path) {
  const FileDescriptor file(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
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
    throw FileError(fmt::format("{}: can't be mapped: {}", path.string(), std::strerror(errno)));
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

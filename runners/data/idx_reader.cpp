#include "runners/data/idx_reader.h"

#include <algorithm>
#include <array>
#include <utility>

#include <fmt/format.h>

#include "base/error.h"

namespace firesweep::runners::data {
namespace {

constexpr std::uint32_t kImageMagic = 0x00000803;  // unsigned bytes, three dimensions
constexpr std::uint32_t kLabelMagic = 0x00000801;  // unsigned bytes, one dimension
constexpr std::uint32_t kMaxCount = 100'000'000;
constexpr std::uint32_t kMaxIdxExtent = 4096;
constexpr std::int64_t kImageHeaderBytes = 16;
constexpr std::int64_t kLabelHeaderBytes = 8;
// Memory for labels starts with this size, and at most doubles before the bytes are known to exist.
constexpr std::size_t kFirstChunkBytes = std::size_t{1} << 16;

}  // namespace

IdxReader::IdxReader(std::unique_ptr<ByteSource> source, std::string name)
    : bytes_(std::move(source), std::move(name)) {}

IdxReader::ImageHeader IdxReader::image_header() {
  expect_magic(kImageMagic, "images", kImageHeaderBytes);
  count_ = number_up_to(kMaxCount, "number of images");
  const std::int64_t rows = number_up_to(kMaxIdxExtent, "rows of an image");
  const std::int64_t columns = number_up_to(kMaxIdxExtent, "columns of an image");
  pixels_ = static_cast<std::uint64_t>(count_ * rows * columns);
  return {{1, rows, columns}, count_};
}

bool IdxReader::next_image(std::span<std::uint8_t> pixels) {
  if (image_ == count_) {
    expect_end("image");
    return false;
  }
  if (bytes_.read(pixels) < pixels.size()) {
    bytes_.fail(bytes_.offset(),
                fmt::format("the file ends in its pixel data; got {} bytes; expected {}",
                            bytes_.offset() - static_cast<std::uint64_t>(header_bytes_), pixels_));
  }
  ++image_;
  return true;
}

std::int64_t IdxReader::label_header() {
  expect_magic(kLabelMagic, "labels", kLabelHeaderBytes);
  count_ = number_up_to(kMaxCount, "number of labels");
  return count_;
}

std::vector<std::uint8_t> IdxReader::labels(std::int64_t classes) {
  const auto count = static_cast<std::size_t>(count_);
  std::vector<std::uint8_t> labels;
  while (labels.size() < count) {
    const std::size_t filled = labels.size();
    const std::size_t more = std::min(std::max(kFirstChunkBytes, filled), count - filled);
    labels.resize(filled + more);
    const std::size_t got = bytes_.read(std::span(labels).subspan(filled));
    if (got < more) {
      bytes_.fail(bytes_.offset(),
                  fmt::format("the file ends in its labels; got {} bytes; expected {}",
                              filled + got, count));
    }
  }
  expect_end("label");
  const auto bad =
      std::ranges::find_if(labels, [classes](std::uint8_t label) { return label >= classes; });
  if (bad != labels.end()) {
    const auto index = bad - labels.begin();
    bytes_.fail(
        static_cast<std::uint64_t>(kLabelHeaderBytes + index),
        fmt::format("label of image {}; got {}; expected 0 to {}", index, *bad, classes - 1));
  }
  return labels;
}

/// The big-endian number in the next four bytes of the header.
std::uint32_t IdxReader::header_number() {
  std::array<std::uint8_t, 4> bytes{};
  if (bytes_.read(bytes) < bytes.size()) {
    bytes_.fail(bytes_.offset(),
                fmt::format("the file ends in its header; got {} bytes; expected {}",
                            bytes_.offset(), header_bytes_));
  }
  std::uint32_t number = 0;
  for (const std::uint8_t byte : bytes) {
    number = number << 8U | byte;
  }
  return number;
}

void IdxReader::expect_magic(std::uint32_t expected, std::string_view what,
                             std::int64_t header_bytes) {
  header_bytes_ = header_bytes;
  const std::uint32_t magic = header_number();
  if (magic != expected) {
    bytes_.fail(
        0, fmt::format("not an idx file of {}; got magic number 0x{:08x}; expected 0x{:08x}", what,
                       magic, expected));
  }
}

std::int64_t IdxReader::number_up_to(std::uint32_t maximum, std::string_view what) {
  const std::uint64_t at = bytes_.offset();
  const std::uint32_t number = header_number();
  if (number == 0 || number > maximum) {
    bytes_.fail(at, fmt::format("{}; got {}; expected 1 to {}", what, number, maximum));
  }
  return number;
}

void IdxReader::expect_end(std::string_view what) {
  std::array<std::uint8_t, 1> byte{};
  const std::uint64_t at = bytes_.offset();
  if (bytes_.read(byte) != 0) {
    bytes_.fail(at, fmt::format("bytes follow the last {}; expected the end of the file", what));
  }
}

}  // namespace firesweep::runners::data

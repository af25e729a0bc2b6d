#include "runners/data/npy_reader.h"

#include <algorithm>
#include <array>
#include <utility>

#include <fmt/format.h>

#include "base/error.h"

namespace firesweep::runners::data {
namespace {

constexpr std::array<std::uint8_t, 6> kNpyMagic{0x93, 'N', 'U', 'M', 'P', 'Y'};
constexpr std::size_t kPreambleBytes = 8;  // magic and version
constexpr std::size_t kMaxHeaderBytes = std::size_t{1} << 16;
constexpr std::size_t kLabelsAtOnce = std::size_t{1} << 14;

/// The number in the bytes of an integer, as if it were unsigned.
std::uint64_t bits_of(std::span<const std::uint8_t> item, bool is_big_endian) {
  std::uint64_t bits = 0;
  for (std::size_t i = 0; i < item.size(); ++i) {
    bits = bits << 8U | item[is_big_endian ? i : item.size() - 1 - i];
  }
  return bits;
}

std::int64_t as_signed(std::uint64_t bits, std::size_t bytes) {
  const std::size_t unused = 64 - 8 * bytes;
  return static_cast<std::int64_t>(bits << unused) >> unused;
}

}  // namespace

NpyReader::NpyReader(std::unique_ptr<ByteSource> source, std::string name)
    : source_(std::move(source)), name_(std::move(name)) {
  const std::string text = header_text();
  try {
    header_ = parse_npy_header(text);
  } catch (const Error& error) {
    fail_in_header(error.what());
  }
}

std::string NpyReader::header_text() {
  std::array<std::uint8_t, kPreambleBytes> preamble{};
  if (read_some(preamble) < preamble.size() ||
      !std::equal(kNpyMagic.begin(), kNpyMagic.end(), preamble.begin())) {
    fail_at(0, "not an array of NumPy; expected the magic bytes \\x93NUMPY");
  }
  const unsigned version = preamble[6];
  if (version < 1 || version > 3 || preamble[7] != 0) {
    fail_at(6, fmt::format("version of the format; got {}.{}; expected 1.0, 2.0 or 3.0", version,
                           preamble[7]));
  }
  std::array<std::uint8_t, 4> length{};
  const std::span<std::uint8_t> used = std::span(length).first(version == 1 ? 2 : 4);
  if (read_some(used) < used.size()) {
    fail_at(offset_, "the file ends in its header");
  }
  std::size_t bytes = 0;
  for (std::size_t i = 0; i < length.size(); ++i) {
    bytes |= std::size_t{length[i]} << (8 * i);
  }
  if (bytes > kMaxHeaderBytes) {
    fail_in_header(fmt::format("length of the header; got {} bytes; expected at most {}", bytes,
                               kMaxHeaderBytes));
  }
  std::vector<std::uint8_t> text(bytes);
  if (const std::size_t got = read_some(text); got < bytes) {
    fail_at(offset_,
            fmt::format("the file ends in its header; got {} bytes; expected {}", got, bytes));
  }
  return {text.begin(), text.end()};
}

void NpyReader::expect_size(std::uint64_t bytes) const {
  std::uint64_t items = static_cast<std::uint64_t>(header_.item_bytes);
  bool is_too_large = false;
  for (const std::int64_t extent : header_.shape) {
    is_too_large |= __builtin_mul_overflow(items, static_cast<std::uint64_t>(extent), &items);
  }
  if (is_too_large || bytes < offset_ || bytes - offset_ != items) {
    fail_in_header(
        fmt::format("an array {} of {} does not fit its file; got {} bytes with the header",
                    header_.shape_text(), header_.type_name(), bytes));
  }
}

void NpyReader::read(std::span<std::uint8_t> items) {
  if (const std::size_t got = read_some(items); got < items.size()) {
    fail_at(offset_, fmt::format("the data end early; expected an array {} of {}",
                                 header_.shape_text(), header_.type_name()));
  }
}

void NpyReader::expect_end() {
  std::array<std::uint8_t, 1> byte{};
  const std::uint64_t at = offset_;
  if (read_some(byte) != 0) {
    fail_at(at, fmt::format("bytes follow an array {} of {}; expected the end of the file",
                            header_.shape_text(), header_.type_name()));
  }
}

void NpyReader::check_labels() const {
  const std::vector<std::int64_t>& shape = header_.shape;
  const bool is_number = header_.kind == 'i' || header_.kind == 'u' || header_.kind == 'b';
  if (!is_number || header_.item_bytes > 8) {
    fail_in_header(
        fmt::format("type of the labels; got {}; expected integers", header_.type_name()));
  }
  if (shape.size() == 2 && shape[1] > 1) {
    fail_in_header(
        fmt::format("labels of shape {}: {} numbers for each image, as for several labels or "
                    "one-hot; expected one label per image, [N] or [N, 1]",
                    header_.shape_text(), shape[1]));
  }
  if (shape.empty() || shape.size() > 2 || (shape.size() == 2 && shape[1] != 1)) {
    fail_in_header(
        fmt::format("shape of the labels; got {}; expected [N] or [N, 1]", header_.shape_text()));
  }
  if (shape[0] < 1 || shape[0] > kMaxNpyImages) {
    fail_in_header(
        fmt::format("number of labels; got {}; expected 1 to {}", shape[0], kMaxNpyImages));
  }
}

std::vector<Label> NpyReader::labels() {
  check_labels();
  const auto item_bytes = static_cast<std::size_t>(header_.item_bytes);
  const auto count = static_cast<std::size_t>(header_.shape[0]);
  std::vector<std::uint8_t> items;
  std::vector<Label> labels;
  while (labels.size() < count) {
    items.resize(std::min(kLabelsAtOnce, count - labels.size()) * item_bytes);
    const std::uint64_t start = offset_;
    read(items);
    for (std::size_t at = 0; at < items.size(); at += item_bytes) {
      const std::uint64_t bits =
          bits_of(std::span(items).subspan(at, item_bytes), header_.is_big_endian);
      const bool is_negative = header_.kind == 'i' && as_signed(bits, item_bytes) < 0;
      if (is_negative || bits >= static_cast<std::uint64_t>(kMaxClasses)) {
        fail_at(start + at,
                fmt::format("label of image {}; got {}; expected 0 to {}", labels.size(),
                            is_negative ? fmt::to_string(as_signed(bits, item_bytes))
                                        : fmt::to_string(bits),
                            kMaxClasses - 1));
      }
      labels.push_back(static_cast<Label>(bits));
    }
  }
  expect_end();
  return labels;
}

void NpyReader::fail_in_header(std::string_view problem) const {
  fail_at(kPreambleBytes, problem);
}

void NpyReader::fail_at(std::uint64_t byte, std::string_view problem) const {
  throw Error(fmt::format("{}: byte {}: {}", name_, byte, problem));
}

std::size_t NpyReader::read_some(std::span<std::uint8_t> into) {
  try {
    const std::size_t got = source_->read(into);
    offset_ += got;
    return got;
  } catch (const Error& error) {
    fail_at(offset_, error.what());
  }
}

}  // namespace firesweep::runners::data

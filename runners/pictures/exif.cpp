#include "runners/pictures/exif.h"

#include <algorithm>
#include <array>
#include <cstddef>
#include <optional>

namespace firesweep::runners::pictures {
namespace {

/// Numbers of a TIFF structure, in its byte order. None beyond its end.
class TiffNumbers {
 public:
  explicit TiffNumbers(std::span<const std::uint8_t> data)
      : data_(data), little_endian_(data.size() >= 2 && data[0] == 'I' && data[1] == 'I') {}

  [[nodiscard]] std::optional<std::uint32_t> at(std::size_t offset, std::size_t bytes) const {
    if (offset > data_.size() || data_.size() - offset < bytes) {
      return std::nullopt;
    }
    std::uint32_t value = 0;
    for (std::size_t i = 0; i < bytes; ++i) {
      const std::size_t place = little_endian_ ? bytes - 1 - i : i;
      value = (value << 8U) | data_[offset + place];
    }
    return value;
  }

 private:
  std::span<const std::uint8_t> data_;
  bool little_endian_;
};

/// Bytes of a number of a TIFF field type: BYTE, SHORT or LONG; 0 for other types.
std::size_t bytes_of_type(std::uint32_t type) {
  switch (type) {
    case 1:
      return 1;
    case 3:
      return 2;
    case 4:
      return 4;
    default:
      return 0;
  }
}

}  // namespace

int exif_orientation(std::span<const std::uint8_t> exif) {
  constexpr std::array<std::uint8_t, 6> kPrefix{'E', 'x', 'i', 'f', 0, 0};
  constexpr std::uint32_t kOrientationTag = 0x0112;
  constexpr std::size_t kEntryBytes = 12;
  if (exif.size() >= kPrefix.size() && std::equal(kPrefix.begin(), kPrefix.end(), exif.begin())) {
    exif = exif.subspan(kPrefix.size());
  }
  const bool known_order =
      exif.size() >= 8 && exif[0] == exif[1] && (exif[0] == 'I' || exif[0] == 'M');
  const TiffNumbers numbers(exif);
  if (!known_order || numbers.at(2, 2) != 42U) {
    return 1;
  }
  const std::size_t directory = numbers.at(4, 4).value_or(0);
  const std::size_t entries = numbers.at(directory, 2).value_or(0);
  for (std::size_t i = 0; i < entries; ++i) {
    const std::size_t entry = directory + 2 + i * kEntryBytes;
    const auto tag = numbers.at(entry, 2);
    if (!tag) {
      break;
    }
    if (*tag == kOrientationTag) {
      const std::size_t bytes = bytes_of_type(numbers.at(entry + 2, 2).value_or(0));
      const std::uint32_t value = bytes == 0 ? 1 : numbers.at(entry + 8, bytes).value_or(1);
      return value >= 1 && value <= 8 ? static_cast<int>(value) : 1;
    }
  }
  return 1;
}

Picture upright(const Picture& picture, int orientation) {
  // EXIF 2.3, section 4.6.4: where row 0 and column 0 of the stored picture are.
  const bool transposed = orientation >= 5;
  const bool from_right =
      orientation == 2 || orientation == 3 || orientation == 7 || orientation == 8;
  const bool from_bottom =
      orientation == 3 || orientation == 4 || orientation == 6 || orientation == 7;
  Picture out = picture;
  if (transposed) {
    std::swap(out.height, out.width);
  }
  const auto channels = static_cast<std::size_t>(picture.channels);
  const auto width = static_cast<std::size_t>(picture.width);
  std::size_t written = 0;
  for (std::int64_t y = 0; y < out.height; ++y) {
    for (std::int64_t x = 0; x < out.width; ++x) {
      const std::int64_t row = transposed ? x : y;
      const std::int64_t column = transposed ? y : x;
      const auto source_y = static_cast<std::size_t>(from_bottom ? picture.height - 1 - row : row);
      const auto source_x =
          static_cast<std::size_t>(from_right ? picture.width - 1 - column : column);
      for (std::size_t c = 0; c < channels; ++c) {
        out.pixels[written++] = picture.pixels[(source_y * width + source_x) * channels + c];
      }
    }
  }
  return out;
}

}  // namespace firesweep::runners::pictures

// Rows of pixels on their way from a decoder to a picture.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "runners/pictures/decode.h"

namespace firesweep::runners::pictures {

/// Takes the rows of a picture from top to bottom.
class RowSink {
 public:
  RowSink() = default;
  RowSink(const RowSink&) = delete;
  RowSink& operator=(const RowSink&) = delete;
  virtual ~RowSink() = default;

  /// Once, before the first row.
  virtual void start(std::int64_t height, std::int64_t width, std::int64_t channels) = 0;
  /// [width, channels]; valid during the call only.
  virtual void row(std::span<const std::uint8_t> pixels) = 0;
};

/// Collects rows in a picture.
class PictureSink final : public RowSink {
 public:
  void start(std::int64_t height, std::int64_t width, std::int64_t channels) override;
  void row(std::span<const std::uint8_t> pixels) override;

  [[nodiscard]] Picture& picture() { return picture_; }

 private:
  Picture picture_;
};

/// Hands on all rows of a picture.
void feed(const Picture& picture, RowSink& sink);

/// What a decoder yields, 8 bits a channel.
enum class PixelKind { kGrey, kGreyAlpha, kRgb, kRgba, kInvertedCmyk };

[[nodiscard]] std::int64_t channels_of(PixelKind kind);

/// Converts rows of any kind to what the options ask for and hands them on.
class RowConverter {
 public:
  RowConverter(const DecodeOptions& options, RowSink& sink);

  /// Throws Error if a size is beyond the limits. For decoders that need memory before start().
  void check(std::int64_t height, std::int64_t width) const;
  /// Once, before the first row; checks the size.
  void start(std::int64_t height, std::int64_t width, PixelKind kind);
  void row(std::span<const std::uint8_t> pixels);

 private:
  DecodeOptions options_;
  RowSink& sink_;
  PixelKind kind_ = PixelKind::kRgb;
  std::vector<std::uint8_t> colours_;  // [width, 1 or 3]: without alpha or K
  std::vector<std::uint8_t> converted_;
};

/// (19595 R + 38470 G + 7471 B + 32768) >> 16
[[nodiscard]] std::uint8_t grey_of(std::uint8_t red, std::uint8_t green, std::uint8_t blue);

}  // namespace firesweep::runners::pictures

// A resize that takes the rows of the source one after another.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "runners/pictures/pixel_rows.h"
#include "runners/pictures/resize.h"

namespace firesweep::runners::pictures {

/// Consecutive outputs of one direction.
struct Window {
  std::int64_t first = 0;
  std::int64_t count = 0;
};

/// What a resize makes: of an output of height x width pixels only the window.
struct Resampling {
  std::int64_t height = 0;
  std::int64_t width = 0;
  Window rows;
  Window columns;
  Box box;  // of the source
  Filter filter = Filter::kBilinear;
};

/// The weights of one direction, for the outputs of a window.
class FilterWeights {
 public:
  FilterWeights() = default;
  /// `size` inputs, of which [from, to) become `outputs`.
  FilterWeights(std::int64_t size, float from, float to, std::int64_t outputs, Window window,
                Filter filter);

  [[nodiscard]] std::size_t first(std::size_t output) const { return first_[output]; }
  [[nodiscard]] std::size_t taps(std::size_t output) const { return taps_[output]; }
  /// The weights of an output, in units of 2^-kWeightBits: [taps(output)].
  [[nodiscard]] const std::int32_t* values(std::size_t output) const {
    return values_.data() + output * max_taps_;
  }
  [[nodiscard]] const std::vector<std::uint32_t>& firsts() const { return first_; }
  [[nodiscard]] std::size_t max_taps() const { return max_taps_; }
  [[nodiscard]] std::size_t outputs() const { return first_.size(); }

 private:
  std::size_t max_taps_ = 0;
  std::vector<std::uint32_t> first_;
  std::vector<std::size_t> taps_;
  std::vector<std::int32_t> values_;
};

/// Resizes each row when it arrives and keeps only the result: memory never has the whole source.
class Resampler {
 public:
  /// The box must be within height x width.
  Resampler(const Resampling& resampling, std::int64_t height, std::int64_t width,
            std::int64_t channels);

  /// The next row of the source: [width, channels].
  void row(std::span<const std::uint8_t> pixels);
  /// After the last row: the window, [rows.count, columns.count, channels].
  [[nodiscard]] Picture finish();

 private:
  void split_weights();

  std::int64_t width_;
  std::int64_t channels_;
  FilterWeights horizontal_;
  FilterWeights vertical_;
  std::vector<std::int16_t> high_;
  std::vector<std::int16_t> low_;
  std::size_t padded_taps_ = 0;
  std::size_t first_row_ = 0;         // of the source that any output needs
  std::size_t rows_ = 0;              // that any output needs
  std::size_t next_row_ = 0;          // of the source
  std::size_t stride_ = 0;            // of resized rows
  std::vector<std::uint8_t> source_;  // one row, with room behind it
  std::vector<std::uint8_t> planes_;
  std::vector<std::uint8_t> resized_;  // [rows_, stride_]
};

/// What a Resampler makes of a whole picture.
[[nodiscard]] Picture resampled(const Picture& picture, const Resampling& resampling);

}  // namespace firesweep::runners::pictures

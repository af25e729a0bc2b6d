// The two passes of a resize on 8-bit values, vectorised. All instruction sets give the same bits:
// sums are exact in 32-bit integers.
#pragma once

#include <cstddef>
#include <cstdint>

namespace firesweep::runners::pictures {

inline constexpr int kWeightBits = 22;  // of the fractions of a weight
// A weight is high * 2^15 + low with 0 <= low < 2^15: two products of 16 bits.
inline constexpr int kLowBits = 15;
// Readable values behind each row that the kernels are given.
inline constexpr std::size_t kRowPadding = 128;

/// The weights of one output value: taps of consecutive inputs.
struct RowWeights {
  std::size_t outputs = 0;
  std::size_t taps = 0;                  // per output, a result of padded_taps()
  const std::uint32_t* first = nullptr;  // [outputs]: the first input
  const std::int16_t* high = nullptr;    // [outputs, taps], 0 behind the last input
  const std::int16_t* low = nullptr;
};

/// The number of taps that the kernels take in place of `taps` on this processor.
[[nodiscard]] std::size_t padded_taps(std::size_t taps);

/// One row: `row` [width, channels] to `out` [outputs, channels] and up to 3 values more. `planes`
/// has room for `channels` rows of width + kRowPadding values; so has `row` for kRowPadding values
/// behind its end.
void resize_row(const std::uint8_t* row, std::size_t width, std::size_t channels,
                const RowWeights& weights, std::uint8_t* planes, std::uint8_t* out);

/// The weighted sum of `taps` rows of `count` values, `stride` apart. Reads and writes up to
/// kRowPadding values more.
void sum_rows(const std::uint8_t* rows, std::size_t stride, std::size_t taps,
              const std::int32_t* weights, std::size_t count, std::uint8_t* out);

}  // namespace firesweep::runners::pictures

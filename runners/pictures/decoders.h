// The decoders, one source each. Each reads a whole file in memory, hands its rows on, and returns
// the orientation that EXIF notes, 1 to 8; 1 if there is none, or if it is to be ignored. Each
// throws Error with the reason for what it can't decode.
#pragma once

#include <cstdint>
#include <span>

#include "runners/pictures/decode.h"
#include "runners/pictures/pixel_rows.h"

namespace firesweep::runners::pictures {

int decode_jpeg(std::span<const std::uint8_t> file, Orientation orientation, RowConverter& rows);
int decode_png(std::span<const std::uint8_t> file, Orientation orientation, RowConverter& rows);
int decode_webp(std::span<const std::uint8_t> file, Orientation orientation, RowConverter& rows);
int decode_gif(std::span<const std::uint8_t> file, Orientation orientation, RowConverter& rows);

}  // namespace firesweep::runners::pictures

// Pictures for tests.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include "base/atomic_file.h"
#include "runners/pictures/picture.h"

namespace firesweep::tests {

/// An input of the fuzz targets, e.g. "png_file/rgb".
inline std::vector<std::uint8_t> corpus_file(const std::string& name) {
  const std::string content =
      base::read_file(std::filesystem::path(FIRESWEEP_SOURCE_DIR) / "tests/fuzz/corpus" / name);
  return {content.begin(), content.end()};
}

/// What the opaque files of the corpora show: 9x7 pixels, in colour.
inline runners::pictures::Picture corpus_scene() {
  runners::pictures::Picture picture{7, 9, 3, {}};
  for (int y = 0; y < 7; ++y) {
    for (int x = 0; x < 9; ++x) {
      for (const int value : {28 * x, 36 * y, x * y * 9}) {
        picture.pixels.push_back(static_cast<std::uint8_t>(value));
      }
    }
  }
  return picture;
}

/// Noise, always the same.
inline runners::pictures::Picture noise(std::int64_t height, std::int64_t width,
                                        std::int64_t channels) {
  runners::pictures::Picture picture{height, width, channels, {}};
  std::uint32_t state = 1;
  for (std::int64_t i = 0; i < height * width * channels; ++i) {
    state = state * 1664525U + 1013904223U;
    // A third of the pixels is black or white, which cubic weights overshoot.
    const std::uint32_t value = state >> 24U;
    picture.pixels.push_back(
        static_cast<std::uint8_t>(value < 40 ? 0 : (value > 215 ? 255 : value)));
  }
  return picture;
}

}  // namespace firesweep::tests

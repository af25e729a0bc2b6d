// The keys of dataset_keys.h that decide what picture files become.
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <string_view>

#include "models/architecture.h"
#include "runners/pictures/decode.h"
#include "runners/pictures/framing.h"
#include "sweep/spec/sweep_spec.h"

namespace firesweep::runners::data {

struct PictureOptions {
  pictures::DecodeOptions decode;
  pictures::Framing framing;

  /// Of every image: [channels, height, width].
  [[nodiscard]] models::Shape shape() const {
    return {decode.channels, framing.height, framing.width};
  }
  /// Everything that decides the pixels of a file, and the version of the decoder.
  [[nodiscard]] std::string identity() const;
};

/// Throws ConfigError with its place for an option out of range.
[[nodiscard]] PictureOptions picture_options(const sweep::DatasetSpec& spec,
                                             std::int64_t default_size);

}  // namespace firesweep::runners::data

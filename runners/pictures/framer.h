// Frames a picture whose rows come one after another.
#pragma once

#include <cstdint>
#include <optional>
#include <span>

#include "runners/pictures/framing.h"
#include "runners/pictures/resampler.h"

namespace firesweep::runners::pictures {

class Framer final : public RowSink {
 public:
  /// Throws Error unless the size is at least 1x1 and within the limits.
  Framer(const Framing& framing, const Colour& background);

  void start(std::int64_t height, std::int64_t width, std::int64_t channels) override;
  void row(std::span<const std::uint8_t> pixels) override;

  /// After the last row: a picture of the framing's size.
  [[nodiscard]] Picture finish();

 private:
  Framing framing_;
  Colour background_;
  std::optional<Resampler> resampler_;
};

}  // namespace firesweep::runners::pictures

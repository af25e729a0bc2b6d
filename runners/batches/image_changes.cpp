#include "runners/batches/image_changes.h"

#include <algorithm>
#include <cmath>
#include <cstdlib>

#include "runners/data/random.h"

namespace firesweep::runners::batches {

namespace {

constexpr double kMinAspect = 3.0 / 4.0;  // width : height
constexpr double kMaxAspect = 4.0 / 3.0;
constexpr int kCropAttempts = 10;

constexpr double kMinErasedArea = 0.02;
constexpr double kMaxErasedArea = 0.4;
constexpr double kMinErasedAspect = 0.3;  // height : width
constexpr int kErasingAttempts = 100;

double between(double low, double high, data::RandomStream& random) {
  return low + random.unit() * (high - low);
}

std::int64_t below(std::int64_t bound, data::RandomStream& random) {
  return static_cast<std::int64_t>(random.below(static_cast<std::uint64_t>(bound)));
}

class ChangesDraw {
 public:
  ChangesDraw(const Augmentation& augmentation, const models::Shape& shape, std::uint64_t seed,
              std::int64_t epoch, std::int64_t index)
      : augmentation_(augmentation),
        shape_(shape),
        seed_(seed ^ base::splitmix64(static_cast<std::uint64_t>(epoch))),
        index_(static_cast<std::uint64_t>(index)) {}

  ImageChanges draw() {
    draw_window();
    if (augmentation_.random_resized_crop > 0.0) {
      changes_.source = resized_crop();
    }
    draw_colors();
    if (augmentation_.cutout > 0) {
      draw_cutout();
    }
    if (augmentation_.random_erasing > 0.0) {
      draw_erasing();
    }
    return changes_;
  }

 private:
  /// One stream per image, epoch and purpose: a draw depends neither on the batch size nor on the
  /// other augmentations.
  [[nodiscard]] data::RandomStream stream(data::Stream purpose) const {
    return {purpose, seed_, index_};
  }

  void draw_window() {
    data::RandomStream random = stream(data::Stream::kAugmentation);
    changes_.source = {.height = shape_.height, .width = shape_.width};
    if (augmentation_.crop_padding > 0) {
      const std::int64_t positions = 2 * augmentation_.crop_padding + 1;
      changes_.source.top = below(positions, random) - augmentation_.crop_padding;
      changes_.source.left = below(positions, random) - augmentation_.crop_padding;
    }
    changes_.flip = augmentation_.horizontal_flip && random.below(2) == 1;
    if (augmentation_.crop_fill == sweep::CropFill::kMean) {
      erase_padding();
    }
  }

  /// Rows above or below the image, and columns left or right of it.
  void erase_padding() {
    const std::int64_t rows = std::min(std::abs(changes_.source.top), shape_.height);
    if (rows > 0) {
      const std::int64_t top = changes_.source.top < 0 ? 0 : shape_.height - rows;
      changes_.erase({top, 0, rows, shape_.width});
    }
    const std::int64_t columns = std::min(std::abs(changes_.source.left), shape_.width);
    if (columns > 0) {
      const bool at_left = (changes_.source.left < 0) != changes_.flip;
      changes_.erase({0, at_left ? 0 : shape_.width - columns, shape_.height, columns});
    }
  }

  [[nodiscard]] Rectangle resized_crop() const {
    data::RandomStream random = stream(data::Stream::kResizedCrop);
    const auto area = static_cast<double>(shape_.height * shape_.width);
    for (int attempt = 0; attempt < kCropAttempts; ++attempt) {
      const double wanted = area * between(augmentation_.random_resized_crop, 1.0, random);
      const double aspect = std::exp(between(std::log(kMinAspect), std::log(kMaxAspect), random));
      const std::int64_t width = std::llround(std::sqrt(wanted * aspect));
      const std::int64_t height = std::llround(std::sqrt(wanted / aspect));
      if (width >= 1 && width <= shape_.width && height >= 1 && height <= shape_.height) {
        const std::int64_t top = below(shape_.height - height + 1, random);
        const std::int64_t left = below(shape_.width - width + 1, random);
        return {top, left, height, width};
      }
    }
    return central_crop();
  }

  /// As much of the image as the aspects allow.
  [[nodiscard]] Rectangle central_crop() const {
    const auto height = static_cast<double>(shape_.height);
    const auto width = static_cast<double>(shape_.width);
    Rectangle part{
        .height = std::clamp<std::int64_t>(std::llround(width / kMinAspect), 1, shape_.height),
        .width = std::clamp<std::int64_t>(std::llround(height * kMaxAspect), 1, shape_.width)};
    part.top = (shape_.height - part.height) / 2;
    part.left = (shape_.width - part.width) / 2;
    return part;
  }

  void add_factor(ColorStep step, double range, data::Stream purpose) {
    if (range > 0.0) {
      data::RandomStream random = stream(purpose);
      changes_.add({step, between(std::max(0.0, 1.0 - range), 1.0 + range, random)});
    }
  }

  void draw_colors() {
    std::array steps{ColorStep::kBrightness, ColorStep::kContrast, ColorStep::kSaturation,
                     ColorStep::kHue};
    data::RandomStream order = stream(data::Stream::kColorOrder);
    data::shuffle(std::span<ColorStep>(steps), order);
    for (const ColorStep step : steps) {
      switch (step) {
        case ColorStep::kBrightness:
          add_factor(step, augmentation_.brightness, data::Stream::kBrightness);
          break;
        case ColorStep::kContrast:
          add_factor(step, augmentation_.contrast, data::Stream::kContrast);
          break;
        case ColorStep::kSaturation:
          add_factor(step, augmentation_.saturation, data::Stream::kSaturation);
          break;
        case ColorStep::kHue:
          if (augmentation_.hue > 0.0) {
            data::RandomStream random = stream(data::Stream::kHue);
            changes_.add({step, between(-augmentation_.hue, augmentation_.hue, random)});
          }
          break;
      }
    }
  }

  /// The part of the square that is inside the image.
  void draw_cutout() {
    data::RandomStream random = stream(data::Stream::kCutout);
    const std::int64_t side = augmentation_.cutout;
    const std::int64_t top = below(shape_.height, random) - side / 2;
    const std::int64_t left = below(shape_.width, random) - side / 2;
    Rectangle part{.top = std::max<std::int64_t>(top, 0), .left = std::max<std::int64_t>(left, 0)};
    part.height = std::min(top + side, shape_.height) - part.top;
    part.width = std::min(left + side, shape_.width) - part.left;
    if (part.height > 0 && part.width > 0) {
      changes_.erase(part);
    }
  }

  void draw_erasing() {
    data::RandomStream random = stream(data::Stream::kRandomErasing);
    if (random.unit() >= augmentation_.random_erasing) {
      return;
    }
    const auto area = static_cast<double>(shape_.height * shape_.width);
    for (int attempt = 0; attempt < kErasingAttempts; ++attempt) {
      const double wanted = area * between(kMinErasedArea, kMaxErasedArea, random);
      const double aspect = between(kMinErasedAspect, 1.0 / kMinErasedAspect, random);
      const Rectangle part{
          .top = below(shape_.height, random),
          .left = below(shape_.width, random),
          .height = std::max<std::int64_t>(std::llround(std::sqrt(wanted * aspect)), 1),
          .width = std::max<std::int64_t>(std::llround(std::sqrt(wanted / aspect)), 1)};
      if (part.top + part.height <= shape_.height && part.left + part.width <= shape_.width) {
        changes_.erase(part);
        return;
      }
    }
  }

  const Augmentation& augmentation_;
  const models::Shape& shape_;
  std::uint64_t seed_;
  std::uint64_t index_;
  ImageChanges changes_;
};

}  // namespace

ImageChanges draw_changes(const Augmentation& augmentation, const models::Shape& shape,
                          std::uint64_t seed, std::int64_t epoch, std::int64_t index) {
  return ChangesDraw(augmentation, shape, seed, epoch, index).draw();
}

}  // namespace firesweep::runners::batches

#include <algorithm>

#include <fmt/format.h>

#include "base/units.h"
#include "runners/data/fingerprint.h"
#include "runners/data/random.h"
#include "runners/data/sources.h"

namespace firesweep::runners::data {
namespace {

constexpr std::int64_t kCells = 5;   // a pattern is a grid of kCells x kCells values ...
constexpr std::int64_t kUnit = 256;  // ... interpolated in units of 1/kUnit of a cell
constexpr std::int64_t kMaxShift = 2;
constexpr std::int64_t kMaxSyntheticExtent = 1024;
constexpr std::int64_t kMaxChannels = 16;
constexpr std::int64_t kMaxSyntheticClasses = 1000;        // their patterns are all in memory
constexpr std::int64_t kMaxBytes = std::int64_t{1} << 33;  // of all images
constexpr std::int64_t kNoise = 80;  // maximum noise of a pixel in each direction

// Each use has its own random numbers, so that no use repeats another.
enum class Use : std::uint64_t { kPattern = 1, kTrain = 2, kTest = 3 };

/// Random number `counter` of a use.
std::uint64_t random_bits(Use use, std::uint64_t counter) {
  return splitmix64(splitmix64(static_cast<std::uint64_t>(use)) ^ splitmix64(counter));
}

std::int64_t cell(std::int64_t label, std::int64_t channel, std::int64_t row, std::int64_t column) {
  const std::int64_t counter = ((label * 16 + channel) * kCells + row) * kCells + column;
  return static_cast<std::int64_t>(random_bits(Use::kPattern, static_cast<std::uint64_t>(counter)) %
                                   256U);
}

/// The pattern of a class, bilinear between its cells, with a margin for shifts.
/// [C, H + 2 kMaxShift, W + 2 kMaxShift], values 0 to 255.
std::vector<std::int16_t> pattern(std::int64_t label, const models::Shape& shape) {
  const std::int64_t rows = shape.height + 2 * kMaxShift;
  const std::int64_t columns = shape.width + 2 * kMaxShift;
  std::vector<std::int16_t> values;
  values.reserve(static_cast<std::size_t>(shape.channels * rows * columns));
  for (std::int64_t channel = 0; channel < shape.channels; ++channel) {
    for (std::int64_t row = 0; row < rows; ++row) {
      const std::int64_t y = row * (kCells - 1) * kUnit / rows;
      for (std::int64_t column = 0; column < columns; ++column) {
        const std::int64_t x = column * (kCells - 1) * kUnit / columns;
        const auto across = [&](std::int64_t cell_row) {
          return cell(label, channel, cell_row, x / kUnit) * (kUnit - x % kUnit) +
                 cell(label, channel, cell_row, x / kUnit + 1) * (x % kUnit);
        };
        const std::int64_t mixed =
            across(y / kUnit) * (kUnit - y % kUnit) + across(y / kUnit + 1) * (y % kUnit);
        values.push_back(static_cast<std::int16_t>(mixed / (kUnit * kUnit)));
      }
    }
  }
  return values;
}

using Patterns = std::vector<std::vector<std::int16_t>>;  // one per class

/// How an image shows its pattern.
struct View {
  std::int64_t shift_y = 0;  // 0 .. 2 kMaxShift
  std::int64_t shift_x = 0;
  std::int64_t contrast = 0;  // in 1/128
  // Another class's pattern is added, always weaker than the image's own.
  std::size_t ghost = 0;
  std::int64_t ghost_contrast = 0;
};

View view_of(std::uint64_t bits, Label label, std::int64_t classes) {
  constexpr std::uint64_t kShifts = 2 * kMaxShift + 1;
  const std::int64_t contrast = 32 + static_cast<std::int64_t>((bits >> 32U) % 64U);
  const auto others = static_cast<std::uint64_t>(std::max<std::int64_t>(classes - 1, 1));
  View view;
  view.shift_y = static_cast<std::int64_t>(bits % kShifts);
  view.shift_x = static_cast<std::int64_t>((bits >> 8U) % kShifts);
  view.contrast = contrast;
  view.ghost = (label + 1 + (bits >> 40U) % others) % static_cast<std::uint64_t>(classes);
  view.ghost_contrast = contrast * static_cast<std::int64_t>((bits >> 16U) % 16U) / 16;
  return view;
}

/// Fills `pixels` [C, H, W].
void draw(const View& view, Label label, const Patterns& patterns, const models::Shape& shape,
          Use use, std::uint64_t counter, std::vector<std::uint8_t>& pixels) {
  pixels.clear();
  const std::vector<std::int16_t>& own = patterns[label];
  const std::vector<std::int16_t>& ghost = patterns[view.ghost];
  const std::int64_t rows = shape.height + 2 * kMaxShift;
  const std::int64_t columns = shape.width + 2 * kMaxShift;
  std::uint64_t noise = 0;
  std::int64_t drawn = 0;
  for (std::int64_t channel = 0; channel < shape.channels; ++channel) {
    for (std::int64_t row = 0; row < shape.height; ++row) {
      const std::int64_t line = (channel * rows + row + view.shift_y) * columns + view.shift_x;
      for (std::int64_t column = 0; column < shape.width; ++column, ++drawn) {
        if (drawn % 8 == 0) {  // one byte of noise per pixel
          noise = random_bits(use, ++counter);
        }
        const auto place = static_cast<std::size_t>(line + column);
        const std::int64_t grain =
            static_cast<std::int64_t>(noise & 0xffU) * (2 * kNoise + 1) / 256 - kNoise;
        noise >>= 8U;
        const std::int64_t shown = 128 + (own[place] - 128) * view.contrast / 128 +
                                   (ghost[place] - 128) * view.ghost_contrast / 128 + grain;
        pixels.push_back(static_cast<std::uint8_t>(std::clamp<std::int64_t>(shown, 0, 255)));
      }
    }
  }
}

sweep::DatasetShape shape_of(const sweep::DatasetSpec& spec) {
  return {spec.shape.value_or(models::Shape{1, 28, 28}), spec.classes.value_or(10),
          spec.train ? *spec.train + spec.validation.value_or(5000) : 60'000,
          spec.test.value_or(10'000)};
}

void check_keys(const sweep::DatasetSpec& spec) {
  const sweep::DatasetShape made = shape_of(spec);
  const auto within = [](std::int64_t extent, std::int64_t maximum) {
    return extent >= 1 && extent <= maximum;
  };
  const models::Shape& image = made.image;
  if (!within(image.channels, kMaxChannels) || !within(image.height, kMaxSyntheticExtent) ||
      !within(image.width, kMaxSyntheticExtent)) {
    fail_at_key(spec, "shape",
                fmt::format("out of range; got [{}, {}, {}]; expected [channels, height, width] "
                            "from [1, 1, 1] to [{}, {}, {}]",
                            image.channels, image.height, image.width, kMaxChannels,
                            kMaxSyntheticExtent, kMaxSyntheticExtent));
  }
  if (made.classes < 2 || made.classes > kMaxSyntheticClasses) {
    fail_at_key(
        spec, "classes",
        fmt::format("out of range; got {}; expected 2 to {}", made.classes, kMaxSyntheticClasses));
  }
  const std::int64_t images = made.train + made.test;
  if (images > kMaxBytes / image.elements()) {
    fail_at_key(spec, spec.train ? "train" : "shape",
                fmt::format("{} synthetic images of {} exceed the limit of {}; request fewer",
                            images, base::size_text(image.elements()), base::size_text(kMaxBytes)));
  }
  if (spec.root) {
    fail_at_key(spec, "root", "synthetic images have no files; remove root");
  }
}

class SyntheticSource final : public DataSource {
 public:
  explicit SyntheticSource(const sweep::DatasetShape& shape) : shape_(shape) {}

  [[nodiscard]] Description describe() const override { return {shape_}; }

  [[nodiscard]] std::string fingerprint() const override {
    Fingerprint fingerprint;
    fingerprint.add(fmt::format(
        "synthetic version 1, shape {}x{}x{}, classes {}, train {}, test {}", shape_.image.channels,
        shape_.image.height, shape_.image.width, shape_.classes, shape_.train, shape_.test));
    return fingerprint.hexadecimal();
  }

  void stream(Part part, std::int64_t first, ImageSink& sink) const override {
    if (part == Part::kValidation) {
      return;
    }
    Patterns patterns;
    for (std::int64_t label = 0; label < shape_.classes; ++label) {
      patterns.push_back(pattern(label, shape_.image));
    }
    const Use use = part == Part::kTrain ? Use::kTrain : Use::kTest;
    const std::int64_t numbers = shape_.image.elements() / 8 + 2;  // random numbers per image
    std::vector<std::uint8_t> pixels;
    pixels.reserve(static_cast<std::size_t>(shape_.image.elements()));
    for (std::int64_t image = first; image < images_in(part, shape_); ++image) {
      const auto label = static_cast<Label>(image % shape_.classes);
      const auto counter = static_cast<std::uint64_t>(image * numbers);
      draw(view_of(random_bits(use, counter), label, shape_.classes), label, patterns, shape_.image,
           use, counter, pixels);
      sink.image({.pixels = pixels, .label = label});
    }
  }

 private:
  sweep::DatasetShape shape_;
};

}  // namespace

std::unique_ptr<DataSource> make_synthetic_source(const sweep::DatasetSpec& spec) {
  check_keys(spec);
  return std::make_unique<SyntheticSource>(shape_of(spec));
}

}  // namespace firesweep::runners::data

#include "runners/batches/image_changes.h"

#include <algorithm>
#include <cmath>
#include <map>
#include <vector>

#include <catch2/catch.hpp>

namespace firesweep::runners::batches {
namespace {

constexpr std::int64_t kImages = 20000;
const models::Shape kShape{3, 40, 64};
const Augmentation kAll{.horizontal_flip = true,
                        .random_resized_crop = 0.25,
                        .brightness = 0.4,
                        .contrast = 1.5,
                        .saturation = 0.2,
                        .hue = 0.1,
                        .cutout = 9,
                        .random_erasing = 0.3};

std::vector<ImageChanges> drawn(const Augmentation& augmentation) {
  std::vector<ImageChanges> all;
  for (std::int64_t i = 0; i < kImages; ++i) {
    all.push_back(draw_changes(augmentation, kShape, 7, 2, i));
  }
  return all;
}

/// Fraction of images that `counts`.
template <typename Counts>
double fraction(const std::vector<ImageChanges>& all, const Counts& counts) {
  return static_cast<double>(std::ranges::count_if(all, counts)) / static_cast<double>(all.size());
}

std::vector<double> amounts(const std::vector<ImageChanges>& all, ColorStep step) {
  std::vector<double> found;
  for (const ImageChanges& changes : all) {
    for (const ColorChange& change : changes.colors()) {
      if (change.step == step) {
        found.push_back(change.amount);
      }
    }
  }
  return found;
}

double mean(const std::vector<double>& values) {
  double sum = 0.0;
  for (const double value : values) {
    sum += value;
  }
  return sum / static_cast<double>(values.size());
}

bool is_inside(const Rectangle& part) {
  return part.top >= 0 && part.left >= 0 && part.height >= 1 && part.width >= 1 &&
         part.top + part.height <= kShape.height && part.left + part.width <= kShape.width;
}

double area(const Rectangle& part) {
  return static_cast<double>(part.height * part.width) /
         static_cast<double>(kShape.height * kShape.width);
}

/// What an augmentation that does one thing changes, of `changes` that do more.
bool has_colors_of(const ImageChanges& changes, const ImageChanges& one) {
  return std::ranges::all_of(one.colors(), [&](const ColorChange& change) {
    return std::ranges::any_of(changes.colors(), [&](const ColorChange& other) {
      return other.step == change.step && other.amount == change.amount;
    });
  });
}

}  // namespace

TEST_CASE("Without augmentation nothing changes") {
  const ImageChanges changes = draw_changes({}, kShape, 7, 2, 5);
  CHECK(changes.source == Rectangle{0, 0, 40, 64});
  CHECK_FALSE(changes.flip);
  CHECK(changes.colors().empty());
  CHECK(changes.erased().empty());
}

TEST_CASE("Half of the images are mirrored") {
  const auto all = drawn({.horizontal_flip = true});
  CHECK(fraction(all, [](const auto& changes) { return changes.flip; }) ==
        Approx(0.5).margin(0.012));
}

TEST_CASE("Windows of the padded image are uniform") {
  std::map<std::pair<std::int64_t, std::int64_t>, int> seen;
  for (const ImageChanges& changes : drawn({.crop_padding = 2})) {
    CHECK(changes.source.height == 40);
    CHECK(changes.source.width == 64);
    ++seen[{changes.source.top, changes.source.left}];
  }
  CHECK(seen.size() == 25);
  for (const auto& [window, count] : seen) {
    CAPTURE(window.first, window.second);
    CHECK(std::abs(window.first) <= 2);
    CHECK(std::abs(window.second) <= 2);
    CHECK(count == Approx(kImages / 25).epsilon(0.2));
  }
}

TEST_CASE("Crops of random size are inside the image, with the areas and aspects of the recipe") {
  const auto all = drawn({.random_resized_crop = 0.25});
  std::vector<double> areas;
  std::vector<double> log_aspects;
  for (const ImageChanges& changes : all) {
    const Rectangle& part = changes.source;
    REQUIRE(is_inside(part));
    areas.push_back(area(part));
    log_aspects.push_back(
        std::log(static_cast<double>(part.width) / static_cast<double>(part.height)));
    CHECK(areas.back() > 0.25 - 0.04);  // sides are rounded to pixels
    CHECK(std::abs(log_aspects.back()) < std::log(4.0 / 3.0) + 0.06);
  }
  CHECK(*std::ranges::min_element(areas) < 0.27);
  CHECK(*std::ranges::max_element(areas) > 0.8);
  CHECK(*std::ranges::min_element(log_aspects) < -0.25);
  CHECK(*std::ranges::max_element(log_aspects) > 0.25);
  // A part of a third of the area fits at every aspect, so it is anywhere in the image.
  CHECK(fraction(all, [](const auto& changes) { return changes.source.top == 0; }) > 0.02);
  CHECK(fraction(all, [](const auto& changes) {
          return changes.source.left + changes.source.width == kShape.width;
        }) > 0.01);
}

TEST_CASE("An image that no crop fits is cropped in its middle") {
  // 40 rows and 10 columns: every part of the whole area is wider than the image.
  const ImageChanges changes = draw_changes({.random_resized_crop = 1.0}, {3, 40, 10}, 7, 2, 5);
  CHECK(changes.source == Rectangle{13, 0, 13, 10});
  CHECK(draw_changes({.random_resized_crop = 1.0}, {3, 10, 40}, 7, 2, 5).source ==
        Rectangle{0, 13, 10, 13});
}

TEST_CASE("Factors and hues are uniform in their ranges") {
  struct Case {
    ColorStep step;
    double low;
    double high;
  };
  const auto all = drawn(kAll);
  for (const Case& expected :
       {Case{ColorStep::kBrightness, 0.6, 1.4}, Case{ColorStep::kContrast, 0.0, 2.5},
        Case{ColorStep::kSaturation, 0.8, 1.2}, Case{ColorStep::kHue, -0.1, 0.1}}) {
    const std::vector<double> values = amounts(all, expected.step);
    CHECK(values.size() == kImages);
    const double width = expected.high - expected.low;
    const auto [smallest, largest] = std::ranges::minmax(values);
    CHECK(smallest >= expected.low);
    CHECK(largest <= expected.high);
    CHECK(smallest < expected.low + 0.001 * width);
    CHECK(largest > expected.high - 0.001 * width);
    CHECK(mean(values) == Approx((expected.low + expected.high) / 2).margin(0.01 * width));
  }
}

TEST_CASE("Every order of the colour steps is equally frequent") {
  std::map<std::vector<ColorStep>, int> seen;
  for (const ImageChanges& changes : drawn(kAll)) {
    std::vector<ColorStep> order;
    for (const ColorChange& change : changes.colors()) {
      order.push_back(change.step);
    }
    ++seen[order];
  }
  CHECK(seen.size() == 24);
  for (const auto& [order, count] : seen) {
    CHECK(count == Approx(kImages / 24).epsilon(0.17));
  }
}

TEST_CASE("A cutout's centre is anywhere in the image, and what is outside is cut off") {
  std::map<std::int64_t, int> heights;
  double erased = 0.0;
  for (const ImageChanges& changes : drawn({.cutout = 9})) {
    REQUIRE(changes.erased().size() == 1);
    const Rectangle& part = changes.erased().front();
    REQUIRE(is_inside(part));
    CHECK(part.width <= 9);
    ++heights[part.height];
    erased += area(part) / static_cast<double>(kImages);
  }
  CHECK(heights.begin()->first == 5);  // the centre is in the first or last row
  CHECK(heights.rbegin()->first == 9);
  CHECK(heights[9] == Approx(kImages * 32 / 40).epsilon(0.03));
  CHECK(erased == Approx((9 - 20.0 / 40) * (9 - 20.0 / 64) / (40 * 64)).epsilon(0.01));
}

TEST_CASE("Rectangles are erased with the recipe's probability, area and aspect") {
  const auto all = drawn({.random_erasing = 0.3});
  CHECK(fraction(all, [](const auto& changes) { return !changes.erased().empty(); }) ==
        Approx(0.3).margin(0.012));
  std::vector<double> areas;
  std::vector<double> aspects;
  for (const ImageChanges& changes : all) {
    for (const Rectangle& part : changes.erased()) {
      REQUIRE(is_inside(part));
      areas.push_back(area(part));
      aspects.push_back(static_cast<double>(part.height) / static_cast<double>(part.width));
    }
  }
  CHECK(*std::ranges::min_element(areas) > 0.017);
  CHECK(*std::ranges::min_element(areas) < 0.025);
  CHECK(*std::ranges::max_element(areas) < 0.415);
  CHECK(*std::ranges::max_element(areas) > 0.3);
  CHECK(*std::ranges::min_element(aspects) > 0.25);
  CHECK(*std::ranges::max_element(aspects) < 3.9);
  CHECK(fraction(drawn({.random_erasing = 1.0}),
                 [](const auto& changes) { return changes.erased().size() == 1; }) == 1.0);
}

TEST_CASE("Switching an augmentation on leaves the draws of the others as they were") {
  for (std::int64_t i = 0; i < 200; ++i) {
    const auto one = [i](const Augmentation& augmentation) {
      return draw_changes(augmentation, kShape, 7, 2, i);
    };
    const ImageChanges all = one(kAll);
    CHECK(one({.horizontal_flip = true}).flip == all.flip);
    CHECK(one({.random_resized_crop = 0.25}).source == all.source);
    CHECK(has_colors_of(all, one({.brightness = 0.4})));
    CHECK(has_colors_of(all, one({.contrast = 1.5})));
    CHECK(has_colors_of(all, one({.saturation = 0.2})));
    CHECK(has_colors_of(all, one({.hue = 0.1})));
    CHECK(one({.cutout = 9}).erased().front() == all.erased().front());
    const ImageChanges erasing = one({.random_erasing = 0.3});
    REQUIRE(erasing.erased().size() + 1 == all.erased().size());
    CHECK((erasing.erased().empty() || erasing.erased().back() == all.erased().back()));
    // With two steps only, their order is that among all.
    const ImageChanges two = one({.contrast = 1.5, .hue = 0.1});
    std::vector<ColorStep> order;
    for (const ColorChange& change : all.colors()) {
      if (change.step == ColorStep::kContrast || change.step == ColorStep::kHue) {
        order.push_back(change.step);
      }
    }
    CHECK(two.colors()[0].step == order[0]);
    CHECK(two.colors()[1].step == order[1]);
  }
}

TEST_CASE("Seed, epoch and image each change the draws") {
  const auto brightness = [](std::uint64_t seed, std::int64_t epoch, std::int64_t image) {
    return draw_changes(kAll, kShape, seed, epoch, image).colors().front().amount;
  };
  const double reference = brightness(7, 2, 5);
  CHECK(brightness(7, 2, 5) == reference);
  CHECK(brightness(8, 2, 5) != reference);
  CHECK(brightness(7, 3, 5) != reference);
  CHECK(brightness(7, 2, 6) != reference);
}

}  // namespace firesweep::runners::batches

// The error of a mean over seeds and images when both are samples: other seeds would have trained
// other networks, and another validation set would have had other images.
//
// Every network of a design sees the same images, so the scores form a table of units (networks, or
// pairs of them) times images, without repetition. Its variance has three parts: between units,
// between images, and the rest (two-way random effects: Searle, Casella & McCulloch, "Variance
// components", 1992, section 4.7). With the usual mean squares of U units and I images the mean's
// variance is estimated as
//
//   seeds + images,  seeds = MS_units / (U I),  images = max(MS_images - MS_rest, 0) / (U I)
//
// The rest is in the seeds' part. Two approximate intervals are known for such a sum, both
// Student's where one part vanishes. Howe's (JASA 69, 1974) has a half width of
// sqrt(t_U^2 seeds + t_I^2 images), t with U - 1 and I - 1 degrees of freedom, and is somewhat
// long; Satterthwaite's (Biometrics Bulletin 2, 1946) has one t for both, with (seeds + images)^2 /
// (seeds^2 / (U - 1) + images^2 / (I - 1)) degrees of freedom, and is too short with three seeds.
// The interval here has the mean of their squared half widths. Its measured coverage is in
// docs/statistics.md.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>

#include "reports/statistics/mean_interval.h"

namespace firesweep::reports::statistics {

/// Scores of one network, or of a pair, on all images: plus minus minus plus constant.
struct ImageScores {
  std::span<const std::uint64_t> plus;   // bits, image i is bit i % 64 of word i / 64
  std::span<const std::uint64_t> minus;  // likewise; empty: no bit is set
  double constant = 0.0;
  std::size_t unit = 0;  // scores of one unit are averaged: any labels
};

/// Parts of the variance of a mean.
struct CrossedError {
  std::size_t units = 0;
  std::size_t images = 0;  // 0: not about images
  double seed_part = 0.0;
  double image_part = 0.0;
  double seed_freedom = 0.0;   // degrees of freedom of seed_part; 0: units - 1
  double image_freedom = 0.0;  // of image_part; 0: images - 1

  [[nodiscard]] double standard_error() const;
  bool operator==(const CrossedError&) const = default;
};

/// Fewer seeds have no honest interval: with two, Student's t is 12.7.
inline constexpr std::size_t kMinUnits = 3;

/// Each unit counts the same. The order of scores does not matter, not even in the last bit. Absent
/// for fewer than two units or images. Precondition: bit sets have the words that `images` need.
[[nodiscard]] std::optional<CrossedError> crossed_error(std::span<const ImageScores> scores,
                                                        std::size_t images);

/// Where it is not known who was right on which image: the seeds' variance as it is, and a variance
/// of the images that is given, for example accuracy (1 - accuracy) / images. Both hold the rest,
/// so this is an upper bound. Absent for fewer than two values.
[[nodiscard]] std::optional<CrossedError> bounded_error(std::span<const double> unit_means,
                                                        double image_variance, std::size_t images);

/// Of a mean that may be any number. Absent for fewer than kMinUnits units. Precondition:
/// 0 < confidence < 1.
[[nodiscard]] std::optional<Interval> crossed_interval(double mean, const CrossedError& error,
                                                       double confidence = 0.95);

/// Of an accuracy, from 0 to 1: as Wilson's (JASA 22, 1927), the images' part is taken at the ends
/// instead of at the estimate, because near 1 it is smaller above than below. With one image part
/// and no seed part this is Wilson's interval at the effective number of images (Franco, Little,
/// Louis & Slud, Journal of Survey Statistics and Methodology 7(3), 2019).
[[nodiscard]] std::optional<Interval> accuracy_interval(double mean, const CrossedError& error,
                                                        double confidence = 0.95);

/// Two-sided p of the mean being 0: the largest 1 - confidence at which the interval does not hold
/// it. Absent for fewer than kMinUnits units.
[[nodiscard]] std::optional<double> crossed_p(double mean, const CrossedError& error);

}  // namespace firesweep::reports::statistics

// Whether a trained network recognises classes at all. Two exact tests of its predictions ask how
// often chance alone would be as good. Each has half of the level kChanceLevel (Bonferroni):
//
// - Binomial test of the accuracy against the network that always answers the most frequent class:
//   the number of correct answers of n images would be binomial with its share of the images.
// - Fisher's exact test (R. A. Fisher, "The design of experiments", 1935, section 11) of each class
//   that occurs and is predicted: if predictions did not depend on the class, the correct answers
//   among its images would be hypergeometric. The smallest p counts, times the number of classes.
//   So a network that recognises a rare class has learned, whatever its accuracy.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>

#include "sweep/study/class_counts.h"

namespace firesweep::sweep {

/// One-sided: a normal variable exceeds its mean by three standard errors this often.
inline constexpr double kChanceLevel = 0.00135;

/// P(X >= successes) for binomial X of `trials` independent trials.
[[nodiscard]] double binomial_tail(std::int64_t trials, std::int64_t successes, double probability);

/// P(X >= hits) for hypergeometric X: the marked among `drawn` of `population`, of which `marked`
/// are marked.
[[nodiscard]] double hypergeometric_tail(std::int64_t population, std::int64_t marked,
                                         std::int64_t drawn, std::int64_t hits);

/// Whether either test rejects chance.
[[nodiscard]] bool is_above_chance(std::span<const ClassCounts> classes);

/// Whether predictions show that a network has learned: they are above chance, or right for every
/// image of two classes or more. So a constant prediction never shows it, a perfect one always.
/// Returns std::nullopt if so, else the reason in words. `classes` are of the validation images;
/// there is at least one image.
[[nodiscard]] std::optional<std::string> why_not_learned(std::span<const ClassCounts> classes);

/// For the number of validation images of each class: a warning if even a perfect network would not
/// be above chance.
[[nodiscard]] std::optional<std::string> chance_warning(std::span<const std::int64_t> class_images);

}  // namespace firesweep::sweep

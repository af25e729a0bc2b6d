// What a validation set of limited size can tell apart.
#pragma once

#include <cstdint>

namespace firesweep::sweep {

/// The accuracy at which plans say what is resolved: near it most sweeps end.
inline constexpr double kReferenceAccuracy = 0.9;

/// The difference of two accuracies that a set of `images` just resolves: 1.96 times the standard
/// error of the difference of two independent proportions, sqrt(2 p (1 - p) / images) (Fleiss,
/// Levin & Paik, "Statistical methods for rates and proportions", 2003, section 3.1). A fraction.
/// Smaller differences have a 95 % interval that holds 0, however many seeds are trained, if the
/// designs are right on unrelated images; designs of one sweep mostly agree, and resolve less than
/// that. Precondition: images > 0.
[[nodiscard]] double resolved_difference(std::int64_t images, double accuracy = kReferenceAccuracy);

}  // namespace firesweep::sweep

// How often intervals over seeds and images hold the truth: networks that differ by their seeds are
// tried on images that differ in difficulty.
//
// A network is right on an image if skill + seed + difficulty + chance > 0: the last three are
// random, seed and difficulty the same for all answers of a network and to an image. So the true
// accuracy is known, and everything is drawn again in each run.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

namespace firesweep::bench {

enum class SeedSpread {
  kNormal,
  kHeavy,  // Student's t with three degrees of freedom, scaled to the same deviation
};

struct ImageScenario {
  std::size_t seeds = 3;
  std::size_t images = 1000;
  double accuracy = 0.9;     // about, of the first design
  double seed_spread = 0.1;  // deviation, where chance has 1
  SeedSpread spread = SeedSpread::kNormal;
  double failures = 0.0;        // probability that a trial diverges
  double own_difficulty = 0.3;  // deviation of an image's difficulty for one design alone
  bool effects = true;          // also simulates effects, which take most of the time
};

/// Fractions of the intervals that hold the truth, and their mean width (a fraction).
struct Held {
  double held = 0.0;
  double width = 0.0;
  std::size_t intervals = 0;
};

struct ImageCoverage {
  Held seeds_and_images;     // of a mean accuracy: what reports print
  Held seeds_only;           // Student's t over the accuracies
  Held bounded;              // of a mean accuracy where single images are unknown
  Held difference;           // of two designs, paired by seed and image
  Held difference_of_seeds;  // the same without the images' part
  Held effect;               // of the values of an axis of three over two designs each
  /// With two designs of equal accuracy: how often their interval excludes 0, over seeds and images
  /// and over seeds only.
  double false_alarms = 0.0;
  double false_alarms_of_seeds = 0.0;
};

/// Deterministic: `seed` decides all.
[[nodiscard]] ImageCoverage simulate_images(const ImageScenario& scenario, std::size_t runs,
                                            std::uint64_t seed);

/// Classes of different size and difficulty. A wrong image is taken for any other class.
struct ClassScenario {
  std::size_t seeds = 3;
  std::vector<std::size_t> images;  // of each class
  std::vector<double> recall;       // of each class, about
};

struct ClassCoverage {
  Held mean_recall;
  Held macro_f1;
};

/// Intervals of measures that count every class alike, from confusion matrices. Deterministic.
[[nodiscard]] ClassCoverage simulate_classes(const ClassScenario& scenario, std::size_t runs,
                                             std::uint64_t seed);

}  // namespace firesweep::bench

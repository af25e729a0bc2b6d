// What training a point costs: always in multiply-accumulates, and in seconds once this machine has
// been timed. The timings are a cache: losing them loses nothing but the estimates.
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/host.h"
#include "models/complexity.h"
#include "sweep/study/trial.h"

namespace firesweep::sweep {

/// One trial's training speed as it was measured, one thread a trial.
struct TimingObservation {
  std::string processor;  // see base::host_processor()
  std::string precision;  // "fp32", "bf16"
  std::string engine;     // "fused", "reference"
  std::int64_t batch_size = 0;
  std::int64_t macs = 0;                 // of one image, forward
  std::int64_t activation_elements = 0;  // of one image
  double seconds_per_image = 0.0;        // of training, evaluation not counted
};

/// Images that one trial trains on and evaluates, all epochs together.
struct TrialImages {
  std::int64_t trained = 0;    // train images x epochs
  std::int64_t evaluated = 0;  // validation images x epochs + test images, once
};

/// `dataset` may leave counts open; they are taken from `shape`.
[[nodiscard]] TrialImages trial_images(const Point& point, const DatasetSpec& dataset,
                                       const DatasetShape& shape);

/// Images trained on x MACs of one image's forward pass.
[[nodiscard]] double training_macs(const Point& point, const DatasetSpec& dataset,
                                   const DatasetShape& shape);

/// The engine that trains a point, as a TimingObservation names it: the recipe's, but "reference"
/// for batch normalisation, which the fused engine does not do.
[[nodiscard]] std::string expected_engine(const Point& point, const DatasetShape& shape);

/// Time per image = a * MACs + b * activation elements, a and b not negative, fitted to the
/// observations of this processor, precision and engine with equal weight on relative errors:
/// those with half to double the batch size if there are any, else all.
class CostModel {
 public:
  /// The newest observations kept in the file, all processors together.
  static constexpr std::size_t kMaxObservations = 500;

  /// Reads `file` (timing.json of the cache directory). A missing or damaged file, or one of
  /// another version, is an empty one.
  [[nodiscard]] static CostModel load(const std::filesystem::path& file,
                                      std::string processor = base::host_processor());

  /// Adds an observation and writes the file atomically, with what others wrote meanwhile. Ignores
  /// observations without positive, finite numbers. Throws FileError.
  void record(const TimingObservation& observation);

  /// Absent until something was timed on this processor in this precision with this engine.
  [[nodiscard]] std::optional<double> seconds_per_training_image(
      const models::Complexity& complexity, std::string_view precision, std::string_view engine,
      std::int64_t batch_size) const;

  /// One trial from start to end, alone on a core; an evaluated image costs a third of a trained
  /// one.
  [[nodiscard]] std::optional<double> trial_seconds(const Point& point, const DatasetSpec& dataset,
                                                    const DatasetShape& shape) const;

  [[nodiscard]] const std::vector<TimingObservation>& observations() const { return observations_; }

 private:
  CostModel(std::filesystem::path file, std::string processor);

  std::filesystem::path file_;
  std::string processor_;
  std::vector<TimingObservation> observations_;  // oldest first
};

}  // namespace firesweep::sweep

// The cost of training a design: in multiply-accumulates, and in seconds once this machine has been
// timed. The timings are a cache: deleting them loses only the estimates.
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

/// The measured training speed of a trial, with one thread per trial.
struct TimingObservation {
  std::string processor;  // see base::host_processor()
  std::string precision;  // "fp32", "bf16"
  std::string engine;     // "fused", "reference"
  std::int64_t batch_size = 0;
  std::int64_t macs = 0;                 // of one image, forward
  std::int64_t activation_elements = 0;  // of one image
  double seconds_per_image = 0.0;        // of training, without evaluation
};

/// Number of images that a trial trains on and evaluates in all epochs.
struct TrialImages {
  std::int64_t trained = 0;    // train images x epochs
  std::int64_t evaluated = 0;  // validation images x epochs + test images
};

/// Counts missing in `dataset` are taken from `shape`.
[[nodiscard]] TrialImages trial_images(const Point& point, const DatasetSpec& dataset,
                                       const DatasetShape& shape);

/// Number of trained images x MACs of the forward pass of one image.
[[nodiscard]] double training_macs(const Point& point, const DatasetSpec& dataset,
                                   const DatasetShape& shape);

/// The engine that trains a design, as in TimingObservation: "fused", "reference", or one of them
/// with batch normalisation, whose cost MACs and activations do not tell.
[[nodiscard]] std::string expected_engine(const Point& point, const DatasetShape& shape);

/// Time per image = a * MACs + b * activation elements, with a and b not negative. Fitted by
/// relative errors to the observations of this processor, precision and engine: those with half to
/// double the batch size if there are any, else all.
class CostModel {
 public:
  /// Maximum number of observations in the file, for all processors together. The newest are kept.
  static constexpr std::size_t kMaxObservations = 500;

  /// Reads `file` (timing.json in the cache directory). A missing or damaged file, or one of
  /// another version, counts as empty.
  [[nodiscard]] static CostModel load(const std::filesystem::path& file,
                                      std::string processor = base::host_processor());

  /// Adds an observation and writes the file atomically, including observations that other
  /// processes wrote in the meantime. Ignores observations without positive, finite numbers. Throws
  /// FileError.
  void record(const TimingObservation& observation);

  /// std::nullopt until a trial was timed on this processor with this precision and engine.
  [[nodiscard]] std::optional<double> seconds_per_training_image(
      const models::Complexity& complexity, std::string_view precision, std::string_view engine,
      std::int64_t batch_size) const;

  /// Duration of a whole trial on a core of its own. An evaluated image costs a third of a trained
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

// Whether a trial trained again came out as recorded, to the bit.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <vector>

#include "sweep/store/trial_result.h"

namespace firesweep::runners::run {

/// What is known of a trial: from a run directory, or from training it now.
struct TrialRecord {
  std::vector<sweep::EpochMetrics> epochs;
  std::optional<sweep::TrialResult> result;
};

struct BitComparison {
  std::size_t epochs = 0;                // compared
  bool result = false;                   // compared
  std::vector<std::string> differences;  // "epoch 2 train_loss: recorded 0.5, now 0.25"

  /// Whether anything was there to compare.
  [[nodiscard]] bool any() const { return epochs > 0 || result; }
  [[nodiscard]] bool same() const { return differences.empty(); }
};

/// Every metric of every recorded epoch and of the recorded result, times left out. A result that
/// is `failed` or `pruned` has no metrics, so only its epochs are compared. Metrics that came after
/// the recorded result are left out.
[[nodiscard]] BitComparison compare_bits(const TrialRecord& recorded, const TrialRecord& now);

/// "bit-identical to what is recorded (2 epochs and the result)", or the differences and in what
/// the two environments differ. Ends with a newline.
[[nodiscard]] std::string comparison_text(const BitComparison& comparison,
                                          const TrialRecord& recorded, const TrialRecord& now);

}  // namespace firesweep::runners::run

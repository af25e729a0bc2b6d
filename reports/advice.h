// What to change when a sweep's trials mostly diverged or did not learn.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <vector>

#include "reports/results_table.h"

namespace firesweep::reports {

/// One change of the recipe.
struct RecipeChange {
  std::string reason;   // "no gradient clipping"
  std::string setting;  // "gradient_clip_norm=1"
  bool operator==(const RecipeChange&) const = default;
};

struct LearningAdvice {
  std::size_t finished = 0;
  std::size_t diverged = 0;
  std::size_t did_not_learn = 0;
  std::vector<RecipeChange> changes;  // may be empty
  std::string run;                    // the sweep with all changes, in a new run directory
  std::string bench;                  // the test of learning rates with the same changes
};

/// Nothing unless at least half of the finished trials (pruned ones apart) diverged or did not
/// learn. Changes only keys with one value in the whole sweep, and only what is known to keep short
/// trainings from learning: docs/short-jobs.md.
[[nodiscard]] std::optional<LearningAdvice> learning_advice(const ResultsTable& table);

/// "5 of 6 finished trials diverged (4) or did not learn (1). The recipe has no warm-up, ...".
[[nodiscard]] std::string advice_sentence(const LearningAdvice& advice);

}  // namespace firesweep::reports

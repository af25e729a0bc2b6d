// Final seeds: trials that were added to designs after these had been chosen (`run --only best
// --seeds N`). The mean by which a design was chosen is too high on average, because it was chosen
// by it; the mean over seeds that had no part in the choice is not (Cawley & Talbot, JMLR 11,
// 2010), as far as seeds go: the validation images are the same. Test accuracy is free of both.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "reports/analysis.h"
#include "reports/results_table.h"

namespace firesweep::reports {

/// What `--only` may name instead of ids.
enum class ChoiceOfDesigns {
  kBest,      // the highest mean of the sweep's first accuracy
  kFront,     // all on the Pareto front
  kSmallest,  // the smallest within one standard error of the best (smallest_near_best())
};

/// "best", "front", "smallest"; absent for another text.
[[nodiscard]] std::optional<ChoiceOfDesigns> choice_named(std::string_view name);

/// The designs that reports name so. Throws Error that says what to do if no trial has completed,
/// or, for kSmallest, if the best design has no standard error yet.
[[nodiscard]] std::vector<std::size_t> chosen_designs(const ResultsTable& table,
                                                      ChoiceOfDesigns choice);

/// Of the design's final seeds; null if it has none.
[[nodiscard]] const PointSummary* finals_of(const Analysis& analysis, std::size_t design);

/// "On 3 final seeds, which had no part in the choice: validation 86.95 ± 0.12 % (95 % interval
/// 86.50 to 87.40), test 86.80 ± 0.10 %."; "" if the design has none.
[[nodiscard]] std::string final_seeds_sentence(const ResultsTable& table, const Analysis& analysis,
                                               std::size_t design);

/// Designs with final seeds: first those on the front, smallest first, then the others.
[[nodiscard]] std::vector<std::size_t> designs_with_finals(const Analysis& analysis);

/// The sentence of each of them, after its name: "SR 0.25: on 3 final seeds, ...".
[[nodiscard]] std::vector<std::string> final_seeds_lines(const ResultsTable& table,
                                                         const Analysis& analysis);

}  // namespace firesweep::reports

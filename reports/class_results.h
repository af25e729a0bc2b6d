// What a sweep's designs do with each class: confusion matrices over seeds, and how even the
// classes are.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "reports/results_table.h"
#include "reports/statistics/summary.h"
#include "sweep/store/confusion.h"

namespace firesweep::reports {

/// Of the validation images, over the design's trials that were trained to the end and have a
/// confusion matrix.
struct DesignClasses {
  std::size_t design = 0;  // into ResultsTable::designs
  std::size_t trials = 0;
  sweep::Confusion confusion;  // summed over the trials
  std::vector<statistics::Summary>
      recall;                             // of each class, over the trials; no value without images
  statistics::Summary balanced_accuracy;  // over the trials
  statistics::Summary macro_f1;
};

/// One for each of `designs` that has a confusion matrix, in that order. Trials with another number
/// of classes than the design's first are left out.
[[nodiscard]] std::vector<DesignClasses> class_results(const ResultsTable& table,
                                                       std::span<const std::size_t> designs);

/// Whether the largest class has more than twice as many images as the smallest. Classes without
/// images don't count.
[[nodiscard]] bool is_unbalanced(std::span<const std::int64_t> images);
/// Of the training images, or, if they are not known, of the validation images.
[[nodiscard]] bool has_unbalanced_classes(const ResultsTable& table, const DesignClasses& classes);

/// A name for people for each class, no two the same: that of data.json on one line, else "class
/// 3".
[[nodiscard]] std::vector<std::string> class_names(const ResultsTable& table, std::size_t classes);

/// "Of 120 images of 'cat', 14 were taken for 'dog' (11.7 %)." for the `limit` most frequent
/// errors.
[[nodiscard]] std::vector<std::string> confused_pairs(const sweep::Confusion& confusion,
                                                      std::span<const std::string> names,
                                                      std::size_t limit);

/// "3 image files could not be read and were left out (data_problems.csv)."; "" if there are none.
[[nodiscard]] std::string bad_file_words(const ResultsTable& table);

}  // namespace firesweep::reports

// The error of measures that count every class alike (mean recall, macro F1) by the choice of
// images, from a confusion matrix.
//
// The variance is that of the first-order expansion in the counts of the cells (delta method; for
// F1: Takahashi, Yamamoto, Kuchiba & Koyama, "Confidence interval for micro-averaged F1 and
// macro-averaged F1 scores", Applied Intelligence 52, 2022). A class of few images of which all are
// right would have no variance, so each class gets one more right and one more wrong image, as in
// Agresti & Caffo's interval (American Statistician 54(4), 2000).
#pragma once

#include <cstddef>
#include <optional>
#include <span>

namespace firesweep::reports::statistics {

/// Images of class `truth` that were classified as `predicted`; of several trials their mean
/// number.
struct ClassCell {
  std::size_t truth = 0;
  std::size_t predicted = 0;
  double images = 0.0;
};

/// Of one network's measure. Of a mean over networks that saw the same images it is an upper bound.
struct ClassError {
  double variance = 0.0;
  /// Satterthwaite's: a variance that hangs on a class of twelve images is known from twelve.
  double freedom = 0.0;
};

/// Of the mean recall of the classes that have images. Absent where one of them has a single image,
/// or fewer than two have any. Precondition: cells are inside `classes`, no cell twice.
[[nodiscard]] std::optional<ClassError> mean_recall_error(std::span<const ClassCell> cells,
                                                          std::size_t classes);

/// Of the mean F1 of the classes that have images or were predicted. Absent as above.
[[nodiscard]] std::optional<ClassError> macro_f1_error(std::span<const ClassCell> cells,
                                                       std::size_t classes);

}  // namespace firesweep::reports::statistics

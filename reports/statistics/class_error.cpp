#include "reports/statistics/class_error.h"

#include <algorithm>
#include <vector>

namespace firesweep::reports::statistics {
namespace {

/// What the measure is made of, for each class, with the added images.
struct ClassTotals {
  std::vector<double> images;     // of the class
  std::vector<double> predicted;  // classified as it
  std::vector<double> right;
  std::size_t with_images = 0;

  [[nodiscard]] bool has_images(std::size_t k) const { return images[k] > 0.0; }
};

/// Nothing where a class has too few images to know how they vary.
std::optional<ClassTotals> totals_of(std::span<const ClassCell> cells, std::size_t classes) {
  ClassTotals totals{std::vector<double>(classes), std::vector<double>(classes),
                     std::vector<double>(classes), 0};
  for (const ClassCell& cell : cells) {
    totals.images[cell.truth] += cell.images;
    totals.predicted[cell.predicted] += cell.images;
    totals.right[cell.truth] += cell.truth == cell.predicted ? cell.images : 0.0;
  }
  for (std::size_t k = 0; k < classes; ++k) {
    if (totals.has_images(k) && totals.images[k] < 2.0) {
      return std::nullopt;
    }
    totals.with_images += totals.has_images(k) ? 1U : 0U;
  }
  if (totals.with_images < 2) {
    return std::nullopt;
  }
  // One right image, and one wrong one spread over the other classes.
  for (std::size_t k = 0; k < classes; ++k) {
    if (totals.has_images(k)) {
      totals.images[k] += 2.0;
      totals.predicted[k] += 2.0;  // its own, and 1 / (m - 1) from each of m - 1 classes
      totals.right[k] += 1.0;
    }
  }
  return totals;
}

/// By how much the sum over the classes changes with one more image: `right` for one that is right,
/// `truth` of its class and `predicted` of the class that it was taken for, added, for another.
struct Slopes {
  std::vector<double> right;
  std::vector<double> truth;
  std::vector<double> predicted;
};

/// What one class's images add to the variance of the sum.
std::vector<double> variances(std::span<const ClassCell> cells, const ClassTotals& totals,
                              const Slopes& slopes) {
  std::vector<double> parts(totals.images.size(), 0.0);
  for (const ClassCell& cell : cells) {
    const double slope = cell.truth == cell.predicted
                             ? slopes.right[cell.truth]
                             : slopes.truth[cell.truth] + slopes.predicted[cell.predicted];
    parts[cell.truth] += cell.images * slope * slope;
  }
  double sum = 0.0;  // of slopes.predicted over the classes with images
  double squares = 0.0;
  for (std::size_t k = 0; k < parts.size(); ++k) {
    sum += totals.has_images(k) ? slopes.predicted[k] : 0.0;
    squares += totals.has_images(k) ? slopes.predicted[k] * slopes.predicted[k] : 0.0;
  }
  const auto others = static_cast<double>(totals.with_images - 1);
  for (std::size_t k = 0; k < parts.size(); ++k) {
    if (totals.has_images(k)) {
      const double own = slopes.predicted[k];
      const double wrong = slopes.truth[k] * slopes.truth[k] +
                           (2.0 * slopes.truth[k] * (sum - own) + squares - own * own) / others;
      parts[k] += slopes.right[k] * slopes.right[k] + wrong;
    }
  }
  return parts;
}

ClassError error_of(std::span<const double> parts, const ClassTotals& totals,
                    std::size_t averaged) {
  const auto divisor = static_cast<double>(averaged * averaged);
  double variance = 0.0;
  double squares = 0.0;
  for (std::size_t k = 0; k < parts.size(); ++k) {
    if (totals.has_images(k)) {
      variance += parts[k];
      squares += parts[k] * parts[k] / (totals.images[k] - 3.0);  // two of them were added
    }
  }
  return {variance / divisor, squares > 0.0 ? variance * variance / squares : 1.0};
}

}  // namespace

std::optional<ClassError> mean_recall_error(std::span<const ClassCell> cells, std::size_t classes) {
  const std::optional<ClassTotals> totals = totals_of(cells, classes);
  if (!totals) {
    return std::nullopt;
  }
  Slopes slopes{std::vector<double>(classes), std::vector<double>(classes),
                std::vector<double>(classes)};
  for (std::size_t k = 0; k < classes; ++k) {
    if (totals->has_images(k)) {
      const double recall = totals->right[k] / totals->images[k];
      slopes.right[k] = (1.0 - recall) / totals->images[k];
      slopes.truth[k] = -recall / totals->images[k];
    }
  }
  return error_of(variances(cells, *totals, slopes), *totals, totals->with_images);
}

std::optional<ClassError> macro_f1_error(std::span<const ClassCell> cells, std::size_t classes) {
  const std::optional<ClassTotals> totals = totals_of(cells, classes);
  if (!totals) {
    return std::nullopt;
  }
  Slopes slopes{std::vector<double>(classes), std::vector<double>(classes),
                std::vector<double>(classes)};
  std::size_t averaged = 0;
  for (std::size_t k = 0; k < classes; ++k) {
    const double both = totals->images[k] + totals->predicted[k];
    if (both > 0.0) {  // F1 = 2 right / both
      ++averaged;
      slopes.right[k] = 2.0 * (both - 2.0 * totals->right[k]) / (both * both);
      slopes.truth[k] = slopes.predicted[k] = -2.0 * totals->right[k] / (both * both);
    }
  }
  return error_of(variances(cells, *totals, slopes), *totals, averaged);
}

}  // namespace firesweep::reports::statistics

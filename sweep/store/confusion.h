// The confusion matrix of a trained network over a set of images, and the measures derived from it.
// Accuracy says little where one class has most of the images; recall of each class does.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include <nlohmann/json_fwd.hpp>

#include "sweep/study/class_counts.h"

namespace firesweep::sweep {

/// Images of class `truth` that were classified as `predicted`.
struct ConfusionCell {
  std::int32_t truth = 0;
  std::int32_t predicted = 0;
  std::int64_t images = 0;

  bool operator==(const ConfusionCell&) const = default;
};

class Confusion {
 public:
  /// `cells` has the entries that are not zero, in the order of rows (true classes), then columns.
  /// Throws Error for another order, a class outside 0 .. classes - 1, a count below 1, or no cell.
  Confusion(std::int64_t classes, std::vector<ConfusionCell> cells);

  /// Counts pairs of a true and a predicted class [N]. Throws as the constructor does.
  [[nodiscard]] static Confusion of(std::int64_t classes, std::span<const std::int32_t> truth,
                                    std::span<const std::int32_t> predicted);

  [[nodiscard]] std::int64_t classes() const { return classes_; }
  [[nodiscard]] const std::vector<ConfusionCell>& cells() const { return cells_; }
  [[nodiscard]] std::int64_t images() const;
  [[nodiscard]] std::int64_t correct() const;
  /// [classes]
  [[nodiscard]] std::vector<ClassCounts> per_class() const;
  /// Fraction of a class's images that were classified correctly, [classes]; std::nullopt for a
  /// class without images.
  [[nodiscard]] std::vector<std::optional<double>> recall() const;
  /// Mean recall of the classes that have images (Brodersen et al., "The balanced accuracy and its
  /// posterior distribution", ICPR 2010).
  [[nodiscard]] double balanced_accuracy() const;
  /// Mean F1 of the classes that have images or were predicted. F1 is the harmonic mean of
  /// precision and recall, and 0 for a class that was never classified correctly.
  [[nodiscard]] double macro_f1() const;
  /// The `limit` most frequent errors, most frequent first, equal ones in the order of cells().
  [[nodiscard]] std::vector<ConfusionCell> most_confused(std::size_t limit) const;

  bool operator==(const Confusion&) const = default;

 private:
  std::int64_t classes_ = 0;
  std::vector<ConfusionCell> cells_;
};

/// [[true class, predicted class, images], ...]
[[nodiscard]] nlohmann::json to_json(const Confusion& confusion);
/// [recall of class 0 or null, ...]
[[nodiscard]] nlohmann::json recall_to_json(const Confusion& confusion);
/// From both. Throws Error if they are of another form, break a rule of Confusion's constructor, or
/// contradict each other.
[[nodiscard]] Confusion confusion_from_json(const nlohmann::json& cells,
                                            const nlohmann::json& recall);

}  // namespace firesweep::sweep

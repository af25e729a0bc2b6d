#include "reports/statistics/crossed_error.h"

#include <algorithm>
#include <bit>
#include <cmath>
#include <map>
#include <vector>

#include "reports/statistics/column_counts.h"
#include "reports/statistics/summary.h"

namespace firesweep::reports::statistics {
namespace {

using Bits = std::span<const std::uint64_t>;

/// Columns that both have.
std::int64_t in_both(Bits a, Bits b) {
  std::int64_t count = 0;
  for (std::size_t word = 0; word < std::min(a.size(), b.size()); ++word) {
    count += std::popcount(a[word] & b[word]);
  }
  return count;
}

std::int64_t sum_of(const ImageScores& scores) {
  return in_both(scores.plus, scores.plus) - in_both(scores.minus, scores.minus);
}

std::int64_t product(const ImageScores& a, const ImageScores& b) {
  return in_both(a.plus, b.plus) + in_both(a.minus, b.minus) - in_both(a.plus, b.minus) -
         in_both(a.minus, b.plus);
}

double sorted_sum(std::vector<double> values) {
  std::ranges::sort(values);
  double sum = 0.0;
  for (const double value : values) {
    sum += value;
  }
  return sum;
}

/// What is added up over the table of units times images.
class ScoreTable {
 public:
  ScoreTable(std::span<const ImageScores> scores, std::size_t images) : images_(images) {
    for (const ImageScores& one : scores) {
      members_[one.unit].push_back(&one);
    }
    for (const auto& [unit, members] : members_) {
      add(members);
    }
  }

  [[nodiscard]] std::size_t units() const { return means_.size(); }
  [[nodiscard]] const std::vector<double>& unit_means() const { return means_; }
  /// Sum of squares of all scores.
  [[nodiscard]] double squares() const { return sorted_sum(squares_); }

  /// Mean of each image over the units.
  [[nodiscard]] std::vector<double> image_means() const {
    const auto count = static_cast<double>(means_.size());
    std::vector<double> means(images_, sorted_sum(constants_) / count);
    for (const auto& [size, columns] : columns_) {
      const double weight = 1.0 / (static_cast<double>(size) * count);
      columns.plus.add_to(means, weight);
      columns.minus.add_to(means, -weight);
    }
    return means;
  }

 private:
  struct Columns {
    ColumnCounts plus;
    ColumnCounts minus;
  };

  /// A unit's score of an image is the mean of its members'.
  void add(const std::vector<const ImageScores*>& members) {
    const auto images = static_cast<double>(images_);
    const auto size = static_cast<double>(members.size());
    Columns& columns =
        columns_.try_emplace(members.size(), Columns{ColumnCounts(images_), ColumnCounts(images_)})
            .first->second;
    std::vector<double> constants;
    std::int64_t sum = 0;
    std::int64_t products = 0;
    for (const ImageScores* one : members) {
      columns.plus.add(one->plus);
      columns.minus.add(one->minus);
      constants.push_back(one->constant);
      sum += sum_of(*one);
      for (const ImageScores* other : members) {
        products += product(*one, *other);
      }
    }
    const double constant = sorted_sum(std::move(constants));
    const auto bits = static_cast<double>(sum);
    means_.push_back((bits / images + constant) / size);
    constants_.push_back(constant / size);
    squares_.push_back(
        (static_cast<double>(products) + 2.0 * constant * bits + images * constant * constant) /
        (size * size));
  }

  std::size_t images_;
  std::map<std::size_t, std::vector<const ImageScores*>> members_;  // by unit
  std::map<std::size_t, Columns> columns_;                          // by size of the units
  std::vector<double> means_;
  std::vector<double> constants_;
  std::vector<double> squares_;
};

/// Sum of squared deviations from the mean.
double deviations(std::vector<double> values) {
  const auto count = static_cast<double>(values.size());
  const Summary summary = summarize(std::move(values));
  return summary.sd ? *summary.sd * *summary.sd * (count - 1.0) : 0.0;
}

double upper_t(double tail, double degrees_of_freedom) {
  return -student_t_quantile(tail, degrees_of_freedom);
}

/// Squares of half widths; images may be none.
struct Widths {
  double seeds = 0.0;
  double images = 0.0;
};

/// The mean of Howe's, with a quantile for each part, and Satterthwaite's, with one for their sum.
Widths widths_at(const CrossedError& error, double tail) {
  const double seed_freedom =
      error.seed_freedom > 0.0 ? error.seed_freedom : static_cast<double>(error.units) - 1.0;
  if (error.image_part <= 0.0 || error.images < 2) {
    const double t = upper_t(tail, seed_freedom);
    return {t * t * error.seed_part, 0.0};
  }
  const double image_freedom =
      error.image_freedom > 0.0 ? error.image_freedom : static_cast<double>(error.images) - 1.0;
  const double variance = error.seed_part + error.image_part;
  const double freedom = variance * variance /
                         (error.seed_part * error.seed_part / seed_freedom +
                          error.image_part * error.image_part / image_freedom);
  const double seeds = upper_t(tail, seed_freedom);
  const double images = upper_t(tail, image_freedom);
  const double both = upper_t(tail, freedom);
  return {(seeds * seeds + both * both) / 2.0 * error.seed_part,
          (images * images + both * both) / 2.0 * error.image_part};
}

double half_width(const CrossedError& error, double tail) {
  const Widths widths = widths_at(error, tail);
  return std::sqrt(widths.seeds + widths.images);
}

}  // namespace

double CrossedError::standard_error() const {
  return std::sqrt(seed_part + image_part);
}

std::optional<CrossedError> crossed_error(std::span<const ImageScores> scores, std::size_t images) {
  const ScoreTable table(scores, images);
  if (table.units() < 2 || images < 2) {
    return std::nullopt;
  }
  const auto units = static_cast<double>(table.units());
  const auto columns = static_cast<double>(images);
  const double mean = *summarize(table.unit_means()).mean;
  const double between_units = columns * deviations(table.unit_means());
  const double between_images = units * deviations(table.image_means());
  const double total = std::max(0.0, table.squares() - units * columns * mean * mean);
  const double rest = std::max(0.0, total - between_units - between_images);
  const double unit_square = between_units / (units - 1.0);
  const double image_square = between_images / (columns - 1.0);
  const double rest_square = rest / ((units - 1.0) * (columns - 1.0));
  return CrossedError{.units = table.units(),
                      .images = images,
                      .seed_part = unit_square / (units * columns),
                      .image_part = std::max(0.0, image_square - rest_square) / (units * columns)};
}

std::optional<CrossedError> bounded_error(std::span<const double> unit_means, double image_variance,
                                          std::size_t images) {
  const Summary summary = summarize({unit_means.begin(), unit_means.end()});
  const std::optional<double> error = standard_error(summary);
  if (!error) {
    return std::nullopt;
  }
  return CrossedError{.units = unit_means.size(),
                      .images = images,
                      .seed_part = *error * *error,
                      .image_part = image_variance};
}

std::optional<Interval> crossed_interval(double mean, const CrossedError& error,
                                         double confidence) {
  if (error.units < kMinUnits) {
    return std::nullopt;
  }
  const double half = half_width(error, (1.0 - confidence) / 2.0);
  return Interval{mean - half, mean + half};
}

std::optional<Interval> accuracy_interval(double mean, const CrossedError& error,
                                          double confidence) {
  if (error.units < kMinUnits) {
    return std::nullopt;
  }
  const double tail = (1.0 - confidence) / 2.0;
  const Widths widths = widths_at(error, tail);
  const double spread = mean * (1.0 - mean);
  double wilson = 0.0;  // widths.images is wilson p (1 - p)
  if (error.image_part > 0.0 && spread > 0.0) {
    wilson = widths.images / spread;
  } else if (error.images > 1) {  // all right or all wrong: as one network on that many images
    const double t = upper_t(tail, static_cast<double>(error.images) - 1.0);
    wilson = t * t / static_cast<double>(error.images);
  }
  // (mean - p)^2 = widths.seeds + wilson p (1 - p)
  const double linear = 2.0 * mean + wilson;
  const double root = std::sqrt(
      std::max(0.0, linear * linear - 4.0 * (1.0 + wilson) * (mean * mean - widths.seeds)));
  const double divisor = 2.0 * (1.0 + wilson);
  return Interval{std::clamp((linear - root) / divisor, 0.0, mean),
                  std::clamp((linear + root) / divisor, mean, 1.0)};
}

std::optional<double> crossed_p(double mean, const CrossedError& error) {
  if (error.units < kMinUnits) {
    return std::nullopt;
  }
  const double distance = std::abs(mean);
  if (distance == 0.0) {
    return 1.0;
  }
  if (error.seed_part + error.image_part <= 0.0) {
    return 0.0;
  }
  double low = 1e-15;
  double high = 1.0;
  if (half_width(error, low / 2.0) < distance) {
    return low;
  }
  constexpr int kHalvings = 60;
  for (int i = 0; i < kHalvings; ++i) {
    const double middle = std::sqrt(low * high);
    (half_width(error, middle / 2.0) < distance ? high : low) = middle;
  }
  return high;
}

}  // namespace firesweep::reports::statistics

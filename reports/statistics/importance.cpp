#include "reports/statistics/importance.h"

#include <algorithm>
#include <cmath>
#include <span>
#include <utility>

#include "reports/statistics/least_squares.h"

namespace firesweep::reports::statistics {
namespace {

/// More multiplications than this in all fits of pairs take longer than a report may.
constexpr double kMaxWork = 1e9;

/// A shared part below this is rounding error.
constexpr double kFractionRounding = 1e-10;

/// Sums of squares of the observations around their mean.
struct Squares {
  double mean = 0.0;
  double total = 0.0;
  double within = 0.0;  // designs
  bool repeated = false;
};

Squares squares_of(std::span<const GridDesign> designs) {
  Squares squares;
  double count = 0.0;
  for (const GridDesign& design : designs) {
    const auto n = static_cast<double>(design.values.size());
    squares.mean += n * design.mean;
    count += n;
    squares.repeated = squares.repeated || design.values.size() > 1;
  }
  squares.mean /= count;
  for (const GridDesign& design : designs) {
    for (const double value : design.values) {
      squares.total += (value - squares.mean) * (value - squares.mean);
      squares.within += (value - design.mean) * (value - design.mean);
    }
  }
  return squares;
}

/// Columns of zeros and ones for some terms of the model; a term is a set of one or two axes.
class TermColumns {
 public:
  explicit TermColumns(std::span<const std::size_t> level_counts) : counts_(level_counts) {}

  void add(std::vector<std::size_t> axes) {
    std::size_t columns = 1;
    for (const std::size_t axis : axes) {
      // A value fewer than there are: the rest follows from the terms before.
      columns *= counts_[axis] - std::min<std::size_t>(counts_[axis], 1);
    }
    terms_.push_back({.axes = std::move(axes), .start = size_, .columns = columns});
    size_ += columns;
  }

  [[nodiscard]] std::size_t size() const { return size_; }
  [[nodiscard]] std::size_t terms() const { return terms_.size(); }

  /// The columns of all terms but one; of all, if `left_out` is none of them.
  [[nodiscard]] std::vector<std::size_t> without(std::size_t left_out) const {
    std::vector<std::size_t> columns = {0};
    for (std::size_t t = 0; t < terms_.size(); ++t) {
      for (std::size_t c = 0; t != left_out && c < terms_[t].columns; ++c) {
        columns.push_back(terms_[t].start + c);
      }
    }
    return columns;
  }

  /// The columns in which a design has a one, ascending.
  [[nodiscard]] std::vector<std::size_t> ones(const GridDesign& design) const {
    std::vector<std::size_t> columns = {0};
    for (const Term& term : terms_) {
      std::size_t column = 0;
      bool has = true;
      for (const std::size_t axis : term.axes) {
        has = has && design.levels[axis] > 0;
        column = column * (counts_[axis] - 1) + design.levels[axis] - 1;
      }
      if (has) {
        columns.push_back(term.start + column);
      }
    }
    return columns;
  }

 private:
  struct Term {
    std::vector<std::size_t> axes;
    std::size_t start = 0;
    std::size_t columns = 0;
  };
  std::span<const std::size_t> counts_;
  std::vector<Term> terms_;
  std::size_t size_ = 1;  // the constant
};

/// A model of terms, fitted to the observations.
class TermModel {
 public:
  TermModel(TermColumns columns, std::span<const GridDesign> designs, double mean)
      : columns_(std::move(columns)), gram_(columns_.size()), products_(columns_.size(), 0.0) {
    for (const GridDesign& design : designs) {
      const auto n = static_cast<double>(design.values.size());
      const std::vector<std::size_t> ones = columns_.ones(design);
      for (const std::size_t row : ones) {
        products_[row] += n * (design.mean - mean);
        for (const std::size_t column : ones) {
          gram_.at(row, column) += column <= row ? n : 0.0;
        }
      }
    }
  }

  /// By all terms.
  [[nodiscard]] double explained() const { return explained_without(columns_.terms()); }

  [[nodiscard]] double explained_without(std::size_t term) const {
    const std::vector<std::size_t> columns = columns_.without(term);
    std::vector<double> products;
    for (const std::size_t column : columns) {
      products.push_back(products_[column]);
    }
    return LeastSquares(gram_, columns).explained(products);
  }

 private:
  TermColumns columns_;
  Gram gram_;
  std::vector<double> products_;
};

}  // namespace

std::optional<Importance> axis_importance(const GridObservations& observations) {
  const auto designs = designs_of(observations);
  if (!designs) {
    return std::nullopt;
  }
  const Squares squares = squares_of(*designs);
  const auto [low, high] = std::ranges::minmax(observations.values);
  if (low == high || !std::isfinite(squares.total) || squares.total <= 0.0) {
    return std::nullopt;
  }
  const std::size_t axes = observations.level_counts.size();
  const auto fraction = [&](double part) { return part / squares.total; };
  // Rounding must not make a fraction negative that cannot be.
  const auto gained = [&](double with, double without) {
    return fraction(std::max(0.0, with - without));
  };

  Importance importance;
  TermColumns columns(observations.level_counts);
  for (std::size_t axis = 0; axis < axes; ++axis) {
    columns.add({axis});
  }
  const TermModel main_model(columns, *designs, squares.mean);
  double explained = main_model.explained();
  double attributed = 0.0;
  for (std::size_t axis = 0; axis < axes; ++axis) {
    importance.main.push_back(gained(explained, main_model.explained_without(axis)));
    attributed += importance.main.back();
  }
  for (std::size_t first = 0; first < axes; ++first) {
    for (std::size_t second = first + 1; second < axes; ++second) {
      importance.pairs.push_back({first, second, 0.0});
      columns.add({first, second});
    }
  }
  const auto size = static_cast<double>(columns.size());
  const auto fits = static_cast<double>(importance.pairs.size() + 1);
  importance.pairs_fitted = fits * size * size * size / 6.0 <= kMaxWork;
  if (!importance.pairs_fitted) {
    importance.pairs.clear();
  } else if (!importance.pairs.empty()) {
    const TermModel pair_model(std::move(columns), *designs, squares.mean);
    explained = pair_model.explained();
    for (std::size_t i = 0; i < importance.pairs.size(); ++i) {
      importance.pairs[i].fraction = gained(explained, pair_model.explained_without(axes + i));
      attributed += importance.pairs[i].fraction;
    }
  }
  importance.other_interactions = gained(squares.total - squares.within, explained);
  if (squares.repeated) {
    importance.seeds = fraction(squares.within);
  }
  const double shared = fraction(explained) - attributed;
  importance.shared = std::abs(shared) < kFractionRounding ? 0.0 : shared;
  return importance;
}

}  // namespace firesweep::reports::statistics

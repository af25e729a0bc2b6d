#include "reports/statistics/additive_model.h"

#include <algorithm>
#include <numeric>

namespace firesweep::reports::statistics {

AdditiveModel::AdditiveModel(std::span<const GridDesign> designs,
                             std::span<const std::size_t> level_counts)
    : designs_(designs), estimable_(level_counts.size(), true) {
  for (std::size_t axis = 0; axis < level_counts.size(); ++axis) {
    std::vector<bool> observed(level_counts[axis], false);
    for (const GridDesign& design : designs) {
      observed[design.levels[axis]] = true;
    }
    // The first observed level is what the others are measured from.
    std::vector<std::size_t> columns(level_counts[axis], 0);
    bool first = true;
    for (std::size_t level = 0; level < level_counts[axis]; ++level) {
      if (observed[level]) {
        columns[level] = first ? 0 : size_++;
        first = false;
      }
    }
    columns_.push_back(std::move(columns));
    observed_.push_back(std::move(observed));
  }
  Gram gram(size_);
  for (const GridDesign& design : designs) {
    gram.at(0, 0) += 1.0;
    for (std::size_t axis = 0; axis < level_counts.size(); ++axis) {
      const std::size_t column = columns_[axis][design.levels[axis]];
      if (column == 0) {
        continue;
      }
      gram.at(column, 0) += 1.0;
      for (std::size_t other = 0; other <= axis; ++other) {
        const std::size_t second = columns_[other][design.levels[other]];
        gram.at(column, second) += second == 0 ? 0.0 : 1.0;
      }
    }
  }
  std::vector<std::size_t> all(size_);
  std::iota(all.begin(), all.end(), std::size_t{0});
  solver_.emplace(gram, all);
  const std::vector<bool> dependent = solver_->dependent();
  for (std::size_t axis = 0; axis < level_counts.size(); ++axis) {
    for (const std::size_t column : columns_[axis]) {
      estimable_[axis] = estimable_[axis] && (column == 0 || !dependent[column]);
    }
  }
}

std::vector<double> AdditiveModel::coefficients(std::span<const double> response) const {
  std::vector<double> products(size_, 0.0);
  for (std::size_t i = 0; i < designs_.size(); ++i) {
    products[0] += response[i];
    for (std::size_t axis = 0; axis < columns_.size(); ++axis) {
      const std::size_t column = columns_[axis][designs_[i].levels[axis]];
      if (column != 0) {
        products[column] += response[i];
      }
    }
  }
  return solver_->solve(products);
}

LevelEffects AdditiveModel::effects(std::span<const double> response) const {
  const std::vector<double> fitted = coefficients(response);
  LevelEffects effects;
  for (std::size_t axis = 0; axis < columns_.size(); ++axis) {
    const std::size_t levels = columns_[axis].size();
    effects.emplace_back(levels);
    double sum = 0.0;
    double count = 0.0;
    const auto value = [&](std::size_t level) {
      const std::size_t column = columns_[axis][level];
      return column == 0 ? 0.0 : fitted[column];
    };
    for (std::size_t level = 0; level < levels; ++level) {
      sum += observed_[axis][level] ? value(level) : 0.0;
      count += observed_[axis][level] ? 1.0 : 0.0;
    }
    for (std::size_t level = 0; level < levels; ++level) {
      if (observed_[axis][level] && estimable_[axis]) {
        effects[axis][level] = value(level) - sum / count;
      }
    }
  }
  return effects;
}

std::vector<double> AdditiveModel::weights(std::size_t axis, std::size_t level) const {
  // The effect is c'x, x = G^-1 A'y for the columns A and their Gram matrix G: its weights are
  // A G^-1 c.
  const auto count =
      static_cast<double>(std::count(observed_[axis].begin(), observed_[axis].end(), true));
  std::vector<double> contrast(size_, 0.0);
  for (std::size_t other = 0; other < columns_[axis].size(); ++other) {
    if (const std::size_t column = columns_[axis][other]; column != 0) {
      contrast[column] += (other == level ? 1.0 : 0.0) - 1.0 / count;
    }
  }
  const std::vector<double> solved = solver_->solve(contrast);
  std::vector<double> weights(designs_.size(), solved[0]);
  for (std::size_t i = 0; i < weights.size(); ++i) {
    for (std::size_t k = 0; k < columns_.size(); ++k) {
      const std::size_t column = columns_[k][designs_[i].levels[k]];
      weights[i] += column == 0 ? 0.0 : solved[column];
    }
  }
  return weights;
}

std::vector<double> AdditiveModel::residuals(std::span<const double> response) const {
  const std::vector<double> fitted = coefficients(response);
  std::vector<double> rest(response.begin(), response.end());
  for (std::size_t i = 0; i < rest.size(); ++i) {
    rest[i] -= fitted[0];
    for (std::size_t axis = 0; axis < columns_.size(); ++axis) {
      const std::size_t column = columns_[axis][designs_[i].levels[axis]];
      rest[i] -= column == 0 ? 0.0 : fitted[column];
    }
  }
  return rest;
}

}  // namespace firesweep::reports::statistics

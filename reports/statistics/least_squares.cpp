#include "reports/statistics/least_squares.h"

#include <cmath>

namespace firesweep::reports::statistics {
namespace {

/// What is left of a dependent column is rounding; of an independent one of zeros and ones much
/// more.
constexpr double kDependent = 1e-9;

}  // namespace

LeastSquares::LeastSquares(const Gram& gram, std::span<const std::size_t> columns)
    : factor_(columns.size()), dropped_(columns.size(), false) {
  const std::size_t n = columns.size();
  for (std::size_t row = 0; row < n; ++row) {
    double* const out = &factor_.entries[row * n];
    for (std::size_t column = 0; column <= row; ++column) {
      const double* const other = &factor_.entries[column * n];
      const std::size_t i = columns[row];
      const std::size_t j = columns[column];
      double rest = i >= j ? gram.at(i, j) : gram.at(j, i);
      for (std::size_t k = 0; k < column; ++k) {
        rest -= out[k] * other[k];
      }
      if (column < row) {
        out[column] = dropped_[column] ? 0.0 : rest / other[column];
      } else if (rest > kDependent * gram.at(i, i)) {
        out[row] = std::sqrt(rest);
      } else {
        dropped_[row] = true;
      }
    }
  }
}

std::vector<double> LeastSquares::forward(std::span<const double> products) const {
  std::vector<double> x(products.begin(), products.end());
  for (std::size_t row = 0; row < x.size(); ++row) {
    if (dropped_[row]) {
      x[row] = 0.0;
      continue;
    }
    for (std::size_t k = 0; k < row; ++k) {
      x[row] -= factor_.at(row, k) * x[k];
    }
    x[row] /= factor_.at(row, row);
  }
  return x;
}

void LeastSquares::backward(std::vector<double>& x) const {
  for (std::size_t row = x.size(); row-- > 0;) {
    if (dropped_[row]) {
      x[row] = 0.0;
      continue;
    }
    for (std::size_t below = row + 1; below < x.size(); ++below) {
      if (!dropped_[below]) {
        x[row] -= factor_.at(below, row) * x[below];
      }
    }
    x[row] /= factor_.at(row, row);
  }
}

std::vector<double> LeastSquares::solve(std::span<const double> products) const {
  std::vector<double> x = forward(products);
  backward(x);
  return x;
}

double LeastSquares::explained(std::span<const double> products) const {
  double sum = 0.0;
  for (const double part : forward(products)) {
    sum += part * part;
  }
  return sum;
}

std::vector<bool> LeastSquares::dependent() const {
  const std::size_t n = dropped_.size();
  std::vector<bool> result = dropped_;
  for (std::size_t row = 0; row < n; ++row) {
    if (!dropped_[row]) {
      continue;
    }
    // The dropped column as a combination of those kept before it.
    std::vector<double> weights(n, 0.0);
    for (std::size_t k = 0; k < row; ++k) {
      weights[k] = factor_.at(row, k);
    }
    backward(weights);
    for (std::size_t k = 0; k < row; ++k) {
      // Combinations of zeros and ones have simple fractions as weights.
      result[k] = result[k] || std::abs(weights[k]) > 1e-6;
    }
  }
  return result;
}

}  // namespace firesweep::reports::statistics

// Least squares by normal equations, for the small models of this room: their columns are zeros and
// ones, so the sums of products are exact whole numbers.
#pragma once

#include <cstddef>
#include <span>
#include <vector>

namespace firesweep::reports::statistics {

/// A symmetric matrix of products of columns, [size, size] row-major.
struct Gram {
  explicit Gram(std::size_t columns) : size(columns), entries(columns * columns, 0.0) {}

  [[nodiscard]] double& at(std::size_t row, std::size_t column) {
    return entries[row * size + column];
  }
  [[nodiscard]] double at(std::size_t row, std::size_t column) const {
    return entries[row * size + column];
  }

  std::size_t size;
  std::vector<double> entries;
};

/// Cholesky factor of a Gram matrix. A column that depends on those before it is dropped.
class LeastSquares {
 public:
  /// Reads the lower triangle. `columns`: which of the matrix's to use, in this order.
  LeastSquares(const Gram& gram, std::span<const std::size_t> columns);

  /// Coefficients for the columns' products with the response; 0 for dropped ones.
  [[nodiscard]] std::vector<double> solve(std::span<const double> products) const;

  /// Sum of squares that the columns explain: the squared length of the response's projection.
  [[nodiscard]] double explained(std::span<const double> products) const;

  /// For each column whether it takes part in a linear dependence: then its coefficient is one
  /// choice among many.
  [[nodiscard]] std::vector<bool> dependent() const;

 private:
  [[nodiscard]] std::vector<double> forward(std::span<const double> products) const;
  void backward(std::vector<double>& x) const;

  Gram factor_;  // lower triangle; dropped columns are zero
  std::vector<bool> dropped_;
};

}  // namespace firesweep::reports::statistics

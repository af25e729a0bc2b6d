// Least squares by normal equations, for models whose columns are zeros and ones: their sums of
// products are exact whole numbers.
#pragma once

#include <cstddef>
#include <memory>
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

/// Eigen's complete orthogonal decomposition of a Gram matrix, which may be singular.
class LeastSquares {
 public:
  /// Reads the lower triangle. `columns`: which of the matrix's to use, in this order.
  LeastSquares(const Gram& gram, std::span<const std::size_t> columns);
  ~LeastSquares();
  LeastSquares(const LeastSquares&) = delete;
  LeastSquares& operator=(const LeastSquares&) = delete;

  /// Coefficients for the columns' products with the response: of several solutions the shortest.
  [[nodiscard]] std::vector<double> solve(std::span<const double> products) const;

  /// Sum of squares that the columns explain: the squared length of the response's projection.
  [[nodiscard]] double explained(std::span<const double> products) const;

  /// For each column whether it takes part in a linear dependence. Its coefficient is then not
  /// unique.
  [[nodiscard]] std::vector<bool> dependent() const;

 private:
  struct Factor;
  std::unique_ptr<const Factor> factor_;
};

}  // namespace firesweep::reports::statistics

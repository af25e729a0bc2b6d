#include "reports/statistics/least_squares.h"

#include <utility>

// Reports compute axes in threads of their own.
#define EIGEN_DONT_PARALLELIZE
#include <Eigen/Core>
#include <Eigen/QR>

namespace firesweep::reports::statistics {
namespace {

using Eigen::Index;
using Eigen::MatrixXd;
using Eigen::VectorXd;

/// Relative to the largest pivot: dependent columns leave rounding errors, independent columns of
/// zeros and ones much more.
constexpr double kRankThreshold = 1e-10;

/// The chosen part of the matrix, its lower triangle on both sides of the diagonal.
MatrixXd selected(const Gram& gram, std::span<const std::size_t> columns) {
  const auto size = static_cast<Index>(columns.size());
  MatrixXd matrix(size, size);
  for (Index row = 0; row < size; ++row) {
    for (Index column = 0; column < size; ++column) {
      const std::size_t i = columns[static_cast<std::size_t>(row)];
      const std::size_t j = columns[static_cast<std::size_t>(column)];
      matrix(row, column) = i >= j ? gram.at(i, j) : gram.at(j, i);
    }
  }
  return matrix;
}

VectorXd vector_of(std::span<const double> values) {
  return Eigen::Map<const VectorXd>(values.data(), static_cast<Index>(values.size()));
}

}  // namespace

struct LeastSquares::Factor {
  explicit Factor(MatrixXd matrix) : gram(std::move(matrix)) {
    decomposition.setThreshold(kRankThreshold);
    decomposition.compute(gram);
  }

  MatrixXd gram;
  Eigen::CompleteOrthogonalDecomposition<MatrixXd> decomposition;
};

LeastSquares::LeastSquares(const Gram& gram, std::span<const std::size_t> columns)
    : factor_(std::make_unique<const Factor>(selected(gram, columns))) {}

LeastSquares::~LeastSquares() = default;

std::vector<double> LeastSquares::solve(std::span<const double> products) const {
  const VectorXd solution = factor_->decomposition.solve(vector_of(products));
  return {solution.begin(), solution.end()};
}

double LeastSquares::explained(std::span<const double> products) const {
  const VectorXd given = vector_of(products);
  return given.dot(factor_->decomposition.solve(given));
}

std::vector<bool> LeastSquares::dependent() const {
  // The diagonal of the projection onto the matrix's range: 1 for independent columns. Dependences
  // of zeros and ones have simple fractions as weights, so others are clearly below 1.
  constexpr double kTolerance = 1e-8;
  const MatrixXd projection = factor_->decomposition.pseudoInverse() * factor_->gram;
  std::vector<bool> result;
  for (Index column = 0; column < projection.rows(); ++column) {
    result.push_back(projection(column, column) < 1.0 - kTolerance);
  }
  return result;
}

}  // namespace firesweep::reports::statistics

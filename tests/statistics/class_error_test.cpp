#include "reports/statistics/class_error.h"

#include <functional>
#include <random>
#include <vector>

#include <catch2/catch.hpp>

using firesweep::reports::statistics::ClassCell;
using firesweep::reports::statistics::ClassError;
using firesweep::reports::statistics::macro_f1_error;
using firesweep::reports::statistics::mean_recall_error;

namespace {

using Matrix = std::vector<std::vector<double>>;  // [truth][predicted]

double sum_of_row(const Matrix& matrix, std::size_t row) {
  double sum = 0.0;
  for (const double images : matrix[row]) {
    sum += images;
  }
  return sum;
}

double mean_recall(const Matrix& matrix) {
  double sum = 0.0;
  double classes = 0.0;
  for (std::size_t k = 0; k < matrix.size(); ++k) {
    const double images = sum_of_row(matrix, k);
    sum += images > 0.0 ? matrix[k][k] / images : 0.0;
    classes += images > 0.0 ? 1.0 : 0.0;
  }
  return sum / classes;
}

double macro_f1(const Matrix& matrix) {
  double sum = 0.0;
  double classes = 0.0;
  for (std::size_t k = 0; k < matrix.size(); ++k) {
    double both = sum_of_row(matrix, k);
    for (const std::vector<double>& row : matrix) {
      both += row[k];
    }
    sum += both > 0.0 ? 2.0 * matrix[k][k] / both : 0.0;
    classes += both > 0.0 ? 1.0 : 0.0;
  }
  return sum / classes;
}

/// With one more right image in each class that has images, and a wrong one spread over the others.
Matrix with_more_images(Matrix matrix) {
  std::vector<std::size_t> present;
  for (std::size_t k = 0; k < matrix.size(); ++k) {
    if (sum_of_row(matrix, k) > 0.0) {
      present.push_back(k);
    }
  }
  for (const std::size_t truth : present) {
    for (const std::size_t predicted : present) {
      matrix[truth][predicted] +=
          truth == predicted ? 1.0 : 1.0 / static_cast<double>(present.size() - 1);
    }
  }
  return matrix;
}

/// The variance of a measure whose cells are counts, by numeric derivatives.
double by_definition(const Matrix& counted, const std::function<double(const Matrix&)>& measure) {
  const Matrix matrix = with_more_images(counted);
  double variance = 0.0;
  for (std::size_t truth = 0; truth < matrix.size(); ++truth) {
    for (std::size_t predicted = 0; predicted < matrix.size(); ++predicted) {
      if (matrix[truth][predicted] == 0.0) {
        continue;
      }
      constexpr double kStep = 1e-4;
      Matrix more = matrix;
      Matrix fewer = matrix;
      more[truth][predicted] += kStep;
      fewer[truth][predicted] -= kStep;
      const double slope = (measure(more) - measure(fewer)) / (2.0 * kStep);
      variance += matrix[truth][predicted] * slope * slope;
    }
  }
  return variance;
}

std::vector<ClassCell> cells_of(const Matrix& matrix) {
  std::vector<ClassCell> cells;
  for (std::size_t truth = 0; truth < matrix.size(); ++truth) {
    for (std::size_t predicted = 0; predicted < matrix.size(); ++predicted) {
      if (matrix[truth][predicted] > 0.0) {
        cells.push_back({truth, predicted, matrix[truth][predicted]});
      }
    }
  }
  return cells;
}

}  // namespace

TEST_CASE("errors of class means are those of numeric derivatives") {
  std::mt19937_64 random(11);
  for (std::size_t classes = 2; classes < 7; ++classes) {
    Matrix matrix(classes, std::vector<double>(classes));
    for (std::size_t truth = 0; truth + 1 < classes || truth < 2;
         ++truth) {  // the last may be empty
      for (std::size_t predicted = 0; predicted < classes; ++predicted) {
        matrix[truth][predicted] =
            static_cast<double>(truth == predicted ? 2 + random() % 50 : random() % 4);
      }
    }
    const auto recall = mean_recall_error(cells_of(matrix), classes);
    const auto f1 = macro_f1_error(cells_of(matrix), classes);
    REQUIRE((recall && f1));
    CHECK(recall->variance == Approx(by_definition(matrix, mean_recall)).epsilon(1e-5));
    CHECK(f1->variance == Approx(by_definition(matrix, macro_f1)).epsilon(1e-5));
  }
}

TEST_CASE("a small class without errors has an error, and few degrees of freedom") {
  const std::vector<ClassCell> perfect{{0, 0, 228.0}, {1, 1, 12.0}};
  const auto error = mean_recall_error(perfect, 2);
  REQUIRE(error);
  // Recall 13 / 14 of the small class, 229 / 230 of the large one.
  const double small = 13.0 / 14.0 * 1.0 / 14.0 / 14.0;
  const double large = 229.0 / 230.0 * 1.0 / 230.0 / 230.0;
  CHECK(error->variance == Approx((small + large) / 4.0));
  CHECK(error->freedom == Approx(11.0).epsilon(0.02));
  CHECK(macro_f1_error(perfect, 2)->variance > 0.0);
}

TEST_CASE("a class of one image and a single class have no error") {
  CHECK_FALSE(mean_recall_error(std::vector<ClassCell>{{0, 0, 50.0}, {1, 1, 1.0}}, 2));
  CHECK_FALSE(macro_f1_error(std::vector<ClassCell>{{0, 0, 50.0}, {1, 0, 1.0}}, 2));
  CHECK_FALSE(mean_recall_error(std::vector<ClassCell>{{0, 0, 50.0}}, 2));
  CHECK_FALSE(macro_f1_error({}, 3));
}

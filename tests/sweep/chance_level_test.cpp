#include "sweep/study/chance_level.h"

#include <algorithm>
#include <cmath>
#include <numeric>
#include <random>
#include <vector>

#include <catch2/catch.hpp>

#include "sweep/store/confusion.h"

namespace firesweep::sweep {
namespace {

std::vector<ClassCounts> counts_of(const std::vector<std::vector<std::int64_t>>& matrix) {
  std::vector<ConfusionCell> cells;
  for (std::size_t truth = 0; truth < matrix.size(); ++truth) {
    for (std::size_t predicted = 0; predicted < matrix.size(); ++predicted) {
      if (matrix[truth][predicted] > 0) {
        cells.push_back({static_cast<std::int32_t>(truth), static_cast<std::int32_t>(predicted),
                         matrix[truth][predicted]});
      }
    }
  }
  return Confusion(static_cast<std::int64_t>(matrix.size()), cells).per_class();
}

/// `correct` of the 500 images of each of ten classes; errors are spread over the other classes.
std::vector<ClassCounts> ten_classes(std::int64_t correct) {
  std::vector<std::vector<std::int64_t>> matrix(10, std::vector<std::int64_t>(10));
  for (std::size_t truth = 0; truth < 10; ++truth) {
    matrix[truth][truth] = correct;
    for (std::int64_t error = 0; error < 500 - correct; ++error) {
      ++matrix[truth][(truth + 1 + static_cast<std::size_t>(error % 9)) % 10];
    }
  }
  return counts_of(matrix);
}

std::vector<std::int32_t> labels_of(const std::vector<std::int64_t>& class_images) {
  std::vector<std::int32_t> labels;
  for (std::size_t c = 0; c < class_images.size(); ++c) {
    labels.insert(labels.end(), static_cast<std::size_t>(class_images[c]),
                  static_cast<std::int32_t>(c));
  }
  return labels;
}

std::vector<ClassCounts> perfect(const std::vector<std::int64_t>& class_images) {
  std::vector<ClassCounts> counts;
  for (const std::int64_t images : class_images) {
    counts.push_back({images, images, images});
  }
  return counts;
}

struct Null {
  std::string name;
  std::vector<std::int64_t> class_images;
  std::vector<double> prediction_weights;
};

}  // namespace

TEST_CASE("Tails of both distributions are SciPy's") {
  // scipy.stats.binom.sf(k - 1, n, p) and hypergeom.sf(k - 1, N, marked, drawn) of 1.10.1.
  CHECK(binomial_tail(100, 38, 0.25) == Approx(0.0027461436316932137).epsilon(1e-10));
  CHECK(binomial_tail(50'000, 120, 0.001) == Approx(3.50658934908992e-17).epsilon(1e-10));
  CHECK(binomial_tail(20, 20, 0.95) == Approx(0.3584859224085419).epsilon(1e-12));
  CHECK(binomial_tail(20, 0, 0.95) == 1.0);
  CHECK(binomial_tail(20, 21, 0.95) == 0.0);
  CHECK(binomial_tail(20, 5, 1.0) == 1.0);
  CHECK(hypergeometric_tail(100, 5, 8, 3) == Approx(0.0031998928906145406).epsilon(1e-10));
  CHECK(hypergeometric_tail(50'000, 50, 400, 4) == Approx(0.000694883652496132).epsilon(1e-9));
  CHECK(hypergeometric_tail(1'281'167, 1'300, 1'500, 12) ==
        Approx(7.41087902312926e-08).epsilon(1e-7));
  CHECK(hypergeometric_tail(40, 30, 25, 16) == Approx(0.9961437864663671).epsilon(1e-10));
  CHECK(hypergeometric_tail(40, 30, 25, 15) == 1.0);  // at least 15 of the drawn are marked
  CHECK(hypergeometric_tail(40, 30, 25, 26) == 0.0);
  // Far below the mean, where the first terms are too small for a double.
  CHECK(hypergeometric_tail(10'000, 5'000, 5'000, 1'500) == 1.0);
  CHECK(hypergeometric_tail(2'000, 1'000, 1'000, 50) == 1.0);
  CHECK(hypergeometric_tail(2'000, 1'000, 1'000, 499) == Approx(0.553361406330442).epsilon(1e-10));
}

TEST_CASE("A network that is nearly always wrong has not learned") {
  CHECK(why_not_learned(std::vector<ClassCounts>{{1'000, 1'000, 50}, {1'000, 1'000, 50}}));
  CHECK(why_not_learned(std::vector<ClassCounts>{{5'000, 5'000, 0}, {5'000, 5'000, 0}}));
}

TEST_CASE("A perfect network has learned, however unbalanced or few the images") {
  const auto images = GENERATE(values<std::vector<std::int64_t>>(
      {{95, 5}, {2, 2}, {1, 1}, {19, 1}, {792, 8}, {1, 0, 1}, {50, 50, 50}}));
  CAPTURE(images);
  CHECK_FALSE(why_not_learned(perfect(images)));
}

TEST_CASE("A constant prediction has never learned") {
  const auto images = GENERATE(values<std::vector<std::int64_t>>(
      {{95, 5}, {5, 95}, {2, 2}, {1, 1}, {9'999, 1}, {500, 500, 500}, {0, 7, 1}}));
  const auto all = std::accumulate(images.begin(), images.end(), std::int64_t{0});
  for (std::size_t answer = 0; answer < images.size(); ++answer) {
    CAPTURE(images, answer);
    std::vector<ClassCounts> counts;
    for (std::size_t c = 0; c < images.size(); ++c) {
      counts.push_back({images[c], c == answer ? all : 0, c == answer ? images[c] : 0});
    }
    const auto reason = why_not_learned(counts);
    REQUIRE(reason);
    CHECK_THAT(*reason, Catch::EndsWith(" were classified as class " + std::to_string(answer)));
  }
}

TEST_CASE("Ten balanced classes: 10.2 % of 5,000 images is chance, 13 % is not") {
  CHECK(why_not_learned(ten_classes(51)) ==
        "validation top-1 10.20 % is not above chance (10.00 % for the most frequent class; "
        "11.40 % would be), and no class is recognised more often than by chance");
  CHECK_FALSE(why_not_learned(ten_classes(65)));
}

TEST_CASE("A network that recognises a rare class has learned below the majority's accuracy") {
  // 93 %, where the majority class has 95 %: but 6 of 10 rare images are found.
  CHECK_FALSE(why_not_learned(counts_of({{180, 10}, {4, 6}})));
  CHECK(why_not_learned(counts_of({{180, 10}, {9, 1}})) ==
        "validation top-1 90.50 % is not above chance (95.00 % for the most frequent class; "
        "99.50 % would be), and no class is recognised more often than by chance");
}

TEST_CASE("The reason says when no accuracy or no prediction can show anything") {
  CHECK(why_not_learned(counts_of({{18, 1}, {1, 0}})) ==
        "validation top-1 90.00 % is not above chance (95.00 % for the most frequent class; with "
        "20 validation images no accuracy would be), and no class is recognised more often than "
        "by chance");
  CHECK(why_not_learned(counts_of({{20, 0}, {0, 0}})) ==
        "validation top-1 100.00 % shows nothing: all 20 validation images are of one class");
}

TEST_CASE("A warning tells when even a perfect network can't be told from chance") {
  CHECK(chance_warning(std::vector<std::int64_t>{19, 1}) ==
        "20 validation images, of which 19 are of one class: no accuracy can be told from chance; "
        "60 would be enough");
  CHECK(chance_warning(std::vector<std::int64_t>{2, 2}) ==
        "4 validation images, of which 2 are of one class: no accuracy can be told from chance; "
        "12 would be enough");
  CHECK(chance_warning(std::vector<std::int64_t>{0, 30}) ==
        "30 validation images, all of one class: no accuracy can be told from chance");
  for (const std::vector<std::int64_t>& images :
       {std::vector<std::int64_t>{95, 5}, {10, 10}, {9'999, 1}, {1, 1, 1, 1, 1, 1, 1, 1, 1, 1}}) {
    CAPTURE(images);
    CHECK_FALSE(chance_warning(images));
  }
}

TEST_CASE("Guesses are taken for learning at most as often as the level says") {
  const auto null = GENERATE(values<Null>({
      {"two classes", {50, 50}, {1.0, 1.0}},
      {"two classes, one preferred", {50, 50}, {9.0, 1.0}},
      {"95 to 5, as frequent as the classes", {190, 10}, {95.0, 5.0}},
      {"95 to 5, evenly", {190, 10}, {1.0, 1.0}},
      {"ten classes", {20, 20, 20, 20, 20, 20, 20, 20, 20, 20}, std::vector<double>(10, 1.0)},
      {"unequal classes, unequal guesses", {60, 25, 10, 4, 1}, {5.0, 1.0, 3.0, 1.0, 1.0}},
  }));
  CAPTURE(null.name);
  const std::vector<std::int32_t> labels = labels_of(null.class_images);
  std::mt19937_64 random(20'160'224);
  std::discrete_distribution<std::int32_t> guess(null.prediction_weights.begin(),
                                                 null.prediction_weights.end());
  constexpr int kDraws = 10'000;
  int learned = 0;
  std::vector<ClassCounts> counts;
  for (int draw = 0; draw < kDraws; ++draw) {
    counts.assign(null.class_images.size(), {});
    for (const std::int32_t label : labels) {
      const std::int32_t predicted = guess(random);
      ++counts[static_cast<std::size_t>(label)].images;
      ++counts[static_cast<std::size_t>(predicted)].predicted;
      counts[static_cast<std::size_t>(label)].correct += label == predicted ? 1 : 0;
    }
    learned += why_not_learned(counts) ? 0 : 1;
  }
  CHECK(learned <= kDraws * kChanceLevel);
}

}  // namespace firesweep::sweep

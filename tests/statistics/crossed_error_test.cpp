#include "reports/statistics/crossed_error.h"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <random>
#include <vector>

#include <catch2/catch.hpp>

#include "reports/statistics/column_counts.h"
#include "reports/statistics/image_noise.h"
#include "reports/statistics/mean_interval.h"

using firesweep::reports::statistics::accuracy_interval;
using firesweep::reports::statistics::ColumnCounts;
using firesweep::reports::statistics::crossed_error;
using firesweep::reports::statistics::crossed_interval;
using firesweep::reports::statistics::crossed_p;
using firesweep::reports::statistics::CrossedError;
using firesweep::reports::statistics::ImageNoise;
using firesweep::reports::statistics::ImageScores;
using firesweep::reports::statistics::Random;
using firesweep::reports::statistics::student_t_quantile;

namespace {

using Bits = std::vector<std::uint64_t>;

Bits random_bits(std::mt19937_64& random, std::size_t images) {
  Bits bits((images + 63) / 64);
  for (std::uint64_t& word : bits) {
    word = random() | random();
  }
  if (images % 64 != 0) {
    bits.back() &= (std::uint64_t{1} << images % 64) - 1;
  }
  return bits;
}

double score(const ImageScores& scores, std::size_t image) {
  const auto bit = [image](std::span<const std::uint64_t> bits) {
    return bits.empty() ? 0.0 : static_cast<double>(bits[image / 64] >> image % 64 & 1U);
  };
  return bit(scores.plus) - bit(scores.minus) + scores.constant;
}

/// The mean squares of a two-way table, written out.
CrossedError by_definition(const std::vector<ImageScores>& scores, std::size_t images,
                           std::size_t units) {
  std::vector<std::vector<double>> table(units, std::vector<double>(images, 0.0));
  std::vector<double> members(units, 0.0);
  for (const ImageScores& one : scores) {
    members[one.unit] += 1.0;
    for (std::size_t i = 0; i < images; ++i) {
      table[one.unit][i] += score(one, i);
    }
  }
  std::vector<double> rows(units, 0.0);
  std::vector<double> columns(images, 0.0);
  double mean = 0.0;
  const auto count = static_cast<double>(images);
  const auto n = static_cast<double>(units);
  for (std::size_t u = 0; u < units; ++u) {
    for (std::size_t i = 0; i < images; ++i) {
      table[u][i] /= members[u];
      rows[u] += table[u][i] / count;
      columns[i] += table[u][i] / n;
      mean += table[u][i] / (count * n);
    }
  }
  double unit_square = 0.0;
  double image_square = 0.0;
  double rest = 0.0;
  for (std::size_t u = 0; u < units; ++u) {
    unit_square += count * std::pow(rows[u] - mean, 2) / (n - 1.0);
    for (std::size_t i = 0; i < images; ++i) {
      rest += std::pow(table[u][i] - rows[u] - columns[i] + mean, 2) / ((n - 1.0) * (count - 1.0));
    }
  }
  for (const double column : columns) {
    image_square += n * std::pow(column - mean, 2) / (count - 1.0);
  }
  return {.units = units,
          .images = images,
          .seed_part = unit_square / (n * count),
          .image_part = std::max(0.0, image_square - rest) / (n * count)};
}

}  // namespace

TEST_CASE("columns of bit sets are counted one by one") {
  std::mt19937_64 random(3);
  for (const std::size_t columns : {1U, 63U, 64U, 65U, 240U}) {
    ColumnCounts counts(columns);
    std::vector<double> expected(columns, 1.0);
    for (int set = 0; set < 37; ++set) {
      const Bits bits = random_bits(random, columns);
      counts.add(bits);
      for (std::size_t i = 0; i < columns; ++i) {
        expected[i] += 0.5 * static_cast<double>(bits[i / 64] >> i % 64 & 1U);
      }
    }
    std::vector<double> totals(columns, 1.0);
    counts.add_to(totals, 0.5);
    CHECK(totals == expected);
  }
}

TEST_CASE("the parts of the variance are those of the two-way table") {
  std::mt19937_64 random(5);
  for (const std::size_t images : {7U, 64U, 100U, 300U}) {
    std::vector<Bits> bits;
    for (int i = 0; i < 14; ++i) {
      bits.push_back(random_bits(random, images));
    }
    // Seven pairs in four units of one to three pairs; one side is a guess.
    std::vector<ImageScores> scores;
    const std::vector<std::size_t> units{0, 0, 0, 1, 1, 2, 3};
    for (std::size_t i = 0; i < units.size(); ++i) {
      scores.push_back(
          {.plus = bits[2 * i], .minus = bits[2 * i + 1], .constant = 0.0, .unit = units[i]});
    }
    scores[3].minus = {};
    scores[3].constant = -0.1;
    const CrossedError expected = by_definition(scores, images, 4);
    const auto error = crossed_error(scores, images);
    REQUIRE(error);
    CHECK(error->units == 4);
    CHECK(error->seed_part == Approx(expected.seed_part).epsilon(1e-9).margin(1e-12));
    CHECK(error->image_part == Approx(expected.image_part).epsilon(1e-9));
    std::vector<ImageScores> again = scores;
    std::ranges::reverse(again);
    CHECK(crossed_error(again, images) == error);
  }
}

TEST_CASE("one unit or one image has no error") {
  const Bits bits{0b101U};
  CHECK_FALSE(crossed_error(std::vector<ImageScores>{{.plus = bits, .minus = {}}}, 3));
  CHECK_FALSE(crossed_error(std::vector<ImageScores>{{.plus = bits, .minus = {}, .unit = 0},
                                                     {.plus = bits, .minus = {}, .unit = 1}},
                            1));
}

TEST_CASE("the interval is Student's where one part vanishes, and there is none for two units") {
  const CrossedError seeds{.units = 5, .images = 0, .seed_part = 0.04, .image_part = 0.0};
  const double t = student_t_quantile(0.975, 4.0);
  CHECK(crossed_interval(1.0, seeds)->high == Approx(1.0 + 0.2 * t));
  const CrossedError images{.units = 5, .images = 101, .seed_part = 0.0, .image_part = 0.04};
  CHECK(crossed_interval(1.0, images)->low == Approx(1.0 - 0.2 * student_t_quantile(0.975, 100.0)));
  CHECK_FALSE(crossed_interval(1.0, {.units = 2, .images = 0, .seed_part = 0.04}));
  CHECK_FALSE(accuracy_interval(0.5, {.units = 2, .images = 9, .seed_part = 0.04}));
  CHECK_FALSE(crossed_p(0.5, {.units = 2, .images = 9, .seed_part = 0.04}));
}

TEST_CASE("p is where the interval just holds zero") {
  const CrossedError error{.units = 4, .images = 240, .seed_part = 0.01, .image_part = 0.02};
  for (const double mean : {0.05, 0.2, -0.4, 0.9}) {
    const double p = *crossed_p(mean, error);
    const auto interval = *crossed_interval(mean, error, 1.0 - p);
    CHECK((mean > 0.0 ? interval.low : interval.high) == Approx(0.0).margin(1e-9));
  }
  CHECK(crossed_p(0.0, error) == 1.0);
  CHECK(crossed_p(0.1, {.units = 3, .images = 0}) == 0.0);
}

TEST_CASE("an accuracy's interval stays within 0 and 1 and is Wilson's for images alone") {
  // 95 of 100: Wilson's interval with t instead of z, (2p + k -/+ sqrt(...)) / (2 + 2k).
  const CrossedError error{
      .units = 3, .images = 100, .seed_part = 0.0, .image_part = 0.95 * 0.05 / 100.0};
  const double t = student_t_quantile(0.975, 99.0);
  const double k = t * t / 100.0;
  const double root = std::sqrt(k * k + 4.0 * k * 0.95 * 0.05);
  const auto interval = *accuracy_interval(0.95, error);
  CHECK(interval.low == Approx((1.9 + k - root) / (2.0 + 2.0 * k)));
  CHECK(interval.high == Approx((1.9 + k + root) / (2.0 + 2.0 * k)));
  const auto perfect = *accuracy_interval(1.0, {.units = 3, .images = 100});
  CHECK(perfect.high == 1.0);
  CHECK(perfect.low == Approx(100.0 / (100.0 + t * t)));
  const auto wide =
      *accuracy_interval(0.97, {.units = 3, .images = 50, .seed_part = 0.01, .image_part = 0.001});
  CHECK(wide.low >= 0.0);
  CHECK(wide.high <= 1.0);
}

TEST_CASE("noise of images has the deviation and the correlation of the means") {
  std::mt19937_64 generator(11);
  const std::size_t images = 1000;
  std::vector<double> first(images);
  std::vector<double> second(images);
  for (std::size_t i = 0; i < images; ++i) {
    const double shared = static_cast<double>(generator() % 2);
    first[i] = shared;
    second[i] = generator() % 4 == 0 ? static_cast<double>(generator() % 2) : shared;
  }
  const ImageNoise one(first);
  const ImageNoise other(second);
  CHECK(one.standard_deviation() == Approx(std::sqrt(0.25 / images)).epsilon(0.2));
  Random random(1);
  double products = 0.0;
  double squares = 0.0;
  double other_squares = 0.0;
  for (int draw = 0; draw < 4000; ++draw) {
    const ImageNoise::Draw signs(random);
    products += signs.of(one) * signs.of(other);
    squares += signs.of(one) * signs.of(one);
    other_squares += signs.of(other) * signs.of(other);
  }
  CHECK(std::sqrt(squares / 4000.0) == Approx(one.standard_deviation()).epsilon(0.05));
  CHECK(products / std::sqrt(squares * other_squares) == Approx(0.75).margin(0.08));
  CHECK(ImageNoise::Draw(random).of(ImageNoise()) == 0.0);
}

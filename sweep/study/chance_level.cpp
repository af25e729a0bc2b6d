#include "sweep/study/chance_level.h"

#include <algorithm>
#include <cmath>
#include <vector>

#include <boost/math/special_functions/beta.hpp>
#include <boost/math/special_functions/gamma.hpp>
#include <fmt/format.h>

#include "base/counts.h"

namespace firesweep::sweep {
namespace {

constexpr double kLevelOfTest = kChanceLevel / 2.0;

struct Totals {
  std::int64_t images = 0;
  std::int64_t correct = 0;
  std::int64_t most_frequent = 0;   // images of one class
  std::int64_t most_predicted = 0;  // images taken for one class
  std::int64_t classes = 0;         // with images
};

Totals totals_of(std::span<const ClassCounts> classes) {
  Totals totals;
  for (const ClassCounts& counts : classes) {
    totals.images += counts.images;
    totals.correct += counts.correct;
    totals.most_frequent = std::max(totals.most_frequent, counts.images);
    totals.most_predicted = std::max(totals.most_predicted, counts.predicted);
    totals.classes += counts.images > 0 ? 1 : 0;
  }
  return totals;
}

double log_binomial(std::int64_t n, std::int64_t k) {
  const auto log_factorial = [](std::int64_t value) {
    return boost::math::lgamma(static_cast<double>(value) + 1.0);
  };
  return log_factorial(n) - log_factorial(k) - log_factorial(n - k);
}

double fraction(std::int64_t part, std::int64_t whole) {
  return static_cast<double>(part) / static_cast<double>(whole);
}

bool accuracy_is_above_chance(const Totals& totals) {
  return binomial_tail(totals.images, totals.correct,
                       fraction(totals.most_frequent, totals.images)) <= kLevelOfTest;
}

/// Whether the class is neither all nor none of the images, nor of the predictions. Otherwise its
/// table has only one possible content.
bool can_be_tested(const ClassCounts& counts, std::int64_t images) {
  return counts.images > 0 && counts.images < images && counts.predicted > 0 &&
         counts.predicted < images;
}

bool some_class_is_above_chance(std::span<const ClassCounts> classes, std::int64_t images) {
  const auto tested = std::ranges::count_if(
      classes, [images](const ClassCounts& counts) { return can_be_tested(counts, images); });
  return std::ranges::any_of(classes, [&](const ClassCounts& counts) {
    return can_be_tested(counts, images) &&
           hypergeometric_tail(images, counts.images, counts.predicted, counts.correct) <=
               kLevelOfTest / static_cast<double>(tested);
  });
}

/// The smallest number of correct answers that the binomial test takes for more than chance; one
/// more than the images if there is none.
std::int64_t fewest_above_chance(const Totals& totals) {
  const double chance = fraction(totals.most_frequent, totals.images);
  std::int64_t too_few = 0;
  std::int64_t enough = totals.images + 1;
  while (enough - too_few > 1) {
    const std::int64_t middle = too_few + (enough - too_few) / 2;
    (binomial_tail(totals.images, middle, chance) <= kLevelOfTest ? enough : too_few) = middle;
  }
  return enough;
}

std::size_t count_of(std::int64_t images) {
  return static_cast<std::size_t>(images);
}

double percent(std::int64_t part, std::int64_t whole) {
  return 100.0 * fraction(part, whole);
}

std::vector<ClassCounts> perfect(std::span<const std::int64_t> class_images, std::int64_t times) {
  std::vector<ClassCounts> classes;
  for (const std::int64_t images : class_images) {
    classes.push_back({images * times, images * times, images * times});
  }
  return classes;
}

}  // namespace

double binomial_tail(std::int64_t trials, std::int64_t successes, double probability) {
  if (successes <= 0) {
    return 1.0;
  }
  if (successes > trials) {
    return 0.0;
  }
  return boost::math::ibeta(static_cast<double>(successes),
                            static_cast<double>(trials - successes) + 1.0, probability);
}

double hypergeometric_tail(std::int64_t population, std::int64_t marked, std::int64_t drawn,
                           std::int64_t hits) {
  const std::int64_t fewest = std::max<std::int64_t>(0, marked + drawn - population);
  const std::int64_t most = std::min(marked, drawn);
  if (hits <= fewest) {
    return 1.0;
  }
  if (hits > most) {
    return 0.0;
  }
  // Below the mean the terms rise, and the first may be too small for a double: then the sum of all
  // terms below `hits`, which fall towards `fewest`, is taken from 1.
  const bool from_below = fraction(hits, drawn) < fraction(marked, population);
  const std::int64_t first = from_below ? hits - 1 : hits;
  double term =
      std::exp(log_binomial(marked, first) + log_binomial(population - marked, drawn - first) -
               log_binomial(population, drawn));
  double sum = 0.0;
  if (from_below) {
    for (std::int64_t k = first; k >= fewest; --k) {
      sum += term;
      term *= static_cast<double>(k) * static_cast<double>(population - marked - drawn + k) /
              (static_cast<double>(marked - k + 1) * static_cast<double>(drawn - k + 1));
    }
    return std::max(1.0 - sum, 0.0);
  }
  for (std::int64_t k = first; k <= most; ++k) {
    sum += term;
    term *= static_cast<double>(marked - k) * static_cast<double>(drawn - k) /
            (static_cast<double>(k + 1) * static_cast<double>(population - marked - drawn + k + 1));
  }
  return std::min(sum, 1.0);
}

bool is_above_chance(std::span<const ClassCounts> classes) {
  const Totals totals = totals_of(classes);
  return accuracy_is_above_chance(totals) || some_class_is_above_chance(classes, totals.images);
}

std::optional<std::string> why_not_learned(std::span<const ClassCounts> classes) {
  const Totals totals = totals_of(classes);
  if (totals.classes < 2) {
    return fmt::format("validation top-1 {:.2f} % shows nothing: all {} are of one class",
                       percent(totals.correct, totals.images),
                       base::counted(count_of(totals.images), "validation image"));
  }
  if (totals.correct == totals.images || is_above_chance(classes)) {
    return std::nullopt;
  }
  const std::string images = base::counted(count_of(totals.images), "validation image");
  const std::int64_t enough = fewest_above_chance(totals);
  const std::string found = fmt::format(
      "validation top-1 {:.2f} % is not above chance ({:.2f} % for the most frequent class; {})",
      percent(totals.correct, totals.images), percent(totals.most_frequent, totals.images),
      enough <= totals.images ? fmt::format("{:.2f} % would be", percent(enough, totals.images))
                              : fmt::format("with {} no accuracy would be", images));
  if (totals.most_predicted == totals.images) {
    return fmt::format(
        "{}: all {} were classified as class {}", found, images,
        std::ranges::find(classes, totals.images, &ClassCounts::predicted) - classes.begin());
  }
  return found + ", and no class is recognised more often than by chance";
}

std::optional<std::string> chance_warning(std::span<const std::int64_t> class_images) {
  const Totals totals = totals_of(perfect(class_images, 1));
  if (totals.images == 0 || is_above_chance(perfect(class_images, 1))) {
    return std::nullopt;
  }
  const std::string count = base::counted(count_of(totals.images), "validation image");
  if (totals.classes < 2) {
    return fmt::format("{}, all of one class: no accuracy can be told from chance", count);
  }
  std::int64_t times = 2;
  while (!is_above_chance(perfect(class_images, times))) {
    ++times;
  }
  return fmt::format(
      "{}, of which {} {} of one class: no accuracy can be told from chance; {} would be enough",
      count, totals.most_frequent, totals.most_frequent == 1 ? "is" : "are",
      base::grouped(totals.images * times));
}

}  // namespace firesweep::sweep

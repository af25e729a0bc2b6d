#include "reports/statistics/paired_test.h"

#include <algorithm>
#include <cstddef>
#include <map>
#include <numeric>
#include <utility>

#include "reports/statistics/summary.h"

namespace firesweep::reports::statistics {
namespace {

/// `differences` has one for each unit.
UnitTest test_units(std::span<const double> differences, const PairImages& images,
                    const PairedTestOptions& options) {
  UnitTest test;
  test.n = differences.size();
  test.mean = summarize({differences.begin(), differences.end()}).mean;
  test.error = images.scores.empty() ? bounded_error(differences, images.variance, images.images)
                                     : crossed_error(images.scores, images.images);
  if (test.error) {
    test.error->image_freedom = images.scores.empty() ? images.freedom : 0.0;
    test.interval_p = crossed_p(*test.mean, *test.error);
    if (const auto interval = crossed_interval(*test.mean, *test.error, options.confidence)) {
      test.interval = MeanInterval{.n = test.n,
                                   .mean = *test.mean,
                                   .interval = *interval,
                                   .confidence = options.confidence,
                                   .method = IntervalMethod::kCrossed};
    }
  }
  test.sign_flip = sign_flip_test(differences, options.sign_flip);
  if (test.sign_flip) {
    test.adjusted = AdjustedP{test.p(), test.sign_flip->min_p, 1};
  }
  return test;
}

/// The same scores with `unit(i)` as the unit of the i-th.
template <typename Unit>
PairImages grouped(const PairImages& images, Unit unit) {
  PairImages made = images;
  for (std::size_t i = 0; i < made.scores.size(); ++i) {
    made.scores[i].unit = unit(i);
  }
  return made;
}

void adjust(std::span<UnitTest* const> family) {
  std::vector<double> p_values;
  std::vector<double> smallest;
  for (const UnitTest* test : family) {
    p_values.push_back(test->p());
    smallest.push_back(test->sign_flip->min_p);
  }
  p_values = holm(p_values);
  smallest = holm(smallest);
  for (std::size_t i = 0; i < family.size(); ++i) {
    family[i]->adjusted = AdjustedP{p_values[i], smallest[i], family.size()};
  }
}

}  // namespace

double UnitTest::p() const {
  return std::max(sign_flip->p, interval_p.value_or(0.0));
}

std::vector<double> holm(std::span<const double> p_values) {
  std::vector<std::size_t> order(p_values.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::ranges::sort(order, {}, [&](std::size_t i) { return p_values[i]; });
  std::vector<double> adjusted(p_values.size());
  double reached = 0.0;
  for (std::size_t rank = 0; rank < order.size(); ++rank) {
    const auto remaining = static_cast<double>(order.size() - rank);
    reached = std::max(reached, std::min(1.0, remaining * p_values[order[rank]]));
    adjusted[order[rank]] = reached;
  }
  return adjusted;
}

PairedTest test_pairs(std::span<const double> differences, std::span<const std::size_t> designs,
                      const PairImages& images, const PairedTestOptions& options) {
  PairedTest test;
  for (const double difference : differences) {
    std::size_t& count = difference > 0.0   ? test.positive
                         : difference < 0.0 ? test.negative
                                            : test.zero;
    ++count;
  }
  test.pairs = test_units(differences, grouped(images, [](std::size_t i) { return i; }), options);
  if (!designs.empty()) {
    test.designs = test_units(means_by_group(differences, designs),
                              grouped(images, [&](std::size_t i) { return designs[i]; }), options);
  }
  return test;
}

std::vector<PairedTest> adjusted_together(std::vector<PairedTest> tests) {
  std::vector<UnitTest*> by_pairs;
  std::vector<UnitTest*> by_designs;
  for (PairedTest& test : tests) {
    if (test.pairs.sign_flip) {
      by_pairs.push_back(&test.pairs);
    }
    if (test.designs && test.designs->sign_flip) {
      by_designs.push_back(&*test.designs);
    }
  }
  adjust(by_pairs);
  adjust(by_designs);
  return tests;
}

std::vector<double> means_by_group(std::span<const double> values,
                                   std::span<const std::size_t> groups) {
  std::map<std::size_t, std::vector<double>> members;
  for (std::size_t i = 0; i < values.size(); ++i) {
    members[groups[i]].push_back(values[i]);
  }
  std::vector<double> means;
  for (auto& [group, group_values] : members) {
    means.push_back(*summarize(std::move(group_values)).mean);
  }
  return means;
}

}  // namespace firesweep::reports::statistics

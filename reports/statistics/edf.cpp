#include "reports/statistics/edf.h"

#include <algorithm>
#include <cmath>
#include <compare>
#include <cstdint>
#include <iterator>
#include <utility>

#include "reports/statistics/mean_interval.h"

namespace firesweep::reports::statistics {
namespace {

struct Weighted {
  double value = 0.0;
  double weight = 1.0;

  auto operator<=>(const Weighted&) const = default;
};

/// Sums of weights depend on their order: a fixed one makes the result a function of the set.
std::vector<Weighted> sorted(std::span<const double> values, std::span<const double> weights) {
  std::vector<Weighted> points;
  for (std::size_t i = 0; i < values.size(); ++i) {
    points.push_back({values[i], weights.empty() ? 1.0 : weights[i]});
  }
  std::ranges::sort(points, [](const Weighted& a, const Weighted& b) { return a < b; });
  return points;
}

std::size_t bin_of(double size, double low, double high, std::size_t bins) {
  const double position = (size - low) / (high - low) * static_cast<double>(bins);
  return std::min(static_cast<std::size_t>(position), bins - 1);
}

/// The fractions at every x in one bootstrap resample.
void draw_fractions(std::span<const Weighted> points, std::span<const std::size_t> cells,
                    Random& random, std::vector<double>& fractions) {
  std::ranges::fill(fractions, 0.0);
  double total = 0.0;
  // Without any weight there is no fraction: draw again.
  while (total <= 0.0) {
    for (std::size_t i = 0; i < points.size(); ++i) {
      const std::size_t drawn = random.below(static_cast<std::uint32_t>(points.size()));
      total += points[drawn].weight;
      if (cells[drawn] < fractions.size()) {
        fractions[cells[drawn]] += points[drawn].weight;
      }
    }
  }
  double reached = 0.0;
  for (double& fraction : fractions) {
    reached += fraction;
    fraction = std::min(1.0, reached / total);
  }
}

}  // namespace

std::vector<EdfStep> edf(std::span<const double> values, std::span<const double> weights) {
  const std::vector<Weighted> points = sorted(values, weights);
  double total = 0.0;
  for (const Weighted& point : points) {
    total += point.weight;
  }
  std::vector<EdfStep> steps;
  if (total <= 0.0) {
    return steps;
  }
  double reached = 0.0;
  for (const Weighted& point : points) {
    if (point.weight <= 0.0) {
      continue;
    }
    reached += point.weight;
    if (steps.empty() || steps.back().value < point.value) {
      steps.push_back({point.value, 0.0});
    }
    steps.back().fraction = reached / total;
  }
  return steps;
}

double fraction_at(std::span<const EdfStep> steps, double x) {
  const auto after = std::ranges::upper_bound(steps, x, {}, &EdfStep::value);
  return after == steps.begin() ? 0.0 : std::prev(after)->fraction;
}

std::vector<double> size_normalised_weights(std::span<const double> sizes, std::size_t bins,
                                            SizeScale scale) {
  std::vector<double> scaled(sizes.begin(), sizes.end());
  if (scale == SizeScale::kLogarithmic) {
    for (double& size : scaled) {
      // In long double, so that last bits don't depend on the processor's variant of log().
      size = static_cast<double>(std::log(static_cast<long double>(size)));
    }
  }
  if (scaled.empty()) {
    return {};
  }
  const auto [low, high] = std::ranges::minmax(scaled);
  if (low == high) {
    bins = 1;
  }
  std::vector<double> members(bins, 0.0);
  for (const double size : scaled) {
    members[bins == 1 ? 0 : bin_of(size, low, high, bins)] += 1.0;
  }
  const auto filled =
      static_cast<double>(std::ranges::count_if(members, [](double m) { return m > 0.0; }));
  std::vector<double> weights;
  for (const double size : scaled) {
    weights.push_back(1.0 / (filled * members[bins == 1 ? 0 : bin_of(size, low, high, bins)]));
  }
  return weights;
}

std::optional<double> ks_distance(std::span<const EdfStep> a, std::span<const EdfStep> b) {
  if (a.empty() || b.empty()) {
    return std::nullopt;
  }
  double distance = 0.0;
  for (const std::span<const EdfStep> steps : {a, b}) {
    for (const EdfStep& step : steps) {
      distance =
          std::max(distance, std::abs(fraction_at(a, step.value) - fraction_at(b, step.value)));
    }
  }
  return distance;
}

std::optional<EdfBand> edf_band(std::span<const double> values, std::span<const double> weights,
                                std::span<const double> x, double confidence,
                                const ResamplingOptions& options) {
  const std::vector<Weighted> points = sorted(values, weights);
  if (std::ranges::none_of(points, [](const Weighted& point) { return point.weight > 0.0; })) {
    return std::nullopt;
  }
  // The first x that a point is at most.
  std::vector<std::size_t> cells;
  for (const Weighted& point : points) {
    cells.push_back(static_cast<std::size_t>(std::ranges::lower_bound(x, point.value) - x.begin()));
  }
  Random random(options.seed);
  std::vector<std::vector<double>> drawn(x.size());
  std::vector<double> fractions(x.size());
  for (std::size_t resample = 0; resample < options.count; ++resample) {
    draw_fractions(points, cells, random, fractions);
    for (std::size_t i = 0; i < x.size(); ++i) {
      drawn[i].push_back(fractions[i]);
    }
  }
  EdfBand band{.fractions = {},
               .confidence = confidence,
               .resampling = {.exact = false, .seed = options.seed, .count = options.count}};
  for (std::vector<double>& at_x : drawn) {
    band.fractions.push_back(percentile_interval(std::move(at_x), confidence));
  }
  return band;
}

}  // namespace firesweep::reports::statistics

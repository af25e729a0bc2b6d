#include "reports/statistics/grid.h"

#include <algorithm>
#include <cmath>
#include <numeric>

#include "reports/statistics/summary.h"

namespace firesweep::reports::statistics {

std::optional<std::vector<GridDesign>> designs_of(const GridObservations& observations) {
  const std::span<const double> values = observations.values;
  if (values.empty() || !std::ranges::all_of(values, [](double v) { return std::isfinite(v); })) {
    return std::nullopt;
  }
  const std::size_t axes = observations.level_counts.size();
  const auto levels_of = [&](std::size_t i) {
    return std::span(observations.levels).subspan(i * axes, axes);
  };
  std::vector<std::size_t> order(values.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::ranges::sort(order, [&](std::size_t a, std::size_t b) {
    return std::ranges::lexicographical_compare(levels_of(a), levels_of(b));
  });
  std::vector<GridDesign> designs;
  for (const std::size_t i : order) {
    const auto levels = levels_of(i);
    if (designs.empty() || !std::ranges::equal(designs.back().levels, levels)) {
      designs.push_back({.levels = {levels.begin(), levels.end()}, .values = {}, .mean = 0.0});
      if (!observations.noise.empty()) {
        designs.back().noise = observations.noise[observations.noise_of[i]];
      }
    }
    designs.back().values.push_back(values[i]);
  }
  for (GridDesign& design : designs) {
    std::ranges::sort(design.values);
    design.mean = *summarize(design.values).mean;
  }
  return designs;
}

}  // namespace firesweep::reports::statistics

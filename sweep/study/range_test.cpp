#include "sweep/study/range_test.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <numeric>

#include <fmt/format.h>

#include "base/error.h"
#include "base/printable.h"

namespace firesweep::sweep {
namespace {

constexpr std::array<std::string_view, 3> kRangeEndNames{"last rate", "loss rose", "not finite"};

constexpr std::size_t kWatched = 5;  // losses; single ones are noise
constexpr double kRise = 4.0;        // of their mean over the lowest one

/// Steps on either side that a smoothed loss is the weighted mean of: a third of a factor of ten.
constexpr std::ptrdiff_t kSmoothedSteps = 10;
/// Something was learned if the lowest loss is below its beginning, and chance, by this fraction.
constexpr double kMinFall = 0.02;
/// The suggested rate is the lowest loss's divided by this: the best rate is usually within a
/// factor of two of the largest one that converges (1506.01186, section 3.3).
constexpr double kBelowLowest = 2.0;

/// Weights fall linearly to both sides, so that no single loss makes an edge.
double smoothed_loss(std::span<const double> losses, std::ptrdiff_t at) {
  double sum = 0.0;
  double weights = 0.0;
  const auto count = static_cast<std::ptrdiff_t>(losses.size());
  const std::ptrdiff_t reach = std::min({kSmoothedSteps, at, count - 1 - at});
  for (std::ptrdiff_t i = at - reach; i <= at + reach; ++i) {
    const auto weight = static_cast<double>(reach + 1 - std::abs(i - at));
    sum += weight * losses[static_cast<std::size_t>(i)];
    weights += weight;
  }
  return sum / weights;
}

/// The rate in the middle of the steps over which the smoothed loss falls most, before `end`.
std::optional<double> steepest(const std::vector<RangePoint>& points, std::size_t end) {
  constexpr std::size_t kSpan = 2 * kSmoothedSteps;
  std::optional<double> rate;
  double most = 0.0;
  for (std::size_t i = 0; i + kSpan <= end; ++i) {
    const double fall = points[i].smoothed - points[i + kSpan].smoothed;
    if (fall > most) {
      most = fall;
      rate = points[i + kSpan / 2].rate;
    }
  }
  return rate;
}

}  // namespace

double RangeTest::rate_at(std::int64_t step) const {
  if (steps < 2) {
    return first_rate;
  }
  return first_rate * std::pow(last_rate / first_rate,
                               static_cast<double>(step) / static_cast<double>(steps - 1));
}

bool RangeWatch::goes_on_after(double loss) {
  last_.push_back(loss);
  if (last_.size() > kWatched) {
    last_.erase(last_.begin());
  }
  if (last_.size() < kWatched) {
    return true;
  }
  const double mean =
      std::accumulate(last_.begin(), last_.end(), 0.0) / static_cast<double>(kWatched);
  lowest_ = lowest_ == 0.0 ? mean : std::min(lowest_, mean);
  return mean <= kRise * lowest_;
}

RangeCurve range_curve(const RangeTest& test, std::span<const double> losses, double chance_loss) {
  RangeCurve curve;
  for (std::size_t i = 0; i < losses.size(); ++i) {
    curve.points.push_back({test.rate_at(static_cast<std::int64_t>(i)), losses[i],
                            smoothed_loss(losses, static_cast<std::ptrdiff_t>(i))});
  }
  // The last smoothed losses are means of few: they can't be the lowest.
  const auto reach = static_cast<std::size_t>(kSmoothedSteps);
  if (curve.points.size() < 4 * reach) {
    return curve;
  }
  const auto first = curve.points.begin() + kSmoothedSteps;
  const auto lowest =
      std::min_element(first, curve.points.end() - kSmoothedSteps,
                       [](const auto& a, const auto& b) { return a.smoothed < b.smoothed; });
  if (lowest->smoothed > (1.0 - kMinFall) * std::min(first->smoothed, chance_loss)) {
    return curve;
  }
  curve.lowest_rate = lowest->rate;
  curve.steepest_rate =
      steepest(curve.points, static_cast<std::size_t>(lowest - curve.points.begin()));
  curve.suggested_rate = rounded_rate(lowest->rate / kBelowLowest);
  return curve;
}

double rounded_rate(double rate) {
  constexpr std::array<double, 7> kDigits{1.0, 1.5, 2.0, 3.0, 5.0, 7.0, 10.0};
  const double power = std::floor(std::log10(rate) + 1e-9);
  const double scale = std::pow(10.0, std::abs(power));
  double rounded = 0.0;
  for (const double digit : kDigits) {
    // Divided rather than multiplied by 10^-k: 0.3 and not 0.30000000000000004.
    const double candidate = power < 0.0 ? digit / scale : digit * scale;
    if (candidate <= rate * (1.0 + 1e-9)) {
      rounded = candidate;
    }
  }
  return rounded;
}

std::string_view to_string(RangeEnd end) {
  return kRangeEndNames[static_cast<std::size_t>(end)];
}

RangeEnd range_end_from(std::string_view name) {
  const auto found = std::find(kRangeEndNames.begin(), kRangeEndNames.end(), name);
  if (found == kRangeEndNames.end()) {
    throw Error(fmt::format("unknown end of a range test '{}'; expected {}, {} or {}",
                            base::shortened(name), kRangeEndNames[0], kRangeEndNames[1],
                            kRangeEndNames[2]));
  }
  return static_cast<RangeEnd>(found - kRangeEndNames.begin());
}

}  // namespace firesweep::sweep

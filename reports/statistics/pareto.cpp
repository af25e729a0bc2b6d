#include "reports/statistics/pareto.h"

#include <algorithm>
#include <cstddef>
#include <iterator>
#include <map>
#include <numeric>
#include <tuple>
#include <utility>

namespace firesweep::reports::statistics {
namespace {

/// In this order no candidate dominates an earlier one.
std::vector<std::size_t> lexicographic_order(std::span<const Costs> candidates) {
  std::vector<std::size_t> order(candidates.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::ranges::sort(order, [&](std::size_t a, std::size_t b) {
    return std::tie(candidates[a], a) < std::tie(candidates[b], b);
  });
  return order;
}

/// A candidate survives if it beats the second cost of all that are no worse in the first.
std::vector<bool> non_dominated_in_plane(std::span<const Costs> candidates) {
  std::vector<bool> kept(candidates.size(), false);
  const Costs* last_kept = nullptr;
  for (const std::size_t i : lexicographic_order(candidates)) {
    const Costs& candidate = candidates[i];
    if (last_kept == nullptr || candidate[1] < (*last_kept)[1] || candidate == *last_kept) {
      kept[i] = true;
      last_kept = &candidate;
    }
  }
  return kept;
}

std::vector<bool> non_dominated_in_space(std::span<const Costs> candidates) {
  std::vector<bool> kept(candidates.size(), false);
  std::vector<std::size_t> front;
  for (const std::size_t i : lexicographic_order(candidates)) {
    const bool dominated = std::ranges::any_of(
        front, [&](std::size_t j) { return dominates(candidates[j], candidates[i]); });
    if (!dominated) {
      kept[i] = true;
      front.push_back(i);
    }
  }
  return kept;
}

/// Area left of and below the reference under the staircase of the candidates.
double area(std::vector<Costs> candidates, const Costs& reference) {
  std::ranges::sort(candidates);
  double total = 0.0;
  double height = reference[1];  // lowest second cost so far
  for (const Costs& candidate : candidates) {
    if (candidate[1] < height) {
      total += (reference[0] - candidate[0]) * (height - candidate[1]);
      height = candidate[1];
    }
  }
  return total;
}

/// What the candidates so far dominate in a plane: a staircase that keeps its area.
class Staircase {
 public:
  explicit Staircase(const Costs& reference) : right_(reference[0]), top_(reference[1]) {}

  [[nodiscard]] double area() const { return area_; }

  void add(double x, double y) {
    auto next = steps_.upper_bound(x);
    double height = next == steps_.begin() ? top_ : std::prev(next)->second;
    if (height <= y) {
      return;  // dominated
    }
    // Adds the area between the new step and the old steps it replaces.
    double from = x;
    while (next != steps_.end() && next->second >= y) {
      area_ += (next->first - from) * (height - y);
      from = next->first;
      height = next->second;
      next = steps_.erase(next);
    }
    area_ += ((next == steps_.end() ? right_ : next->first) - from) * (height - y);
    steps_[x] = y;
  }

 private:
  double right_;
  double top_;
  double area_ = 0.0;
  std::map<double, double> steps_;  // second cost by first; descending
};

/// A plane swept along the third cost, O(n log n) (Fonseca, Paquete & Lopez-Ibanez 2006, the case
/// of three objectives).
double swept_volume(std::vector<Costs> candidates, const Costs& reference) {
  std::ranges::sort(candidates, {},
                    [](const Costs& costs) { return std::tuple(costs[2], costs[0], costs[1]); });
  Staircase staircase(reference);
  double total = 0.0;
  for (std::size_t i = 0; i < candidates.size(); ++i) {
    staircase.add(candidates[i][0], candidates[i][1]);
    const double to = i + 1 < candidates.size() ? candidates[i + 1][2] : reference[2];
    total += staircase.area() * (to - candidates[i][2]);
  }
  return total;
}

/// Slices along the last cost: between two successive values the dominated part does not change, so
/// each slice is a volume of one dimension less. Precondition: all better than the reference.
double sliced_volume(std::vector<Costs> candidates, Costs reference) {
  if (candidates.empty()) {
    return 0.0;
  }
  if (reference.size() == 1) {
    return reference[0] - std::ranges::min(candidates)[0];
  }
  if (reference.size() == 2) {
    return area(std::move(candidates), reference);
  }
  if (reference.size() == 3) {
    return swept_volume(std::move(candidates), reference);
  }
  std::ranges::sort(candidates, {}, [](const Costs& costs) { return costs.back(); });
  const double bound = reference.back();
  reference.pop_back();
  double total = 0.0;
  std::vector<Costs> reached;
  for (std::size_t i = 0; i < candidates.size(); ++i) {
    const double from = candidates[i].back();
    const double to = i + 1 < candidates.size() ? candidates[i + 1].back() : bound;
    reached.emplace_back(candidates[i].begin(), candidates[i].end() - 1);
    if (from < to) {
      total += (to - from) * sliced_volume(reached, reference);
    }
  }
  return total;
}

}  // namespace

bool dominates(const Costs& a, const Costs& b) {
  bool better = false;
  for (std::size_t i = 0; i < a.size(); ++i) {
    if (a[i] > b[i]) {
      return false;
    }
    better = better || a[i] < b[i];
  }
  return better;
}

std::vector<bool> non_dominated(std::span<const Costs> candidates) {
  if (!candidates.empty() && candidates.front().size() == 2) {
    return non_dominated_in_plane(candidates);
  }
  return non_dominated_in_space(candidates);
}

double hypervolume(std::span<const Costs> candidates, const Costs& reference) {
  std::vector<Costs> inside;
  for (const Costs& candidate : candidates) {
    bool better = true;
    for (std::size_t i = 0; i < reference.size(); ++i) {
      better = better && candidate[i] < reference[i];
    }
    if (better) {
      inside.push_back(candidate);
    }
  }
  return reference.empty() ? 0.0 : sliced_volume(std::move(inside), reference);
}

}  // namespace firesweep::reports::statistics

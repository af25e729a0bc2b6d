#include "reports/statistics/front_probability.h"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <tuple>
#include <utility>

namespace firesweep::reports::statistics {
namespace {

/// A candidate that may be on the front.
struct Contender {
  std::size_t index = 0;  // among the candidates
  Costs fixed;
  std::size_t n = 0;  // seeds
  Costs seeds;        // the costs of one after the other, sorted: their order must not matter
  Costs best;         // of each measured cost
  Costs worst;
  Costs centre;   // means
  Costs scale;    // of the deviations of resampled means
  Costs factors;  // of the noise
  MeanNoise noise;
  std::uint64_t hits = 0;  // resamples in which it was on the front

  /// Without a stretch to the last bit the same.
  [[nodiscard]] double stretched(std::size_t cost, double value) const {
    return scale[cost] == 1.0 ? value : centre[cost] + scale[cost] * (value - centre[cost]);
  }
  [[nodiscard]] auto content() const { return std::tie(fixed, seeds, scale, factors, noise); }
};

Contender contender(std::size_t index, const FrontCandidate& candidate) {
  std::vector<Costs> seeds = candidate.measured;
  std::ranges::sort(seeds);
  Contender made{.index = index,
                 .fixed = candidate.fixed,
                 .n = seeds.size(),
                 .seeds = {},
                 .best = candidate.measured.front(),
                 .worst = candidate.measured.front(),
                 .centre = Costs(candidate.measured.front().size(), 0.0),
                 .scale = Costs(candidate.measured.front().size(), 1.0),
                 .factors = candidate.noise_factors,
                 .noise = candidate.noise};
  made.factors.resize(made.best.size(), 0.0);
  for (const Costs& costs : seeds) {
    made.seeds.insert(made.seeds.end(), costs.begin(), costs.end());
    for (std::size_t i = 0; i < costs.size(); ++i) {
      made.best[i] = std::min(made.best[i], costs[i]);
      made.worst[i] = std::max(made.worst[i], costs[i]);
      made.centre[i] += costs[i];
    }
  }
  const auto n = static_cast<double>(made.n);
  for (std::size_t i = 0; i < made.best.size(); ++i) {
    made.centre[i] = std::clamp(made.centre[i] / n, made.best[i], made.worst[i]);
    if (candidate.stretched && made.n > 1) {
      made.scale[i] =
          std::sqrt(n / (n - 1.0)) * (made.factors[i] == 0.0 ? 1.0 : candidate.noise.seed_scale);
    }
  }
  return made;
}

/// The lowest or highest costs that a resample can reach; noise counts up to five deviations.
Costs reached(const Contender& one, const Costs& seeds, double direction) {
  constexpr double kDeviations = 5.0;
  const double noise = kDeviations * one.noise.standard_deviation();
  Costs costs = seeds;
  for (std::size_t i = 0; i < costs.size(); ++i) {
    costs[i] = one.stretched(i, costs[i]) + direction * noise * std::abs(one.factors[i]);
  }
  return costs;
}

Costs joined(const Costs& fixed, const Costs& measured) {
  Costs costs = fixed;
  costs.insert(costs.end(), measured.begin(), measured.end());
  return costs;
}

/// Removes each candidate whose best values are dominated by another's worst values. The other
/// dominates everything it dominates, so the front does not change.
std::vector<Contender> without_dominated(std::vector<Contender> contenders) {
  std::vector<Costs> worst;
  for (const Contender& one : contenders) {
    worst.push_back(joined(one.fixed, reached(one, one.worst, 1.0)));
  }
  const std::vector<bool> leads = non_dominated(worst);
  std::vector<Costs> leaders;
  for (std::size_t i = 0; i < worst.size(); ++i) {
    if (leads[i]) {
      leaders.push_back(std::move(worst[i]));
    }
  }
  std::erase_if(contenders, [&](const Contender& one) {
    const Costs best = joined(one.fixed, reached(one, one.best, -1.0));
    return std::ranges::any_of(leaders,
                               [&](const Costs& leader) { return dominates(leader, best); });
  });
  return contenders;
}

/// Writes the mean of as many drawn seeds as there are behind the fixed costs.
void draw(const Contender& one, const ImageNoise::Draw& images, Random& random, Costs& costs) {
  const std::size_t measured = one.best.size();
  const std::span<double> means = std::span(costs).last(measured);
  std::ranges::fill(means, 0.0);
  for (std::size_t drawn = 0; drawn < one.n; ++drawn) {
    const std::size_t seed = one.n == 1 ? 0 : random.below(static_cast<std::uint32_t>(one.n));
    for (std::size_t i = 0; i < measured; ++i) {
      means[i] += one.seeds[seed * measured + i];
    }
  }
  for (std::size_t i = 0; i < measured; ++i) {
    // Rounding must not make a difference between means of equal values.
    means[i] = std::clamp(means[i] / static_cast<double>(one.n), one.best[i], one.worst[i]);
    means[i] = one.stretched(i, means[i]);
  }
  const double noise = one.noise.of(images, random);
  for (std::size_t i = 0; i < measured; ++i) {
    means[i] += one.factors[i] * noise;
  }
}

/// The front of two costs, the first of which ascends: no need to sort in every resample.
void count_front_in_plane(std::span<const Costs> means, std::span<Contender> contenders) {
  double best = std::numeric_limits<double>::infinity();  // of all with a smaller first cost
  for (std::size_t from = 0; from < means.size();) {
    std::size_t to = from;
    double lowest = best;
    for (; to < means.size() && means[to][0] == means[from][0]; ++to) {
      lowest = std::min(lowest, means[to][1]);
    }
    for (; from < to; ++from) {
      contenders[from].hits += means[from][1] == lowest && lowest < best ? 1 : 0;
    }
    best = lowest;
  }
}

void count_front(std::span<const Costs> means, std::span<Contender> contenders) {
  const std::vector<bool> kept = non_dominated(means);
  for (std::size_t i = 0; i < kept.size(); ++i) {
    contenders[i].hits += kept[i] ? 1 : 0;
  }
}

}  // namespace

FrontProbabilities front_probabilities(std::span<const FrontCandidate> candidates,
                                       const ResamplingOptions& options) {
  FrontProbabilities result{
      .probability = std::vector<double>(candidates.size(), 0.0),
      .resampling = {.exact = false, .seed = options.seed, .count = options.count}};
  std::vector<Contender> contenders;
  for (std::size_t i = 0; i < candidates.size(); ++i) {
    if (!candidates[i].measured.empty()) {
      contenders.push_back(contender(i, candidates[i]));
    }
  }
  contenders = without_dominated(std::move(contenders));
  std::ranges::sort(
      contenders, [](const Contender& a, const Contender& b) { return a.content() < b.content(); });
  std::vector<Costs> means;
  for (const Contender& one : contenders) {
    means.push_back(joined(one.fixed, one.best));
  }
  const bool plane =
      !means.empty() && means.front().size() == 2 && contenders.front().fixed.size() == 1;
  const bool has_images = std::ranges::any_of(
      contenders, [](const Contender& one) { return !one.noise.images.empty(); });
  Random random(options.seed);
  for (std::size_t resample = 0; resample < options.count; ++resample) {
    const ImageNoise::Draw images = has_images ? ImageNoise::Draw(random) : ImageNoise::Draw();
    for (std::size_t i = 0; i < contenders.size(); ++i) {
      draw(contenders[i], images, random, means[i]);
    }
    plane ? count_front_in_plane(means, contenders) : count_front(means, contenders);
  }
  for (std::size_t from = 0; from < contenders.size();) {
    std::size_t to = from;
    std::uint64_t hits = 0;
    for (; to < contenders.size() && contenders[to].content() == contenders[from].content(); ++to) {
      hits += contenders[to].hits;
    }
    const double draws = static_cast<double>(options.count) * static_cast<double>(to - from);
    for (; from < to; ++from) {
      result.probability[contenders[from].index] = static_cast<double>(hits) / draws;
    }
  }
  return result;
}

}  // namespace firesweep::reports::statistics

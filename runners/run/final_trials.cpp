#include "runners/run/final_trials.h"

#include <algorithm>
#include <iterator>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "base/counts.h"
#include "base/error.h"
#include "sweep/spec/sweep_spec.h"
#include "sweep/study/trial.h"

namespace firesweep::runners::run {
namespace {

/// The part of the ids of a design's trials that is not the seed.
std::string canonical_design(const SweepInput& input, std::size_t point) {
  const sweep::Point& design = input.expansion.points[point];
  return sweep::canonical_point(sweep::architecture_of(design.model, input.shape), design.training,
                                sweep::resolved(input.spec.dataset, input.shape));
}

/// Into the sweep's order: designs in order, final seeds after the others.
void insert(std::vector<sweep::Trial> finals, SweepInput& input) {
  std::vector<sweep::Trial>& trials = input.expansion.trials;
  std::ranges::stable_sort(finals, {}, &sweep::Trial::seed);
  std::ranges::move(finals, std::back_inserter(trials));
  std::ranges::stable_sort(trials, {}, &sweep::Trial::point);
}

std::uint64_t first_free_seed(const SweepInput& input) {
  return std::ranges::max(input.spec.seeds) + 1;
}

/// Throws Error unless more seeds are asked for than every design has anyway.
void check_seed_count(const SweepInput& input, std::size_t seeds) {
  const std::vector<std::uint64_t>& own = input.spec.seeds;
  if (seeds <= own.size()) {
    throw Error(fmt::format(
        "--seeds {}: the sweep itself has {} ({}) for every design; expected at least {}. Of every "
        "design more seeds are trained with --set 'seed=[...]' and without --only",
        seeds, base::counted(own.size(), "seed"), fmt::join(own, ", "), own.size() + 1));
  }
}

}  // namespace

void keep_final_trials(const sweep::Manifest& manifest, SweepInput& input) {
  std::unordered_map<std::string_view, std::uint64_t> seed_of;
  std::set<std::uint64_t> seeds;
  for (const sweep::Trial& trial : manifest.trials) {
    if (trial.is_final_seed) {
      seed_of.emplace(trial.id, trial.seed);
    }
  }
  for (const sweep::Trial& trial : input.expansion.trials) {
    seed_of.erase(trial.id);
  }
  for (const auto& [id, seed] : seed_of) {
    seeds.insert(seed);
  }
  std::vector<sweep::Trial> kept;
  for (std::size_t point = 0; !seeds.empty() && point < input.expansion.points.size(); ++point) {
    const std::string canonical = canonical_design(input, point);
    for (const std::uint64_t seed : seeds) {
      std::string id = sweep::trial_id(sweep::canonical_trial(canonical, seed));
      if (const auto found = seed_of.find(id); found != seed_of.end() && found->second == seed) {
        kept.push_back({std::move(id), point, seed, true});
      }
    }
  }
  insert(std::move(kept), input);
}

std::set<std::uint64_t> add_final_trials(SweepInput& input, const std::set<std::size_t>& points,
                                         std::size_t seeds, const sweep::RunDirectory& directory) {
  check_seed_count(input, seeds);
  std::unordered_map<std::size_t, std::set<std::uint64_t>> seeds_of;
  for (const sweep::Trial& trial : input.expansion.trials) {
    seeds_of[trial.point].insert(trial.seed);
  }
  std::vector<sweep::Trial> finals;
  std::set<std::uint64_t> added;
  for (const std::size_t point : points) {
    const std::string canonical = canonical_design(input, point);
    std::set<std::uint64_t>& own = seeds_of[point];
    for (std::uint64_t seed = first_free_seed(input); own.size() < seeds; ++seed) {
      if (seed > static_cast<std::uint64_t>(sweep::kMaxSeed)) {
        throw Error(fmt::format(
            "--seeds {}: no seeds are left above those of the sweep; expected seeds up to {}",
            seeds, sweep::kMaxSeed));
      }
      std::string id = sweep::trial_id(sweep::canonical_trial(canonical, seed));
      if (own.count(seed) == 0 && !directory.has_result(id)) {
        finals.push_back({std::move(id), point, seed, true});
        own.insert(seed);
        added.insert(seed);
      }
    }
  }
  insert(std::move(finals), input);
  return added;
}

}  // namespace firesweep::runners::run

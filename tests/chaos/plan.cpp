#include "tests/chaos/plan.h"

#include <algorithm>
#include <array>
#include <stdexcept>

#include <fmt/format.h>
#include <fmt/ranges.h>

namespace firesweep::chaos {
namespace {

constexpr std::array<std::string_view, kKinds> kNames{
    "kill-worker",     "kill-workers", "kill-coordinator", "kill-all",           "interrupt",
    "interrupt-twice", "terminate",    "stop-worker",      "second-coordinator", "die-coordinator",
    "die-worker",      "damage",       "disk-coordinator", "disk-worker"};

constexpr std::array<std::string_view, 3> kDeaths{"before", "after", "truncated"};
constexpr std::array<std::string_view, 2> kFaults{"ENOSPC", "EIO"};
constexpr std::array<std::string_view, 5> kDamages{"truncate-checkpoint", "flip-checkpoint",
                                                   "delete-checkpoint", "cut-last-epoch",
                                                   "truncate-epochs"};

// A little more than what a whole run takes of the coordinator, and three trials of a worker.
constexpr std::uint64_t kCoordinatorCalls = 36;
constexpr std::uint64_t kWorkerCalls = 140;

template <std::size_t N>
std::string one_of(const std::array<std::string_view, N>& names, Draw& draw) {
  return std::string(names[draw.below(N)]);
}

Hit draw_hit(Kind kind, Draw& draw) {
  Hit hit;
  hit.kind = kind;
  hit.moment = draw.share();
  hit.by_results = draw.below(2) == 1;
  hit.choice = draw.below(1U << 20U);
  hit.position = draw.share();
  if (kind == Kind::kSecondCoordinator) {
    hit.moment /= 2;  // it takes as long as any to start, and the first must still be there
  }
  if (is_preloaded(kind)) {
    const bool worker = kind == Kind::kDieWorker || kind == Kind::kDiskWorker;
    hit.call = 1 + static_cast<long>(draw.below(worker ? kWorkerCalls : kCoordinatorCalls));
    hit.action = is_disk_fault(kind) ? one_of(kFaults, draw) : one_of(kDeaths, draw);
  } else if (kind == Kind::kDamage) {
    hit.action = one_of(kDamages, draw);
  }
  return hit;
}

}  // namespace

std::string_view to_string(Kind kind) {
  return kNames.at(static_cast<std::size_t>(kind));
}

Kind kind_from(std::string_view name) {
  const auto found = std::find(kNames.begin(), kNames.end(), name);
  if (found == kNames.end()) {
    throw std::invalid_argument(
        fmt::format("unknown kind '{}'; expected one of {}", name, fmt::join(kNames, ", ")));
  }
  return static_cast<Kind>(found - kNames.begin());
}

bool loses_workers(Kind kind) {
  return kind == Kind::kKillWorker || kind == Kind::kKillWorkers || kind == Kind::kDieWorker;
}

bool is_preloaded(Kind kind) {
  return kind == Kind::kDieCoordinator || kind == Kind::kDieWorker || is_disk_fault(kind);
}

bool is_disk_fault(Kind kind) {
  return kind == Kind::kDiskCoordinator || kind == Kind::kDiskWorker;
}

Draw::Draw(std::uint64_t seed, std::uint64_t run) {
  // The standard fixes what these two make of their input; distributions it leaves to the library.
  std::seed_seq sequence{seed & 0xffffffffU, seed >> 32U, run & 0xffffffffU, run >> 32U};
  engine_.seed(sequence);
}

std::string to_string(const Hit& hit) {
  if (is_preloaded(hit.kind)) {
    return fmt::format("{} {} call {}", to_string(hit.kind), hit.action, hit.call);
  }
  const std::string when = fmt::format("{} at {:.1f}% of {}", to_string(hit.kind),
                                       100.0 * hit.moment, hit.by_results ? "trials" : "time");
  return hit.kind == Kind::kDamage ? fmt::format("{} {}", when, hit.action) : when;
}

std::vector<Hit> draw_hits(std::uint64_t seed, std::uint64_t run, const std::vector<Kind>& kinds) {
  Draw draw(seed, run);
  std::vector<Hit> hits;
  for (std::uint64_t count = 1 + draw.below(4); count > 0; --count) {
    const Kind kind = kinds[draw.below(kinds.size())];
    hits.push_back(draw_hit(kind, draw));
  }
  return hits;
}

std::vector<Hit> hits_in_order(std::uint64_t run, bool with_workers) {
  Hit hit;
  const bool worker = with_workers && run % 2 == 1;
  const std::uint64_t step = with_workers ? run / 2 : run;
  hit.kind = worker ? Kind::kDieWorker : Kind::kDieCoordinator;
  hit.action = step % 2 == 0 ? "before" : "truncated";  // truncated is after for all but writes
  hit.call = 1 + static_cast<long>(step / 2);
  return {hit};
}

}  // namespace firesweep::chaos

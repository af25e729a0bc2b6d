// What is done to a chaos run: drawn only from (seed, run), so that it can be repeated.
#pragma once

#include <cstdint>
#include <random>
#include <string>
#include <string_view>
#include <vector>

namespace firesweep::chaos {

enum class Kind {
  kKillWorker,         // kill -9 of one worker
  kKillWorkers,        // of all of them
  kKillCoordinator,    // of the coordinator
  kKillAll,            // of both
  kInterrupt,          // SIGINT
  kInterruptTwice,     // and again a moment later
  kTerminate,          // SIGTERM
  kStopWorker,         // SIGSTOP of a worker, kill of the coordinator, start at once
  kSecondCoordinator,  // the same command while the first runs
  kDieCoordinator,     // the coordinator dies at its n-th file operation
  kDieWorker,          // a worker does
  kDamage,             // kill of both, then a file of an unfinished trial is damaged
  kDiskCoordinator,    // the disk fails from the coordinator's n-th file operation on
  kDiskWorker,         // from a worker's
};
inline constexpr int kKinds = 14;

[[nodiscard]] std::string_view to_string(Kind kind);
/// Throws std::invalid_argument naming all kinds.
[[nodiscard]] Kind kind_from(std::string_view name);
/// Whether it can end a trial's worker while the coordinator lives.
[[nodiscard]] bool loses_workers(Kind kind);
[[nodiscard]] bool is_preloaded(Kind kind);  // done by die_at.cpp
[[nodiscard]] bool is_disk_fault(Kind kind);

/// Numbers of one run.
class Draw {
 public:
  Draw(std::uint64_t seed, std::uint64_t run);
  [[nodiscard]] std::uint64_t below(std::uint64_t bound) { return engine_() % bound; }
  [[nodiscard]] double share() { return static_cast<double>(below(1000)) / 1000.0; }

 private:
  std::mt19937_64 engine_;
};

struct Hit {
  Kind kind = Kind::kKillCoordinator;
  double moment = 0.0;      // fraction of what is left of the run
  bool by_results = false;  // of its trials, whatever the machine's pace; else of expected time
  long call = 0;            // of a preloaded kind: number of the file operation
  std::string action;  // of a preloaded kind: see preload.h; of kDamage: what is done to the file
  std::uint64_t choice = 0;  // which worker, which trial; how long between two signals
  double position = 0.0;     // of kDamage: fraction of the file before the damage
};

[[nodiscard]] std::string to_string(const Hit& hit);

/// One to four hits of the given kinds.
[[nodiscard]] std::vector<Hit> draw_hits(std::uint64_t seed, std::uint64_t run,
                                         const std::vector<Kind>& kinds);
/// Not drawn but in order: run k is hit at the k-th step of the file operations.
[[nodiscard]] std::vector<Hit> hits_in_order(std::uint64_t run, bool with_workers);

}  // namespace firesweep::chaos

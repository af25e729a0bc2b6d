// One chaos run: a sweep is started, hit, and started again until it ends by itself.
#pragma once

#include <chrono>
#include <cstddef>
#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "tests/chaos/plan.h"
#include "tests/chaos/process.h"
#include "tests/chaos/verdict.h"

namespace firesweep::chaos {

struct Programs {
  std::filesystem::path firesweep;
  std::filesystem::path preload;       // die_at.cpp as a library
  std::vector<std::string> arguments;  // of `firesweep run`, besides sweep and directory
};

/// What came of a run.
struct Report {
  std::vector<std::string> landed;  // each hit that reached its target, with what it met
  std::map<Kind, int> landed_kinds;
  int restarts = 0;
  std::size_t result_checks = 0;
  std::string problem;  // empty: the run ended with the reference's bits
  double seconds = 0.0;
};

struct Reference {
  Bits bits;
  std::chrono::milliseconds duration{0};
};

class ChaosRun {
 public:
  /// `directory` is new and the run's own.
  ChaosRun(const Programs& programs, std::filesystem::path directory);
  /// Runs the sweep once, uninterrupted. Throws std::runtime_error if that fails.
  [[nodiscard]] Reference uninterrupted();
  /// Never throws for what the programs did: that is in the report.
  [[nodiscard]] Report disturbed(const Reference& reference, const std::vector<Hit>& hits);

 private:
  struct Attempt;
  [[nodiscard]] std::filesystem::path run() const { return directory_ / "run"; }
  [[nodiscard]] Attempt start(const Hit* preloaded);
  void go(const std::vector<Hit>& hits);
  void hit(Attempt& attempt, const Hit& hit);
  bool send(Attempt& attempt, const Hit& hit, const std::vector<pid_t>& workers);
  void await_preloaded(Attempt& attempt, const Hit& hit);
  void await_moment(Attempt& attempt, const Hit& hit);
  void start_second(Attempt& attempt);
  void land(Kind kind, const std::string& met);
  /// Waits for the end of the attempt; whether the run is finished.
  bool finish(Attempt& attempt);
  void check_end(Attempt& attempt, const Ending& ending) const;
  void check_leftovers() const;
  [[nodiscard]] std::chrono::milliseconds expected() const;

  const Programs& programs_;
  std::filesystem::path directory_;
  const Reference* reference_ = nullptr;
  ResultLedger ledger_;
  Report report_;
  int starts_ = 0;
};

}  // namespace firesweep::chaos

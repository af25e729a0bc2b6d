#include "tests/chaos/chaos_run.h"

#include <algorithm>
#include <csignal>
#include <memory>
#include <stdexcept>
#include <thread>
#include <utility>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "tests/chaos/attempt.h"
#include "tests/chaos/preload.h"

namespace firesweep::chaos {
namespace {

using Clock = std::chrono::steady_clock;
using std::chrono::milliseconds;

constexpr milliseconds kOrphanPatience{10'000};
constexpr int kMaxStarts = 20;

}  // namespace

ChaosRun::ChaosRun(const Programs& programs, std::filesystem::path directory)
    : programs_(programs), directory_(std::move(directory)) {}

ChaosRun::Attempt ChaosRun::start(const Hit* preloaded) {
  const int number = ++starts_;
  Attempt attempt;
  attempt.mark = directory_ / fmt::format("mark-{}", number);
  std::map<std::string, std::string> environment{
      {kRunVariable, directory_.string()},
      {"FIRESWEEP_CACHE_DIR", (directory_ / "cache").string()}};
  if (preloaded != nullptr) {
    const bool worker = preloaded->kind == Kind::kDieWorker || preloaded->kind == Kind::kDiskWorker;
    environment.insert({{"LD_PRELOAD", programs_.preload.string()},
                        {kPreloadDirectory, run().string()},
                        {kPreloadProgram, worker ? "firesweep-worker" : "firesweep"},
                        {kPreloadCall, std::to_string(preloaded->call)},
                        {kPreloadAction, preloaded->action},
                        {kPreloadMark, attempt.mark.string()}});
  }
  std::vector<std::string> command{programs_.firesweep.string(), "run",
                                   (directory_ / "sweep.yaml").string(), "--out", run().string()};
  command.insert(command.end(), programs_.arguments.begin(), programs_.arguments.end());
  attempt.process = std::make_unique<Process>(command, environment,
                                              directory_ / fmt::format("output-{}.txt", number),
                                              directory_ / fmt::format("errors-{}.txt", number));
  return attempt;
}

Reference ChaosRun::uninterrupted() {
  const auto begin = Clock::now();
  Attempt attempt = start(nullptr);
  const std::optional<Ending> ending = attempt.process->wait(kPatience);
  if (!ending || ending->exit_code != 0) {
    throw std::runtime_error(
        fmt::format("the uninterrupted run failed: {}", read_whole(attempt.process->errors())));
  }
  return {bits_of(run()), std::chrono::duration_cast<milliseconds>(Clock::now() - begin)};
}

Report ChaosRun::disturbed(const Reference& reference, const std::vector<Hit>& hits) {
  const auto begin = Clock::now();
  reference_ = &reference;
  try {
    go(hits);
    report_.problem = difference(reference.bits, bits_of(run()));
    if (report_.problem.empty()) {
      check_leftovers();
    }
  } catch (const std::exception& error) {
    report_.problem = error.what();
  }
  kill_each(processes_of(directory_), SIGKILL);
  report_.result_checks = ledger_.checks();
  report_.seconds = std::chrono::duration<double>(Clock::now() - begin).count();
  return report_;
}

void ChaosRun::go(const std::vector<Hit>& hits) {
  std::optional<Attempt> attempt;
  for (const Hit& next : hits) {
    const bool preloaded = is_preloaded(next.kind);
    if (attempt && preloaded && !attempt->process->ending()) {
      attempt->process->send(SIGKILL);  // the library can only be loaded at a start
      attempt->killed = true;
      (void)attempt->process->wait(kPatience);
    }
    if (attempt && attempt->process->ending()) {
      if (finish(*attempt)) {
        return;
      }
      attempt.reset();
    }
    if (!attempt) {
      report_.restarts += starts_ > 0 ? 1 : 0;
      attempt.emplace(start(preloaded ? &next : nullptr));
    }
    hit(*attempt, next);
    if (const std::string change = ledger_.look(run()); !change.empty()) {
      throw std::runtime_error(change);
    }
  }
  while (!finish(*attempt)) {
    if (starts_ >= kMaxStarts) {
      throw std::runtime_error(fmt::format("not through after {} starts", starts_));
    }
    attempt.emplace(start(nullptr));
    ++report_.restarts;
  }
}

bool ChaosRun::finish(Attempt& attempt) {
  const std::optional<Ending> ending = attempt.process->wait(kPatience);
  if (!ending) {
    throw std::runtime_error("hangs");
  }
  check_end(attempt, *ending);
  if (const std::string change = ledger_.look(run()); !change.empty()) {
    throw std::runtime_error(change);
  }
  return ending->exit_code == 0;
}

void ChaosRun::check_end(Attempt& attempt, const Ending& ending) const {
  const std::string error = error_of(*attempt.process);
  const bool by_signal = ending.signal == SIGINT || ending.signal == SIGTERM;
  const bool disk_error = error.find("No space left on device") != std::string::npos ||
                          error.find("Input/output error") != std::string::npos;
  const bool expected_end =
      ending.exit_code == 0 || (attempt.killed && ending.signal == SIGKILL) ||
      // Before the first and after the last trial the signals end the program as they do any.
      (attempt.interrupted && (ending.exit_code == 130 || by_signal)) ||
      (attempt.lost_workers && ending.exit_code == 2 &&
       error.find("does not start") != std::string::npos) ||
      (attempt.disk_failed && ending.exit_code == 2 && disk_error);
  if (!expected_end) {
    throw std::runtime_error(fmt::format("start {}: {}; stderr: {}", starts_, to_string(ending),
                                         read_whole(attempt.process->errors())));
  }
}

/// Nothing of ours runs on, and no write was left half way.
void ChaosRun::check_leftovers() const {
  const auto deadline = Clock::now() + kOrphanPatience;
  while (!processes_of(directory_).empty()) {
    if (Clock::now() > deadline) {
      throw std::runtime_error(fmt::format("processes {} outlive their coordinator",
                                           fmt::join(processes_of(directory_), ", ")));
    }
    std::this_thread::sleep_for(milliseconds(10));
  }
  if (const auto names = temporaries_in(run()); !names.empty()) {
    throw std::runtime_error(fmt::format("temporaries are left: {}", fmt::join(names, ", ")));
  }
}

}  // namespace firesweep::chaos

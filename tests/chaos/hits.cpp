// How a chaos run is hit: when, and by what.
#include <cmath>
#include <csignal>
#include <optional>
#include <stdexcept>

#include <fmt/format.h>
#include <unistd.h>

#include "tests/chaos/attempt.h"
#include "tests/chaos/chaos_run.h"
#include "tests/chaos/damage.h"

namespace firesweep::chaos {
namespace {

using Clock = std::chrono::steady_clock;
using std::chrono::milliseconds;

std::string host() {
  char name[256] = {};
  ::gethostname(name, sizeof name - 1);
  return name;
}

/// Whether it has acquired the lock: it prints what it will train.
bool has_started(const Process& process) {
  return read_whole(process.errors()).find(" trials of ") != std::string::npos;
}

/// How a second coordinator ends; it must not work while the first does.
Ending ending_next_to(Process& first, Process& second) {
  const auto deadline = Clock::now() + kPatience;
  while (Clock::now() < deadline) {
    // The kernel frees a lock a moment before it announces the end of its holder.
    if (has_started(second) && !first.wait(milliseconds(100))) {
      throw std::runtime_error("a second coordinator works next to the first");
    }
    if (const std::optional<Ending> ending = second.wait(milliseconds(2))) {
      return *ending;
    }
  }
  throw std::runtime_error("a second coordinator hangs");
}

}  // namespace

/// How long the first half of the trials that are left will take, with the start of the workers, at
/// the uninterrupted run's pace: the machine may have been slower then.
milliseconds ChaosRun::expected() const {
  const double all = static_cast<double>(reference_->bits.size());
  const double left = (all - static_cast<double>(ledger_.results())) / all;
  const auto duration = static_cast<double>(reference_->duration.count());
  return milliseconds(static_cast<long>(duration * (0.1 + 0.4 * left)));
}

void ChaosRun::hit(Attempt& attempt, const Hit& hit) {
  if (is_preloaded(hit.kind)) {
    await_preloaded(attempt, hit);
    return;
  }
  await_moment(attempt, hit);
  if (attempt.process->ending()) {
    return;
  }
  if (hit.kind == Kind::kSecondCoordinator) {
    start_second(attempt);
    return;
  }
  const std::vector<pid_t> workers = workers_of(directory_, attempt.process->pid());
  if (workers.empty() && (loses_workers(hit.kind) || hit.kind == Kind::kStopWorker)) {
    return;  // none is there yet, or none is left
  }
  if (send(attempt, hit, workers) && !attempt.process->wait(kPatience)) {
    throw std::runtime_error("does not end after " + to_string(hit));
  }
  land(hit.kind, hit.kind == Kind::kDamage ? damage(run(), hit) : "");
}

void ChaosRun::await_moment(Attempt& attempt, const Hit& hit) {
  const auto trials = reference_->bits.size();
  double share = hit.moment * static_cast<double>(expected().count());
  if (hit.by_results) {
    const std::size_t done = results_in(run());
    const double more = hit.moment * static_cast<double>(trials - done);
    const std::size_t wanted = done + static_cast<std::size_t>(more);
    while (results_in(run()) < wanted && !attempt.process->wait(milliseconds(2))) {
    }
    // and as far into the next one
    share = (more - std::floor(more)) * static_cast<double>(reference_->duration.count()) /
            static_cast<double>(trials);
  }
  (void)attempt.process->wait(milliseconds(static_cast<long>(share)));
}

void ChaosRun::await_preloaded(Attempt& attempt, const Hit& hit) {
  const auto deadline = Clock::now() + kPatience;
  while (!std::filesystem::exists(attempt.mark) && !attempt.process->wait(milliseconds(2))) {
    if (Clock::now() > deadline) {
      throw std::runtime_error("hangs");
    }
  }
  if (!std::filesystem::exists(attempt.mark)) {
    return;
  }
  attempt.killed = hit.kind == Kind::kDieCoordinator;
  attempt.lost_workers = hit.kind == Kind::kDieWorker;
  attempt.disk_failed = is_disk_fault(hit.kind);
  if (!attempt.lost_workers && !attempt.process->wait(kPatience)) {
    throw std::runtime_error("does not end after " + to_string(hit));
  }
  land(hit.kind, read_whole(attempt.mark));
}

/// Sends the signals of `hit`; whether the coordinator is to end of them.
bool ChaosRun::send(Attempt& attempt, const Hit& hit, const std::vector<pid_t>& workers) {
  const bool one = hit.kind == Kind::kKillWorker || hit.kind == Kind::kStopWorker;
  const std::vector<pid_t> targets =
      one ? std::vector<pid_t>{workers[hit.choice % workers.size()]} : workers;
  if (loses_workers(hit.kind)) {
    attempt.lost_workers = true;
    kill_each(targets, SIGKILL);
    return false;
  }
  if (hit.kind == Kind::kInterrupt || hit.kind == Kind::kInterruptTwice ||
      hit.kind == Kind::kTerminate) {
    attempt.interrupted = true;
    attempt.process->send(hit.kind == Kind::kTerminate ? SIGTERM : SIGINT);
    if (hit.kind == Kind::kInterruptTwice) {
      (void)attempt.process->wait(milliseconds(hit.choice % 30));
      attempt.process->send(SIGINT);
    }
    return true;
  }
  if (hit.kind == Kind::kStopWorker) {
    kill_each(targets, SIGSTOP);
  }
  attempt.killed = true;
  attempt.process->send(SIGKILL);
  if (hit.kind == Kind::kKillAll || hit.kind == Kind::kDamage) {
    kill_each(targets, SIGKILL);
  }
  return true;
}

/// A second coordinator must refuse and name the first; unless the first ends meanwhile.
void ChaosRun::start_second(Attempt& attempt) {
  const std::string process = std::to_string(attempt.process->pid());
  const auto holds_lock = [&] {
    std::error_code error;
    return std::filesystem::exists(run() / "lock", error) &&
           read_whole(run() / "lock").find("\"pid\":" + process) != std::string::npos;
  };
  while (!holds_lock()) {
    if (attempt.process->wait(milliseconds(1))) {
      return;
    }
  }
  Attempt second = start(nullptr);
  const Ending ending = ending_next_to(*attempt.process, *second.process);
  const std::string error = error_of(*second.process);
  if (ending.exit_code == 0 && attempt.process->ending()) {
    return;  // it came when the first had gone
  }
  if (ending.exit_code != 2 || error.find("process " + process) == std::string::npos ||
      error.find(host()) == std::string::npos) {
    throw std::runtime_error(fmt::format("a second coordinator next to process {} on {}: {}: {}",
                                         process, host(), to_string(ending), error));
  }
  land(Kind::kSecondCoordinator, "refused");
}

void ChaosRun::land(Kind kind, const std::string& met) {
  ++report_.landed_kinds[kind];
  report_.landed.push_back(met.empty() ? std::string(to_string(kind))
                                       : fmt::format("{} ({})", to_string(kind), met));
}

}  // namespace firesweep::chaos

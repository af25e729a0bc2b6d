#include "tests/chaos/chaos_run.h"

#include <algorithm>
#include <csignal>
#include <memory>
#include <stdexcept>
#include <thread>
#include <utility>

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <unistd.h>

#include "tests/chaos/damage.h"
#include "tests/chaos/preload.h"

namespace firesweep::chaos {
namespace {

using Clock = std::chrono::steady_clock;
using std::chrono::milliseconds;

// So long that only a program that hangs takes longer, on a machine busy with other things too.
constexpr milliseconds kPatience{180'000};
constexpr milliseconds kOrphanPatience{10'000};
constexpr int kMaxStarts = 20;

std::string host() {
  char name[256] = {};
  ::gethostname(name, sizeof name - 1);
  return name;
}

/// The error of a program that stopped: its last line that speaks for the program.
std::string error_of(const Process& process) {
  const std::string text = read_whole(process.errors());
  const std::size_t begin = text.rfind("firesweep: ");
  return begin == std::string::npos ? "" : text.substr(begin, text.find('\n', begin) - begin);
}

void kill_each(const std::vector<pid_t>& pids, int signal) {
  for (const pid_t pid : pids) {
    ::kill(pid, signal);
  }
}

}  // namespace

/// One start of `firesweep run`, and what may be expected of its end.
struct ChaosRun::Attempt {
  std::unique_ptr<Process> process;
  std::filesystem::path mark;
  bool killed = false;
  bool interrupted = false;
  bool lost_workers = false;
  bool disk_failed = false;
};

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

Reference ChaosRun::undisturbed() {
  const auto begin = Clock::now();
  Attempt attempt = start(nullptr);
  const std::optional<Ending> ending = attempt.process->wait(kPatience);
  if (!ending || ending->exit_code != 0) {
    throw std::runtime_error(
        fmt::format("the undisturbed run failed: {}", read_whole(attempt.process->errors())));
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
  report_.restarts = starts_ - 1;
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
    }
    if (attempt && attempt->process->ending()) {
      if (finish(*attempt)) {
        return;
      }
      attempt.reset();
    }
    if (!attempt) {
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
  }
}

/// How long the trials that are left will take, at the undisturbed run's pace.
milliseconds ChaosRun::expected() const {
  const double all = static_cast<double>(reference_->bits.size());
  const double left = (all - static_cast<double>(ledger_.results())) / all;
  const auto duration = static_cast<double>(reference_->duration.count());
  return milliseconds(static_cast<long>(duration * (0.15 + 0.7 * left)));
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
  } else {
    send(attempt, hit);
  }
}

void ChaosRun::await_moment(Attempt& attempt, const Hit& hit) {
  const double share = hit.moment * static_cast<double>(expected().count());
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

void ChaosRun::send(Attempt& attempt, const Hit& hit) {
  const pid_t coordinator = attempt.process->pid();
  const std::vector<pid_t> workers = workers_of(directory_, coordinator);
  if (workers.empty() && (loses_workers(hit.kind) || hit.kind == Kind::kStopWorker)) {
    return;
  }
  const std::vector<pid_t> one =
      workers.empty() ? workers : std::vector<pid_t>{workers[hit.choice % workers.size()]};
  const bool signalled = hit.kind == Kind::kInterrupt || hit.kind == Kind::kInterruptTwice ||
                         hit.kind == Kind::kTerminate;
  attempt.interrupted = signalled;
  attempt.lost_workers = attempt.lost_workers || loses_workers(hit.kind);
  if (signalled) {
    attempt.process->send(hit.kind == Kind::kTerminate ? SIGTERM : SIGINT);
    if (hit.kind == Kind::kInterruptTwice) {
      (void)attempt.process->wait(milliseconds(hit.choice % 30));
      attempt.process->send(SIGINT);
    }
  } else if (loses_workers(hit.kind)) {
    kill_each(hit.kind == Kind::kKillWorker ? one : workers, SIGKILL);
  } else {
    if (hit.kind == Kind::kStopWorker) {
      kill_each(one, SIGSTOP);
    }
    attempt.killed = true;
    attempt.process->send(SIGKILL);
    if (hit.kind == Kind::kKillAll || hit.kind == Kind::kDamage) {
      kill_each(workers, SIGKILL);
    }
  }
  if (!loses_workers(hit.kind) && !attempt.process->wait(kPatience)) {
    throw std::runtime_error("does not end after " + to_string(hit));
  }
  land(hit.kind, hit.kind == Kind::kDamage ? damage(run(), hit) : "");
}

/// A second coordinator must refuse and say who is first; unless the first ends meanwhile.
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
  --starts_;
  const std::optional<Ending> ending = second.process->wait(kPatience);
  const std::string error = error_of(*second.process);
  if (!ending) {
    throw std::runtime_error("a second coordinator hangs");
  }
  if (ending->exit_code == 0 && attempt.process->ending()) {
    return;  // it came when the first had gone
  }
  if (ending->exit_code != 2 || error.find("process " + process) == std::string::npos ||
      error.find(host()) == std::string::npos) {
    throw std::runtime_error(fmt::format("a second coordinator beside process {} on {}: {}: {}",
                                         process, host(), to_string(*ending), error));
  }
  land(Kind::kSecondCoordinator, "refused");
}

void ChaosRun::land(Kind kind, const std::string& met) {
  ++report_.landed_kinds[kind];
  report_.landed.push_back(met.empty() ? std::string(to_string(kind))
                                       : fmt::format("{} ({})", to_string(kind), met));
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
    throw std::runtime_error(fmt::format("start {}: {}; it said: {}", starts_, to_string(ending),
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

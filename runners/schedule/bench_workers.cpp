#include "runners/schedule/bench_workers.h"

#include <algorithm>
#include <cmath>
#include <iterator>
#include <limits>
#include <memory>
#include <string>
#include <utility>
#include <variant>

#include <fmt/format.h>

#include "base/error.h"
#include "base/log_tail.h"
#include "base/temporary_log.h"
#include "runners/schedule/local_executor.h"

namespace firesweep::runners::schedule {
namespace {

using Clock = std::chrono::steady_clock;

constexpr std::chrono::milliseconds kPollTime{100};
/// Of the minimum steps of a measurement: the largest designs take 10 s per step on one core.
constexpr double kMinMeasuringSeconds = 900.0;
constexpr double kMeasuringFactor = 20.0;  // of the seconds asked for; it takes about five

/// One for each worker.
using Logs = std::vector<std::unique_ptr<base::TemporaryLog>>;

/// The end of the longest one.
std::string longest_tail(const Logs& logs) {
  std::string longest;
  for (const auto& log : logs) {
    std::string tail = base::log_tail_text(log->path);
    if (tail.size() > longest.size()) {
      longest = std::move(tail);
    }
  }
  return longest;
}

/// Jobs that all start together, on an executor with a slot for each.
class Measurement {
 public:
  Measurement(Executor& executor, const Logs& logs, std::chrono::milliseconds limit)
      : executor_(executor), logs_(logs), limit_(limit) {}

  std::vector<jobs::DesignSpeed> run(const jobs::BenchJob& job) {
    const auto deadline = Clock::now() + limit_;
    for (std::size_t i = 0; i < executor_.capacity(); ++i) {
      executor_.submit({fmt::format("bench-{}", i), job});
    }
    while (speeds_.size() < executor_.capacity()) {
      for (const jobs::Event& event : executor_.poll(kPollTime)) {
        std::visit(*this, event);
      }
      if (speeds_.size() < executor_.capacity() && Clock::now() > deadline) {
        throw Error(fmt::format("the measuring worker did not answer for {:g} s and was killed",
                                std::chrono::duration<double>(limit_).count()));
      }
    }
    return std::exchange(speeds_, {});
  }

  // One for each event.
  void operator()(const jobs::Measured& measured) { speeds_.push_back(measured.speed); }
  void operator()(const jobs::JobFailed& failed) { throw Error(failed.reason); }
  void operator()(const jobs::WorkerCrashed& lost) {
    const std::string tail = longest_tail(logs_);
    throw Error(fmt::format("the measuring worker has exited: {}{}{}", lost.reason,
                            tail.empty() ? "" : "\n", tail));
  }
  void operator()(const jobs::WorkerReady&) {}
  // Of trials, and none trains here.
  void operator()(const jobs::TrialProgress&) {}
  void operator()(const jobs::TrialEpoch&) {}
  void operator()(const jobs::TrialFinished&) {}
  void operator()(const jobs::TrialPaused&) {}
  void operator()(const jobs::StageFinished&) {}
  void operator()(const jobs::RatesTested&) {}
  void operator()(const jobs::TrialBlocked& blocked) { throw Error(blocked.reason); }

 private:
  Executor& executor_;
  const Logs& logs_;
  std::chrono::milliseconds limit_;
  std::vector<jobs::DesignSpeed> speeds_;
};

/// Steps after the first that had ended at `time`, and the fraction of the current one.
double steps_until(double time, const std::vector<double>& ended_at) {
  const auto next = std::ranges::upper_bound(ended_at, time);
  if (next == ended_at.begin() || next == ended_at.end()) {
    return next == ended_at.begin() ? 0.0 : static_cast<double>(ended_at.size() - 1);
  }
  const double last = *std::prev(next);
  return static_cast<double>(std::distance(ended_at.begin(), next) - 1) +
         (time - last) / (*next - last);
}

}  // namespace

std::chrono::milliseconds measuring_limit(const jobs::BenchJob& job, std::size_t workers,
                                          std::size_t processors) {
  const double shared =
      std::max(1.0, static_cast<double>(workers) / static_cast<double>(processors));
  return std::chrono::milliseconds(
      std::llround(1e3 * shared * (kMinMeasuringSeconds + kMeasuringFactor * job.seconds)));
}

std::vector<jobs::DesignSpeed> measure_on_workers(const WorkerProgram& program,
                                                  const std::vector<WorkerPlace>& places,
                                                  const jobs::BenchJob& job,
                                                  std::chrono::milliseconds limit) {
  Logs logs;
  LocalExecutorOptions options{.worker = program, .places = places, .log_directory = {}};
  for (std::size_t i = 0; i < places.size(); ++i) {
    logs.push_back(std::make_unique<base::TemporaryLog>());
    options.logs.push_back(logs.back()->path);
  }
  LocalExecutor executor(std::move(options));
  if (places.size() > 1) {
    // Programs are loaded and memory has come when the clock starts for all.
    jobs::BenchJob short_job = job;
    short_job.seconds = 0.0;
    static_cast<void>(Measurement(executor, logs, limit).run(short_job));
  }
  return Measurement(executor, logs, limit).run(job);
}

double steps_per_second(const std::vector<jobs::DesignSpeed>& together) {
  double begin = 0.0;
  double end = std::numeric_limits<double>::infinity();
  for (const jobs::DesignSpeed& speed : together) {
    const std::vector<double>& ended_at = speed.step.ended_at;
    if (ended_at.empty()) {
      return 0.0;
    }
    begin = std::max(begin, ended_at.front());
    end = std::min(end, ended_at.back());
  }
  if (together.empty() || end <= begin) {
    return 0.0;
  }
  double steps = 0.0;
  for (const jobs::DesignSpeed& speed : together) {
    steps += steps_until(end, speed.step.ended_at) - steps_until(begin, speed.step.ended_at);
  }
  return steps / (end - begin);
}

}  // namespace firesweep::runners::schedule

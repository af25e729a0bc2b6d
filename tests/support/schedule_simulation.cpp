#include "tests/support/schedule_simulation.h"

#include <algorithm>
#include <random>
#include <stdexcept>

#include <fmt/format.h>

namespace firesweep::runners::schedule {
namespace {

sweep::TrialResult completed_result(const std::string& id, std::int64_t epochs, double seconds) {
  sweep::TrialResult result;
  result.id = id;
  result.state = sweep::TrialState::kCompleted;
  result.validation_top1 = result.validation_top5 = 0.5;
  result.test_top1 = result.test_top5 = 0.5;
  result.epochs = epochs;
  result.train_seconds = seconds;
  return result;
}

/// Of a job that trains nothing: 0, only its end is reported.
struct EpochsToTrain {
  std::int64_t operator()(const jobs::TrainJob& job) const { return job.to_epoch; }
  std::int64_t operator()(const jobs::BenchJob&) const { return 0; }
  std::int64_t operator()(const jobs::RateJob&) const { return 0; }
  std::int64_t operator()(const jobs::StageJob&) const { return 0; }
};

struct ClosingEvent {
  const std::string& id;
  double seconds;

  jobs::Event operator()(const jobs::TrainJob& job) const {
    return jobs::TrialFinished{completed_result(id, job.to_epoch, seconds)};
  }
  jobs::Event operator()(const jobs::BenchJob&) const {
    jobs::DesignSpeed speed;
    speed.step.seconds = seconds;
    return jobs::Measured{id, speed};
  }
  jobs::Event operator()(const jobs::RateJob&) const { return jobs::RatesTested{id, {}}; }
  jobs::Event operator()(const jobs::StageJob& job) const {
    return jobs::StageFinished{{.variant = job.variant, .seconds = seconds}};
  }
};

}  // namespace

SimulatedExecutor::SimulatedExecutor(SimulationOptions options, VirtualClock& clock)
    : options_(std::move(options)), clock_(clock) {}

void SimulatedExecutor::submit(const jobs::Job& job) {
  if (free_slots() == 0) {
    throw std::logic_error("submit without a free slot");
  }
  // Keyed by the attempt's number: the same losses in every simulation with this seed.
  std::mt19937_64 random(options_.seed * 0x9e3779b97f4a7c15U + attempts_);
  std::uniform_real_distribution<double> uniform;
  Running running;
  running.attempt = attempts_++;
  running.started = clock_.now();
  running.seconds = options_.seconds(job);
  running.lost_after = uniform(random) < options_.loss_probability(job)
                           ? uniform(random) * running.seconds
                           : 2.0 * running.seconds;
  running.epochs = std::visit(EpochsToTrain{}, job.payload);
  const auto* const train = std::get_if<jobs::TrainJob>(&job.payload);
  running.from = running.done = train == nullptr ? 0 : std::min(train->from_epoch, running.epochs);
  const auto closing = options_.closing ? options_.closing(job) : std::nullopt;
  running.closing =
      closing ? *closing : std::visit(ClosingEvent{job.id, running.seconds}, job.payload);
  if (!closing && train != nullptr && jobs::ends_at_rung(*train)) {
    running.closing = jobs::TrialPaused{job.id, running.epochs};
  }
  running.job_id = job.id;
  due_.emplace(next_time(running), running.attempt);
  attempt_of_[job.id] = running.attempt;
  running_.emplace(running.attempt, std::move(running));
}

namespace {

/// Seconds from an attempt's start to the end of the epoch under way, or of the attempt.
double epoch_end(std::int64_t done, std::int64_t epochs, double seconds) {
  if (epochs == 0) {
    return seconds;
  }
  return static_cast<double>(std::min(done + 1, epochs)) / static_cast<double>(epochs) * seconds;
}

}  // namespace

bool SimulatedExecutor::is_lost_next(const Running& running) {
  return running.lost_after <=
         epoch_end(running.done - running.from, running.epochs - running.from, running.seconds);
}

double SimulatedExecutor::next_time(const Running& running) {
  return running.started + std::min(epoch_end(running.done - running.from,
                                              running.epochs - running.from, running.seconds),
                                    running.lost_after);
}

/// What comes now: an epoch, the end, or the loss of the worker.
jobs::Event SimulatedExecutor::happen(const Running& running) const {
  if (is_lost_next(running)) {
    return jobs::WorkerCrashed{running.job_id, "killed by signal 9 (Killed)",
                               sweep::FailureCause::kSignal};
  }
  if (running.done == running.epochs) {
    return running.closing;
  }
  sweep::EpochMetrics metrics;
  metrics.epoch = running.done + 1;
  metrics.validation_top1 = options_.validation_top1(running.job_id, metrics.epoch);
  metrics.validation_top5 = std::max(0.5, metrics.validation_top1);
  if (options_.on_epoch) {
    options_.on_epoch(running.job_id, metrics);
  }
  return jobs::TrialEpoch{running.job_id, metrics};
}

std::vector<jobs::Event> SimulatedExecutor::poll(std::chrono::milliseconds timeout) {
  std::vector<jobs::Event> events = std::exchange(cancelled_, {});
  const double limit = clock_.now() + std::chrono::duration<double>(timeout).count();
  while (events.empty() && !due_.empty() && due_.top().first <= limit) {
    const auto [time, attempt] = due_.top();
    due_.pop();
    const auto found = running_.find(attempt);
    if (found == running_.end()) {
      continue;  // cancelled meanwhile
    }
    clock_.advance_to(time);
    Running& running = found->second;
    events.push_back(happen(running));
    if (jobs::closes_job(events.back())) {
      attempt_of_.erase(running.job_id);
      running_.erase(found);
    } else {
      ++running.done;
      due_.emplace(next_time(running), attempt);
    }
  }
  if (events.empty()) {
    clock_.advance_to(limit);
  }
  return events;
}

void SimulatedExecutor::cancel(std::string_view job_id) {
  const auto found = attempt_of_.find(std::string(job_id));
  if (found != attempt_of_.end()) {
    running_.erase(found->second);
    attempt_of_.erase(found);
    cancelled_.emplace_back(
        jobs::WorkerCrashed{std::string(job_id), "cancelled", sweep::FailureCause::kSignal});
  }
}

void SimulatedStore::record(const sweep::TrialResult& result) {
  ++(result.state == sweep::TrialState::kCompleted ? completed_ : failed_);
  attempts_.erase(result.id);
}

sweep::TrialResult SimulatedStore::failed_result(std::string_view id, sweep::FailureCause cause,
                                                 std::string reason) const {
  sweep::TrialResult result;
  result.id = id;
  result.state = sweep::TrialState::kFailed;
  result.reason = std::move(reason);
  result.failure =
      sweep::Failure{cause, static_cast<std::int64_t>(attempts(id)) + 1, {}, "firesweep train"};
  return result;
}

sweep::TrialResult SimulatedStore::pruned_result(std::string_view id, std::string reason) const {
  sweep::TrialResult result;
  result.id = id;
  result.state = sweep::TrialState::kPruned;
  result.reason = std::move(reason);
  return result;
}

std::size_t SimulatedStore::attempts(std::string_view id) const {
  const auto found = attempts_.find(std::string(id));
  return found == attempts_.end() ? 0 : found->second;
}

void SimulatedStore::add_attempt(std::string_view id, sweep::FailureCause, std::string) {
  ++attempts_[std::string(id)];
}

}  // namespace firesweep::runners::schedule

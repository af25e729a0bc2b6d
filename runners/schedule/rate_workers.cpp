#include "runners/schedule/rate_workers.h"

#include <algorithm>
#include <memory>
#include <optional>
#include <unordered_map>
#include <utility>
#include <variant>

#include <fmt/format.h>

#include "base/log_tail.h"
#include "base/temporary_log.h"
#include "runners/schedule/local_executor.h"

namespace firesweep::runners::schedule {
namespace {

constexpr std::chrono::milliseconds kRatePollTime{100};

/// The answer in a job's last event; nothing if it is another event.
std::optional<RateAnswer> rate_answer(const jobs::Event& event, const base::TemporaryLog& log) {
  if (const auto* const tested = std::get_if<jobs::RatesTested>(&event)) {
    return RateAnswer{tested->losses, {}};
  }
  if (const auto* const failed = std::get_if<jobs::JobFailed>(&event)) {
    return RateAnswer{{}, failed->reason};
  }
  if (const auto* const blocked = std::get_if<jobs::TrialBlocked>(&event)) {
    return RateAnswer{{}, blocked->reason};
  }
  if (const auto* const crashed = std::get_if<jobs::WorkerCrashed>(&event)) {
    const std::string tail = base::log_tail_text(log.path);
    return RateAnswer{{},
                      fmt::format("the worker has exited: {}{}{}", crashed->reason,
                                  tail.empty() ? "" : "\n", tail)};
  }
  return std::nullopt;
}

class RateTests {
 public:
  RateTests(Executor& executor, const std::vector<jobs::RateJob>& rate_jobs,
            const base::TemporaryLog& log, const OnRateAnswer& on_answer)
      : executor_(executor),
        jobs_(rate_jobs),
        log_(log),
        on_answer_(on_answer),
        waiting_(rate_jobs.size()),
        answers_(rate_jobs.size()) {}

  std::vector<RateAnswer> run(std::chrono::milliseconds limit) {
    const auto deadline = std::chrono::steady_clock::now() + limit;
    while (waiting_ > 0 || !running_.empty()) {
      if (std::chrono::steady_clock::now() > deadline) {
        give_up(limit);
        break;
      }
      submit_what_fits();
      for (const jobs::Event& event : executor_.poll(kRatePollTime)) {
        take(event);
      }
    }
    return std::move(answers_);
  }

 private:
  void submit_what_fits() {
    while (waiting_ > 0 && executor_.free_slots() > 0) {
      --waiting_;
      const std::string id = fmt::format("rate-{}", waiting_);
      running_.emplace(id, waiting_);
      executor_.submit({id, jobs_[waiting_]});
    }
  }

  void take(const jobs::Event& event) {
    const std::string* const id = jobs::job_of(event);
    const auto found = id == nullptr ? running_.end() : running_.find(*id);
    auto answer = rate_answer(event, log_);
    if (found == running_.end() || !answer) {
      return;
    }
    const std::size_t job = found->second;
    running_.erase(found);
    answers_[job] = std::move(*answer);
    if (on_answer_) {
      on_answer_(job, answers_[job]);
    }
  }

  /// The executor's end kills the workers.
  void give_up(std::chrono::milliseconds limit) {
    const std::string reason = fmt::format("not done within {:g} s; the worker was killed",
                                           std::chrono::duration<double>(limit).count());
    for (const auto& [id, job] : running_) {
      answers_[job].error = reason;
    }
    for (std::size_t job = 0; job < waiting_; ++job) {
      answers_[job].error = reason;
    }
  }

  Executor& executor_;
  const std::vector<jobs::RateJob>& jobs_;
  const base::TemporaryLog& log_;
  const OnRateAnswer& on_answer_;
  std::size_t waiting_;  // the first ones
  std::unordered_map<std::string, std::size_t> running_;
  std::vector<RateAnswer> answers_;
};

}  // namespace

std::vector<RateAnswer> test_rates_on_workers(const WorkerProgram& program,
                                              const std::vector<WorkerPlace>& places,
                                              const std::vector<jobs::RateJob>& rate_jobs,
                                              std::chrono::milliseconds limit,
                                              const OnRateAnswer& on_answer) {
  const base::TemporaryLog log;
  LocalExecutorOptions options{.worker = program, .places = places, .log_directory = {}};
  options.places.resize(std::min(places.size(), std::max<std::size_t>(1, rate_jobs.size())));
  options.logs.assign(options.places.size(), log.path);
  LocalExecutor executor(std::move(options));
  return RateTests(executor, rate_jobs, log, on_answer).run(limit);
}

}  // namespace firesweep::runners::schedule

// What coordinator and worker send each other: one JSON object per line over pipes. The worker
// reads jobs from its standard input and writes events to its standard output; everything that must
// survive goes to the run directory, so a lost event loses nothing.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>
#include <utility>
#include <variant>

#include <nlohmann/json.hpp>

#include "runners/jobs/bench_job.h"
#include "runners/jobs/rate_job.h"
#include "runners/jobs/stage_job.h"
#include "sweep/store/trial_result.h"
#include "sweep/study/trial.h"

namespace firesweep::runners::jobs {

/// Train a trial from the end of epoch `from_epoch` (0: from scratch) to the end of `to_epoch`. The
/// worker resumes from the trial's checkpoint if it is intact. A checkpoint at or past `to_epoch`
/// ends the job at once, with the checkpoint's epoch.
struct TrainJob {
  std::string trial_id;
  std::filesystem::path run_directory;
  sweep::TrialContent content;
  std::int64_t from_epoch = 0;
  std::int64_t to_epoch = 0;
  /// Of the data that the run was started with; empty: any data.
  std::string dataset_checksum{};
  /// A trial of the run with the same content but fewer epochs, whose state after its last epoch is
  /// this trial's after the same epoch (constant learning rate). Used if the trial has no
  /// checkpoint of its own. Empty: none.
  std::string continue_from{};
};

/// Whether the job ends before its trial does, so that its end is a pause (a rung), not a result.
[[nodiscard]] bool ends_at_rung(const TrainJob& job);

/// What a worker is asked to do. Executors know jobs by their ids alone. A new kind is a struct in
/// `payload`, its JSON in messages.cpp, and its handler in the worker: the compiler asks for both.
struct Job {
  using Payload = std::variant<TrainJob, BenchJob, RateJob, StageJob>;

  /// The id is that of the trial.
  Job(TrainJob job) : id(job.trial_id), payload(std::move(job)) {}
  Job(StageJob job) : id(job.variant.id), payload(std::move(job)) {}
  /// `job_id`: unique among the jobs of the executor.
  Job(std::string job_id, BenchJob job) : id(std::move(job_id)), payload(std::move(job)) {}
  Job(std::string job_id, RateJob job) : id(std::move(job_id)), payload(std::move(job)) {}

  std::string id;
  Payload payload;
};

/// The worker is ready and waits for a job.
struct WorkerReady {
  nlohmann::json environment;  // versions, processor, threads, allocator
};

/// Sent about twice per second while a trial trains.
struct TrialProgress {
  std::string trial_id;
  std::int64_t epoch = 0;   // the current one, from 1
  std::int64_t images = 0;  // trained on in this epoch so far
  std::int64_t images_per_epoch = 0;
  double images_per_second = 0.0;
};

struct TrialEpoch {
  std::string trial_id;
  sweep::EpochMetrics metrics;
};

/// The trial is finished and result.json is written. The worker waits for the next job.
struct TrialFinished {
  sweep::TrialResult result;
};

/// The job ended before the trial did: its checkpoint is written, there is no result (a rung).
struct TrialPaused {
  std::string trial_id;
  std::int64_t epoch = 0;
};

/// The job ended because the worker's environment failed, not the trial: the run directory can't be
/// written, or the data set is gone or has changed. The trial has no result and can resume later.
struct TrialBlocked {
  std::string trial_id;
  std::string reason;
};

/// A BenchJob is done.
struct Measured {
  std::string job_id;
  DesignSpeed speed;
};

/// A RateJob is done.
struct RatesTested {
  std::string job_id;
  RateLosses losses;
};

/// A StageJob is done, and the variant's result is written.
struct StageFinished {
  sweep::VariantResult result;
};

/// The job can't be done, and another worker here could not do it either: a design that is
/// impossible, a precision the processor lacks. Not of a TrainJob, whose trial has a result then.
struct JobFailed {
  std::string job_id;
  std::string reason;
};

/// Reported by the executor, never by a worker: the process has ended (exit, signal, closed pipe).
struct WorkerCrashed {
  std::string job_id;  // empty if it was idle
  std::string reason;  // "killed by signal 9 (Killed)", "exited with status 1", ...
  sweep::FailureCause cause = sweep::FailureCause::kSignal;
};

using Event =
    std::variant<WorkerReady, TrialProgress, TrialEpoch, TrialFinished, TrialPaused, TrialBlocked,
                 Measured, RatesTested, StageFinished, JobFailed, WorkerCrashed>;

/// The id of an event's job (a trial's id is that of its job); null if it belongs to no job.
[[nodiscard]] const std::string* job_of(const Event& event);
/// Whether it is the last event of a job; not if an idle worker crashed.
[[nodiscard]] bool closes_job(const Event& event);

/// One line without the newline.
[[nodiscard]] std::string serialize(const Job& job);
[[nodiscard]] std::string serialize(const Event& event);
/// Throw Error naming what is wrong with the line.
[[nodiscard]] Job parse_job(std::string_view line);
[[nodiscard]] Event parse_event(std::string_view line);

}  // namespace firesweep::runners::jobs

// What coordinator and worker say to each other: one JSON object a line over pipes. The worker
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
#include "sweep/store/trial_result.h"
#include "sweep/study/trial.h"

namespace firesweep::runners::jobs {

/// Train a trial from the end of epoch `from_epoch` (0: from scratch) to the end of `to_epoch`. The
/// worker takes up the trial's checkpoint if it is whole; a checkpoint at or past `to_epoch` ends
/// the job at once, with the epoch it has got to.
struct TrainJob {
  std::string trial_id;
  std::filesystem::path run_directory;
  sweep::TrialContent content;
  std::int64_t from_epoch = 0;
  std::int64_t to_epoch = 0;
  /// Of the data the run began with; empty: any data will do.
  std::string dataset_checksum{};
  /// A trial of the run with the same content but fewer epochs, whose state after its last epoch is
  /// this trial's after the same epoch (constant learning rate). Taken up if the trial has no
  /// checkpoint of its own. Empty: none.
  std::string continue_from{};
};

/// Whether the job ends before its trial does, so that its end is a pause (a rung), not a result.
[[nodiscard]] bool ends_at_rung(const TrainJob& job);

/// What a worker is asked to do. Executors know jobs by their ids alone. A new kind is a struct in
/// `payload`, its JSON in messages.cpp, and its handler in the worker: the compiler asks for both.
struct Job {
  using Payload = std::variant<TrainJob, BenchJob>;

  /// From a payload alone where that says what its job's id is: that of its trial.
  Job(TrainJob job) : id(job.trial_id), payload(std::move(job)) {}
  /// `job_id`: unlike that of any other job of the executor.
  Job(std::string job_id, BenchJob job) : id(std::move(job_id)), payload(std::move(job)) {}

  std::string id;
  Payload payload;
};

/// The worker is up and waits for a job.
struct WorkerReady {
  nlohmann::json environment;  // versions, processor, threads, allocator
};

/// Sent about twice a second while a trial trains.
struct TrialProgress {
  std::string trial_id;
  std::int64_t epoch = 0;   // the one under way, from 1
  std::int64_t images = 0;  // trained on in this epoch so far
  std::int64_t images_per_epoch = 0;
  double images_per_second = 0.0;
};

struct TrialEpoch {
  std::string trial_id;
  sweep::EpochMetrics metrics;
};

/// The job is over and result.json is written. The worker waits for the next job.
struct TrialFinished {
  sweep::TrialResult result;
};

/// The job ended before the trial did: its checkpoint is written, there is no result (a rung).
struct TrialPaused {
  std::string trial_id;
  std::int64_t epoch = 0;
};

/// The job ended because the worker's surroundings failed, not the trial: the run directory can't
/// be written, the data set is gone or is another one. The trial has no result and goes on another
/// time.
struct TrialBlocked {
  std::string trial_id;
  std::string reason;
};

/// A BenchJob is over.
struct Measured {
  std::string job_id;
  DesignSpeed speed;
};

/// The job can't be done, and another worker here could not do it either: a design that is
/// impossible, a precision the processor lacks. Not of a TrainJob, whose trial has a result then.
struct JobFailed {
  std::string job_id;
  std::string reason;
};

/// Said by the executor, never by a worker: the process is gone (exit, signal, closed pipe).
struct WorkerCrashed {
  std::string job_id;  // empty if it was idle
  std::string reason;  // "killed by signal 9 (Killed)", "exited with status 1", ...
  sweep::FailureCause cause = sweep::FailureCause::kSignal;
};

using Event = std::variant<WorkerReady, TrialProgress, TrialEpoch, TrialFinished, TrialPaused,
                           TrialBlocked, Measured, JobFailed, WorkerCrashed>;

/// The id of the job an event speaks of (a trial's id is that of its job); null for events of none.
[[nodiscard]] const std::string* job_of(const Event& event);
/// Whether it is the last event of a job (of an idle worker's loss: not).
[[nodiscard]] bool closes_job(const Event& event);

/// One line without the newline.
[[nodiscard]] std::string serialize(const Job& job);
[[nodiscard]] std::string serialize(const Event& event);
/// Throw Error naming what is wrong with the line.
[[nodiscard]] Job parse_job(std::string_view line);
[[nodiscard]] Event parse_event(std::string_view line);

}  // namespace firesweep::runners::jobs

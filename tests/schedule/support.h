// What the schedule tests share.
#pragma once

#include <atomic>
#include <chrono>
#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

#include <unistd.h>

#include "runners/jobs/messages.h"
#include "runners/schedule/executor.h"
#include "runners/schedule/run_state.h"
#include "tests/support/scratch_directory.h"

namespace firesweep::tests {

inline void write_text(const std::filesystem::path& path, std::string_view text) {
  std::filesystem::create_directories(path.parent_path());
  std::ofstream(path) << text;
}

/// A whole result that the validator accepts.
inline sweep::TrialResult completed(const std::string& id) {
  sweep::TrialResult result;
  result.id = id;
  result.state = sweep::TrialState::kCompleted;
  result.validation_top1 = 0.8;
  result.validation_top5 = 0.9;
  result.test_top1 = 0.7;
  result.test_top5 = 0.9;
  result.epochs = 2;
  result.train_seconds = 1.0;
  result.images_per_second = 100.0;
  return result;
}

/// Two trials of cost 1 and 3; the first finishes after 10 seconds, the second in its epoch 2 of 4.
struct Halfway {
  runners::schedule::RunState state{
      {{"aaaaaaaaaaaa", "SR=0.5 seed=1", 1.0, 1}, {"bbbbbbbbbbbb", "SR=1 seed=2", 3.0, 4}}, 8, 1};
  Halfway() {
    state.started("aaaaaaaaaaaa", 0.0);
    state.finished(completed("aaaaaaaaaaaa"));
    state.started("bbbbbbbbbbbb", 10.0);
    state.progressed({"bbbbbbbbbbbb", 1, 0, 100, 0.0});
    state.epoch_finished({"bbbbbbbbbbbb", {.epoch = 1, .validation_top1 = 0.25}});
    state.progressed({"bbbbbbbbbbbb", 2, 50, 100, 321.0});
  }
};

inline runners::jobs::TrainJob job(const std::string& id, const std::filesystem::path& run) {
  runners::jobs::TrainJob made;
  made.trial_id = id;
  made.run_directory = run;
  made.content.dataset.name = "synthetic";
  made.to_epoch = 2;
  return made;
}

inline runners::jobs::Job bench_job(const std::string& id) {
  runners::jobs::BenchJob made;
  made.data = {.image = {1, 8, 8}, .classes = 10};
  made.seconds = 0.25;
  return {id, made};
}

inline runners::jobs::Job rate_job(const std::string& id) {
  runners::jobs::RateJob made;
  made.content.dataset.name = "synthetic";
  made.test.steps = 60;
  return {id, made};
}

/// A stage after training; what becomes of it is the beginning of its trial's id.
inline runners::jobs::StageJob stage_job(const std::string& trial) {
  runners::jobs::StageJob made;
  made.variant = sweep::make_variant(trial, "probe", {{"scale", 2.0}});
  made.run_directory = "run";
  made.data = {.image = {1, 8, 8}, .classes = 10};
  made.content.dataset.name = "synthetic";
  return made;
}

/// Begins with what becomes of the job: its id, or for a stage, whose id is a hash, its trial's.
inline const std::string& name_of(const runners::jobs::Job& job) {
  const auto* const stage = std::get_if<runners::jobs::StageJob>(&job.payload);
  return stage == nullptr ? job.id : stage->variant.trial_id;
}

/// The job an event ends; "" if it ends none.
inline std::string closed_job(const runners::jobs::Event& event) {
  return runners::jobs::closes_job(event) ? *runners::jobs::job_of(event) : std::string();
}

/// Polls until `enough` events of `ending` kind came or ten seconds have passed.
template <typename Enough>
std::vector<runners::jobs::Event> poll_until(runners::schedule::Executor& executor, Enough enough) {
  std::vector<runners::jobs::Event> events;
  const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(30);
  while (!enough(events) && std::chrono::steady_clock::now() < deadline) {
    for (runners::jobs::Event& event : executor.poll(std::chrono::milliseconds(100))) {
      events.push_back(std::move(event));
    }
  }
  return events;
}

inline std::vector<runners::jobs::Event> poll_until_closed(runners::schedule::Executor& executor,
                                                           std::size_t jobs) {
  return poll_until(executor, [jobs](const std::vector<runners::jobs::Event>& events) {
    std::size_t closed = 0;
    for (const runners::jobs::Event& event : events) {
      closed += closed_job(event).empty() ? 0U : 1U;
    }
    return closed >= jobs;
  });
}

template <typename T>
std::vector<T> events_of(const std::vector<runners::jobs::Event>& events) {
  std::vector<T> found;
  for (const runners::jobs::Event& event : events) {
    if (const auto* const one = std::get_if<T>(&event)) {
      found.push_back(*one);
    }
  }
  return found;
}

}  // namespace firesweep::tests

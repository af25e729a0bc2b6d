// What every executor must do; executors differ only in how one is made. A Harness has
//   std::unique_ptr<runners::Executor> make(std::size_t jobs);
// and its executor runs jobs named work-... to the end and hang-... for ever, pauses pause-...,
// blocks block-..., can't do refuse-... (a design to be timed), and loses the worker of crash-....
#pragma once

#include <chrono>
#include <map>
#include <memory>
#include <set>

#include <catch2/catch.hpp>

#include "tests/schedule/support.h"

namespace firesweep::tests {

/// Each of `ids` closed once, with no event of it afterwards.
inline void check_closed_once(const std::vector<runners::jobs::Event>& events,
                              const std::set<std::string>& ids) {
  std::map<std::string, int> closed;
  for (const runners::jobs::Event& event : events) {
    if (const std::string* const id = runners::jobs::job_of(event)) {
      CHECK(closed.count(*id) == 0);
    }
    if (const std::string id = closed_job(event); !id.empty()) {
      ++closed[id];
    }
  }
  CHECK(closed.size() == ids.size());
  for (const std::string& id : ids) {
    INFO(id);
    CHECK(closed[id] == 1);
  }
}

/// Jobs that end within `time`.
inline std::size_t poll_for(runners::schedule::Executor& executor, std::chrono::milliseconds time) {
  const auto deadline = std::chrono::steady_clock::now() + time;
  std::size_t closed = 0;
  while (std::chrono::steady_clock::now() < deadline) {
    for (const runners::jobs::Event& event : executor.poll(std::chrono::milliseconds(50))) {
      closed += closed_job(event).empty() ? 0U : 1U;
    }
  }
  return closed;
}

template <typename Harness>
void check_slots(Harness& harness) {
  const auto executor = harness.make(2);
  CHECK(executor->capacity() == 2);
  CHECK(executor->free_slots() == 2);
  executor->submit(job("hang-1", "run"));
  CHECK(executor->free_slots() == 1);
  executor->submit(job("hang-2", "run"));
  CHECK(executor->free_slots() == 0);
}

template <typename Harness>
void check_jobs_finish(Harness& harness) {
  const auto executor = harness.make(2);
  std::vector<runners::jobs::Event> events;
  std::set<std::string> ids;
  for (int i = 0; i < 6; ++i) {
    const std::string id = "work-" + std::to_string(i);
    ids.insert(id);
    if (executor->free_slots() == 0) {
      for (runners::jobs::Event& event : poll_until_closed(*executor, 1)) {
        events.push_back(std::move(event));
      }
    }
    executor->submit(job(id, "run"));
  }
  while (executor->free_slots() < executor->capacity()) {
    for (runners::jobs::Event& event : poll_until_closed(*executor, 1)) {
      events.push_back(std::move(event));
    }
  }
  check_closed_once(events, ids);
  CHECK(events_of<runners::jobs::TrialFinished>(events).size() == 6);
  CHECK(events_of<runners::jobs::TrialEpoch>(events).size() == 12);
}

template <typename Harness>
void check_lost_worker(Harness& harness) {
  const auto executor = harness.make(1);
  executor->submit(job("crash-1", "run"));
  const auto events = poll_until_closed(*executor, 1);
  check_closed_once(events, {"crash-1"});
  const auto lost = events_of<runners::jobs::WorkerCrashed>(events);
  REQUIRE(lost.size() == 1);
  CHECK(!lost[0].reason.empty());
  CHECK(executor->free_slots() == 1);
  executor->submit(job("work-after", "run"));  // the slot is as good as new
  CHECK(events_of<runners::jobs::TrialFinished>(poll_until_closed(*executor, 1)).size() == 1);
}

template <typename Harness>
void check_cancel(Harness& harness) {
  const auto executor = harness.make(2);
  executor->cancel("unknown");
  executor->submit(job("hang-1", "run"));
  executor->submit(job("work-1", "run"));
  auto events = poll_until_closed(*executor, 1);
  executor->cancel("hang-1");
  executor->cancel("work-1");  // done already
  for (runners::jobs::Event& event : poll_until_closed(*executor, 1)) {
    events.push_back(std::move(event));
  }
  check_closed_once(events, {"hang-1", "work-1"});
  CHECK(events_of<runners::jobs::TrialFinished>(events).size() == 1);
  CHECK(executor->free_slots() == 2);
}

/// A job to epoch 1 of 2, then the rest: a pause, then a result, an epoch each.
template <typename Harness>
void check_rung(Harness& harness) {
  const auto executor = harness.make(1);
  runners::jobs::TrainJob first = job("work-1", "run");
  first.content.training["epochs"] = std::int64_t{2};
  first.to_epoch = 1;
  executor->submit(first);
  auto events = poll_until_closed(*executor, 1);
  check_closed_once(events, {"work-1"});
  const auto paused = events_of<runners::jobs::TrialPaused>(events);
  REQUIRE(paused.size() == 1);
  CHECK(paused[0].epoch == 1);
  CHECK(events_of<runners::jobs::TrialEpoch>(events).size() == 1);
  CHECK(executor->free_slots() == 1);
  CHECK(executor->poll(std::chrono::milliseconds(0)).empty());  // nothing more of it

  runners::jobs::TrainJob second = first;
  second.from_epoch = 1;
  second.to_epoch = 2;
  executor->submit(second);
  events = poll_until_closed(*executor, 1);
  check_closed_once(events, {"work-1"});
  CHECK(events_of<runners::jobs::TrialFinished>(events).size() == 1);
  CHECK(events_of<runners::jobs::TrialEpoch>(events).size() == 1);
}

template <typename Harness>
void check_blocked(Harness& harness) {
  const auto executor = harness.make(1);
  executor->submit(job("block-1", "run"));
  if (executor->queues()) {  // it waits for an agent with more room
    CHECK(poll_for(*executor, std::chrono::milliseconds(500)) == 0);
    executor->cancel("block-1");
    check_closed_once(poll_until_closed(*executor, 1), {"block-1"});
    return;
  }
  const auto events = poll_until_closed(*executor, 1);
  check_closed_once(events, {"block-1"});
  const auto blocked = events_of<runners::jobs::TrialBlocked>(events);
  REQUIRE(blocked.size() == 1);
  CHECK(blocked[0].reason == "no space");
  CHECK(executor->free_slots() == 1);
}

/// A job of a kind that trains nothing is closed by its result, or by why there is none.
template <typename Harness>
void check_other_kinds(Harness& harness) {
  const auto executor = harness.make(2);
  executor->submit(bench_job("work-1"));
  executor->submit(bench_job("refuse-1"));
  auto events = poll_until_closed(*executor, 2);
  executor->submit(bench_job("crash-1"));
  executor->submit(bench_job("hang-1"));
  executor->cancel("hang-1");
  for (runners::jobs::Event& event : poll_until_closed(*executor, 2)) {
    events.push_back(std::move(event));
  }
  check_closed_once(events, {"work-1", "refuse-1", "crash-1", "hang-1"});
  CHECK(events_of<runners::jobs::Measured>(events).size() == 1);
  const auto failed = events_of<runners::jobs::JobFailed>(events);
  REQUIRE(failed.size() == 1);
  CHECK(failed[0].reason == "no bf16 here");
  CHECK(events_of<runners::jobs::WorkerCrashed>(events).size() == 2);
  CHECK(executor->free_slots() == 2);
}

template <typename Harness>
void check_rates(Harness& harness) {
  const auto executor = harness.make(2);
  executor->submit(rate_job("work-1"));
  executor->submit(rate_job("refuse-1"));
  const auto events = poll_until_closed(*executor, 2);
  check_closed_once(events, {"work-1", "refuse-1"});
  const auto tested = events_of<runners::jobs::RatesTested>(events);
  REQUIRE(tested.size() == 1);
  CHECK(tested[0].job_id == "work-1");
  CHECK(events_of<runners::jobs::JobFailed>(events).size() == 1);
  CHECK(executor->free_slots() == 2);
}

template <typename Harness>
void check_stages(Harness& harness) {
  const auto executor = harness.make(2);
  executor->submit(stage_job("work-1"));
  executor->submit(stage_job("refuse-1"));
  auto events = poll_until_closed(*executor, 2);
  executor->submit(stage_job("crash-1"));
  executor->submit(stage_job("hang-1"));
  executor->cancel(stage_job("hang-1").variant.id);
  for (runners::jobs::Event& event : poll_until_closed(*executor, 2)) {
    events.push_back(std::move(event));
  }
  check_closed_once(events, {stage_job("work-1").variant.id, stage_job("refuse-1").variant.id,
                             stage_job("crash-1").variant.id, stage_job("hang-1").variant.id});
  const auto finished = events_of<runners::jobs::StageFinished>(events);
  REQUIRE(finished.size() == 1);
  CHECK(finished[0].result.variant.trial_id == "work-1");
  CHECK(events_of<runners::jobs::JobFailed>(events).size() == 1);
  CHECK(events_of<runners::jobs::WorkerCrashed>(events).size() == 2);
}

template <typename Harness>
void check_empty_poll(Harness& harness) {
  CHECK(harness.make(1)->poll(std::chrono::milliseconds(0)).empty());
}

/// One call a contract; a SECTION each.
template <typename Harness>
void check_executor_contract(Harness& harness) {
  SECTION("slots are counted from submission to the closing event") {
    check_slots(harness);
  }
  SECTION("every job is closed once, with its events before") {
    check_jobs_finish(harness);
  }
  SECTION("a crashed worker closes its job and leaves a usable slot") {
    check_lost_worker(harness);
  }
  SECTION("a cancelled job is closed, one that is done stays as it is") {
    check_cancel(harness);
  }
  SECTION("a job that ends at a rung pauses its trial, and the next job continues it") {
    check_rung(harness);
  }
  SECTION("a blocked job reports why, or waits for another agent") {
    check_blocked(harness);
  }
  SECTION("jobs of every kind are known by their ids") {
    check_other_kinds(harness);
  }
  SECTION("learning rates are tested by jobs like any other") {
    check_rates(harness);
  }
  SECTION("stages after training are jobs like any other") {
    check_stages(harness);
  }
  SECTION("without jobs nothing happens") {
    check_empty_poll(harness);
  }
}

}  // namespace firesweep::tests

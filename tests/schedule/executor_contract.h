// What every executor must do, told apart only by how one is made. A Harness has
//   std::unique_ptr<runners::Executor> make(std::size_t jobs);
// and its executor runs trials named work-... to the end and hang-... for ever, and loses the
// worker of crash-....
#pragma once

#include <map>
#include <memory>
#include <set>

#include <catch2/catch.hpp>

#include "tests/schedule/support.h"

namespace firesweep::tests {

/// Each of `ids` closed once, and nothing said of it afterwards.
inline void check_closed_once(const std::vector<runners::jobs::Event>& events,
                              const std::set<std::string>& ids) {
  std::map<std::string, int> closed;
  for (const runners::jobs::Event& event : events) {
    const auto* const progress = std::get_if<runners::jobs::TrialProgress>(&event);
    const auto* const epoch = std::get_if<runners::jobs::TrialEpoch>(&event);
    if (progress != nullptr || epoch != nullptr) {
      CHECK(closed.count(progress != nullptr ? progress->trial_id : epoch->trial_id) == 0);
    }
    if (const std::string id = closed_trial(event); !id.empty()) {
      ++closed[id];
    }
  }
  CHECK(closed.size() == ids.size());
  for (const std::string& id : ids) {
    INFO(id);
    CHECK(closed[id] == 1);
  }
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
  const auto lost = events_of<runners::jobs::WorkerLost>(events);
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
  executor->cancel("work-1");  // over already
  for (runners::jobs::Event& event : poll_until_closed(*executor, 1)) {
    events.push_back(std::move(event));
  }
  check_closed_once(events, {"hang-1", "work-1"});
  CHECK(events_of<runners::jobs::TrialFinished>(events).size() == 1);
  CHECK(executor->free_slots() == 2);
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
  SECTION("a lost worker closes its job and leaves a usable slot") {
    check_lost_worker(harness);
  }
  SECTION("a cancelled job is closed, one that is over stays as it is") {
    check_cancel(harness);
  }
  SECTION("without jobs nothing happens") {
    check_empty_poll(harness);
  }
}

}  // namespace firesweep::tests

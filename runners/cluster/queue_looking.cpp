// What the coordinator finds in the directory: who has begun what, what is over, what has gone.
#include <algorithm>
#include <iterator>

#include <fmt/format.h>

#include "base/error.h"
#include "base/json_fields.h"
#include "runners/cluster/queue_executor.h"

namespace firesweep::runners::cluster {
namespace {

/// Of trials that run, how many are asked for their epochs at once, and each of them how often.
constexpr std::size_t kEpochFiles = 8;
constexpr double kEpochsPerLease = 3.0;

std::string epochs_file(std::string_view trial) {
  return fmt::format("trials/{}/epochs.jsonl", trial);
}

}  // namespace

void QueueExecutor::look_at_claims(const ClaimList& claims, double now,
                                   std::vector<jobs::Event>& events) {
  std::vector<std::string> begun;
  for (const auto& [trial, generation] : claims) {
    const auto found = open_.find(trial);
    if (found == open_.end() || found->second.generation == generation) {
      continue;
    }
    Open& open = found->second;
    open.generation = generation;
    // The first one is always an agent's.
    const bool runs = generation == 1 || claims_.owner(trial, generation) != Claims::kFree;
    runs ? (void)claimed_.insert(trial) : (void)claimed_.erase(trial);
    if (runs != open.running) {
      open.running = runs;
      events.emplace_back(jobs::TrialProgress{trial, runs ? open.epochs_told + 1 : 0, 0, 0, 0.0});
    }
    if (runs) {
      begun.push_back(trial);
      open.next_epochs = now + options_.lease_seconds / kEpochsPerLease;
      epochs_due_.emplace_back(open.next_epochs, trial);
    }
  }
  for (const std::string& trial : begun) {
    look_beside(trial, claims, events);
  }
  look_at_unclaimed(claims, events);
}

/// Agents go through a file in order. What stands before a trial that was begun, and nobody has
/// claimed, was claimed and over between two looks; behind it, if the agent comes from the end.
void QueueExecutor::look_beside(const std::string& trial, const ClaimList& claims,
                                std::vector<jobs::Event>& events) {
  const std::vector<std::string>& order = order_[open_.find(trial)->second.file];
  const auto place = std::ranges::find(order, trial);
  const auto passed = [&](const std::string& other) {
    return open_.count(other) > 0 && claims.count(other) == 0;
  };
  auto before = place;
  while (before != order.begin() && passed(*std::prev(before)) &&
         close_if_over(*std::prev(before), events)) {
    --before;
  }
  if (before != place || place == order.end() || place == order.begin() ||
      !passed(*std::prev(place))) {
    return;
  }
  for (auto behind = std::next(place); behind != order.end() && passed(*behind); ++behind) {
    if (!close_if_over(*behind, events)) {
      return;
    }
  }
}

/// Claimed no more: over, or dropped before they were begun.
void QueueExecutor::look_at_unclaimed(const ClaimList& claims, std::vector<jobs::Event>& events) {
  std::vector<std::string> gone;
  for (const std::string& trial : claimed_) {
    if (claims.count(trial) == 0) {
      gone.push_back(trial);
    }
  }
  for (const std::string& trial : cancelled_) {
    if (!open_.find(trial)->second.running && claimed_.count(trial) == 0) {
      gone.push_back(trial);
    }
  }
  for (const std::string& trial : gone) {
    claimed_.erase(trial);
    if (open_.count(trial) == 0 || close_if_over(trial, events)) {
      continue;
    }
    Open& open = open_.find(trial)->second;
    open.generation = 0;
    open.running = false;
    if (open.cancelled) {
      events.emplace_back(jobs::WorkerLost{trial, "cancelled", sweep::FailureCause::kSignal});
      in_file_[open.file].erase(trial);
      cancelled_.erase(trial);
      open_.erase(trial);
    }
  }
}

/// A file that has gone says that all its trials are over; if one is not, it is to be queued again.
void QueueExecutor::look_at_files(std::vector<jobs::Event>& events) {
  const std::vector<std::string> there = queue_.files();
  std::vector<std::string> gone;
  for (const auto& [file, trials] : in_file_) {
    if (!std::ranges::binary_search(there, file)) {
      gone.push_back(file);
    }
  }
  for (const std::string& file : gone) {
    const std::set<std::string> trials = in_file_[file];
    for (const std::string& trial : trials) {
      queued_.erase(trial);
      if (!close_if_over(trial, events)) {  // somebody has removed the file
        open_.erase(trial);
        events.emplace_back(jobs::TrialPaused{trial, 0});
      }
    }
    in_file_.erase(file);
    order_.erase(file);
  }
}

/// One after another, whether it is over after all: an agent may have died behind a result.
void QueueExecutor::look_at_one(std::vector<jobs::Event>& events) {
  auto next = open_.upper_bound(cursor_);
  next = next == open_.end() ? open_.begin() : next;
  if (next != open_.end()) {
    cursor_ = next->first;
    if (!next->second.running) {
      (void)close_if_over(cursor_, events);
    }
  }
}

void QueueExecutor::look_at_epochs(double now, std::vector<jobs::Event>& events) {
  for (std::size_t asked = 0; asked < kEpochFiles && !epochs_due_.empty();) {
    const auto [due, trial] = epochs_due_.front();
    if (due > now) {
      return;
    }
    epochs_due_.pop_front();
    const auto found = open_.find(trial);
    if (found == open_.end() || !found->second.running || found->second.next_epochs != due) {
      continue;
    }
    ++asked;
    tell_epochs(trial, found->second, events);
    found->second.next_epochs = now + options_.lease_seconds / kEpochsPerLease;
    epochs_due_.emplace_back(found->second.next_epochs, trial);
  }
}

void QueueExecutor::tell_epochs(const std::string& trial, Open& open,
                                std::vector<jobs::Event>& events) {
  const auto text = files_.read(epochs_file(trial));
  if (!text) {
    return;
  }
  try {
    for (const sweep::EpochMetrics& metrics : sweep::parse_epochs(*text)) {
      if (metrics.epoch > open.epochs_told) {
        open.epochs_told = metrics.epoch;
        events.emplace_back(jobs::TrialEpoch{trial, metrics});
      }
    }
  } catch (const Error&) {
    // Its worker or a report will say what is wrong with the file.
  }
}

bool QueueExecutor::close_if_over(const std::string& trial, std::vector<jobs::Event>& events) {
  const auto text = files_.read(result_file(trial));
  if (!text) {
    return false;
  }
  const auto found = open_.find(trial);
  if (found == open_.end()) {
    return true;
  }
  tell_epochs(trial, found->second, events);
  const sweep::TrialResult result = sweep::trial_result_from_json(base::parse_json(*text));
  if (result.failure && result.failure->cause != sweep::FailureCause::kException) {
    events.emplace_back(jobs::WorkerLost{trial, result.reason, result.failure->cause});
  } else {
    events.emplace_back(jobs::TrialFinished{result});
  }
  in_file_[found->second.file].erase(trial);
  cancelled_.erase(trial);
  open_.erase(found);
  return true;
}

}  // namespace firesweep::runners::cluster

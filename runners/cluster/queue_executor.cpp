#include "runners/cluster/queue_executor.h"

#include <algorithm>
#include <stdexcept>

#include <fmt/format.h>

#include "sweep/error.h"
#include "sweep/json_fields.h"

namespace firesweep::runners {
namespace {

constexpr double kGrowth = 1.5;
constexpr double kLooksPerLease = 4.0;
constexpr double kFilesInterval = 4.0;  // looks for one look at the queue's files
/// Of trials that nobody claims, how many are looked up at once: their claims may have come and
/// gone between two looks.
constexpr std::size_t kSome = 8;
/// Of trials that run, how many are asked for their epochs at once.
constexpr std::size_t kEpochFiles = 8;

std::string epochs_file(std::string_view trial) {
  return fmt::format("trials/{}/epochs.jsonl", trial);
}

}  // namespace

QueueExecutor::QueueExecutor(SharedFiles& files, QueueExecutorOptions options)
    : files_(files),
      options_(std::move(options)),
      queue_(files),
      claims_(files),
      watch_(files, options_.lease_seconds),
      look_interval_(options_.shortest_look_seconds) {
  find_queued();
  orders_changed_ = queue_.orders().leave || !queue_.orders().dropped.empty();
}

void QueueExecutor::find_queued() {
  for (const std::string& file : queue_.files()) {
    if (const auto jobs = queue_.read(file)) {
      for (const QueuedJob& job : *jobs) {
        queued_[job.job.trial_id] = file;
      }
    }
  }
}

std::size_t QueueExecutor::free_slots() const {
  return options_.capacity - std::min(options_.capacity, open_.size());
}

void QueueExecutor::submit(const TrainJob& job) {
  if (free_slots() == 0) {
    throw std::logic_error("submit without a free slot");
  }
  orders_changed_ = orders_.dropped.erase(job.trial_id) > 0 || orders_changed_;
  Open& open = open_[job.trial_id];
  open.first_epoch = job.from_epoch + 1;
  open.epochs_told = job.from_epoch;
  const auto queued = queued_.find(job.trial_id);
  if (queued != queued_.end()) {
    open.file = queued->second;
    in_file_[open.file].insert(job.trial_id);
    return;
  }
  auto [label, cost] = options_.describe ? options_.describe(job.trial_id)
                                         : std::pair<std::string, double>(job.trial_id, 0.0);
  waiting_.push_back({job, std::move(label), cost});
}

void QueueExecutor::publish() {
  if (orders_changed_) {
    queue_.give(orders_);
    orders_changed_ = false;
  }
  if (waiting_.empty()) {
    return;
  }
  const std::vector<std::string> files = queue_.publish(waiting_, options_.agents);
  for (std::size_t i = 0; i < waiting_.size(); ++i) {
    const std::string& trial = waiting_[i].job.trial_id;
    open_[trial].file = queued_[trial] = files[i];
    in_file_[files[i]].insert(trial);
  }
  waiting_.clear();
  look_interval_ = options_.shortest_look_seconds;
}

std::vector<Event> QueueExecutor::poll(std::chrono::milliseconds timeout) {
  std::vector<Event> events;
  publish();
  const double now = options_.clock();
  if (!open_.empty() && now >= next_look_) {
    look(now, events);
  }
  if (events.empty() && options_.sleep) {
    options_.sleep(timeout);
  }
  return events;
}

void QueueExecutor::cancel(std::string_view trial_id) {
  const auto found = open_.find(trial_id);
  if (found == open_.end() || found->second.cancelled) {
    return;
  }
  found->second.cancelled = true;
  cancelled_.insert(found->first);
  orders_changed_ = orders_.dropped.insert(found->first).second || orders_changed_;
  next_look_ = 0.0;
}

void QueueExecutor::look(double now, std::vector<Event>& events) {
  const std::size_t before = open_.size();
  look_at_claims(claims_.list(), events);
  if (now >= next_files_) {
    next_files_ = now + kFilesInterval * look_interval_;
    look_at_files(events);
  }
  look_at_some(events);
  look_at_epochs(events);
  if (now >= next_watch_) {
    next_watch_ = now + options_.lease_seconds / kLooksPerLease;
    for (const std::string& name : watch_.look(now)) {
      if (options_.note) {
        options_.note(fmt::format("agent {} was silent for {} s; others take its trials over", name,
                                  options_.lease_seconds));
      }
    }
    if (options_.on_dismissed && queue_.orders().leave) {
      options_.on_dismissed();
    }
  }
  const auto epochs = std::ranges::count_if(
      events, [](const Event& event) { return std::holds_alternative<TrialEpoch>(event); });
  looked(now, before - open_.size() + static_cast<std::size_t>(epochs));
  look_interval_ = events.empty()
                       ? std::min(look_interval_ * kGrowth, options_.longest_look_seconds)
                       : options_.shortest_look_seconds;
  next_look_ = now + look_interval_;
}

void QueueExecutor::look_at_claims(const ClaimList& claims, std::vector<Event>& events) {
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
      events.emplace_back(TrialProgress{trial, runs ? open.epochs_told + 1 : 0, 0, 0, 0.0});
      runs ? (void)running_.insert(trial) : (void)running_.erase(trial);
    }
  }
  std::vector<std::string> gone;  // claimed no more: over, or dropped before they were begun
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
    running_.erase(trial);
    if (open.cancelled && !open.running) {
      events.emplace_back(WorkerLost{trial, "cancelled", sweep::FailureCause::kSignal});
      in_file_[open.file].erase(trial);
      cancelled_.erase(trial);
      open_.erase(trial);
    }
  }
}

/// A file that has gone says that all its trials are over; if one is not, it is to be queued again.
void QueueExecutor::look_at_files(std::vector<Event>& events) {
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
        running_.erase(trial);
        open_.erase(trial);
        events.emplace_back(TrialPaused{trial, 0});
      }
    }
    in_file_.erase(file);
  }
}

void QueueExecutor::look_at_some(std::vector<Event>& events) {
  std::vector<std::string> some;
  auto next = open_.upper_bound(some_cursor_);
  for (std::size_t i = 0; i < open_.size() && some.size() < kSome; ++i, ++next) {
    if (next == open_.end()) {
      next = open_.begin();
    }
    if (!next->second.running) {
      some.push_back(next->first);
      some_cursor_ = next->first;
    }
  }
  for (const std::string& trial : some) {
    (void)close_if_over(trial, events);
  }
}

void QueueExecutor::look_at_epochs(std::vector<Event>& events) {
  std::size_t asked = 0;
  for (auto trial = running_.upper_bound(epochs_cursor_);
       trial != running_.end() && asked < kEpochFiles; ++trial, ++asked) {
    tell_epochs(*trial, open_.find(*trial)->second, events);
    epochs_cursor_ = *trial;
  }
  if (asked < kEpochFiles) {
    epochs_cursor_.clear();
  }
}

void QueueExecutor::tell_epochs(const std::string& trial, Open& open, std::vector<Event>& events) {
  const auto text = files_.read(epochs_file(trial));
  if (!text) {
    return;
  }
  try {
    for (const sweep::EpochMetrics& metrics : sweep::parse_epochs(*text)) {
      if (metrics.epoch > open.epochs_told) {
        open.epochs_told = metrics.epoch;
        events.emplace_back(TrialEpoch{trial, metrics});
      }
    }
  } catch (const Error&) {
    // Its worker or a report will say what is wrong with the file.
  }
}

bool QueueExecutor::close_if_over(const std::string& trial, std::vector<Event>& events) {
  const auto text = files_.read(result_file(trial));
  if (!text) {
    return false;
  }
  const auto found = open_.find(trial);
  if (found == open_.end()) {
    return true;
  }
  tell_epochs(trial, found->second, events);
  const sweep::TrialResult result = sweep::trial_result_from_json(sweep::parse_json(*text));
  if (result.failure && result.failure->cause != sweep::FailureCause::kException) {
    events.emplace_back(WorkerLost{trial, result.reason, result.failure->cause});
  } else {
    events.emplace_back(TrialFinished{result});
  }
  in_file_[found->second.file].erase(trial);
  running_.erase(trial);
  cancelled_.erase(trial);
  open_.erase(found);
  return true;
}

}  // namespace firesweep::runners

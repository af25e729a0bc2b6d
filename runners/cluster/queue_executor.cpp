#include "runners/cluster/queue_executor.h"

#include <algorithm>
#include <iterator>
#include <stdexcept>
#include <variant>

#include <fmt/format.h>

#include "base/error.h"
#include "base/json_fields.h"

namespace firesweep::runners::cluster {
namespace {

constexpr double kGrowth = 1.5;
constexpr double kWatchesPerLease = 4.0;
constexpr double kFilesInterval = 4.0;  // scans for one listing of the queue's files

/// How many running trials' epochs are read per scan, and how often each one's.
constexpr std::size_t kEpochFiles = 8;
constexpr double kEpochsPerLease = 3.0;

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
      scan_interval_(options_.min_scan_seconds) {
  find_queued();
  const JobQueue::Commands earlier = queue_.commands();
  commands_changed_ = earlier.exit || !earlier.dropped.empty();
  if (options_.in_sweep) {
    drop_stale_trials();
  }
}

void QueueExecutor::find_queued() {
  for (const std::string& file : queue_.files()) {
    if (const auto jobs = queue_.read(file)) {
      for (const QueuedJob& job : *jobs) {
        const std::string key = key_of(job.job);
        queued_[key] = file;
        order_[file].push_back(key);
      }
    }
  }
}

/// Files with nothing else left are removed at once: there may be no agent left.
void QueueExecutor::drop_stale_trials() {
  std::vector<std::string> through;
  for (const auto& [file, keys] : order_) {
    const std::size_t before = commands_.dropped.size();
    for (const std::string& key : keys) {
      if (!options_.in_sweep(trial_of_key(key))) {
        commands_.dropped.emplace(trial_of_key(key));
      }
    }
    const auto gone = [this](const std::string& key) {
      const std::string_view trial = trial_of_key(key);
      return commands_.dropped.count(trial) > 0 || files_.exists(result_file(trial));
    };
    if (commands_.dropped.size() > before && std::ranges::all_of(keys, gone)) {
      through.push_back(file);
    }
  }
  commands_changed_ = commands_changed_ || !commands_.dropped.empty();
  for (const std::string& file : through) {
    queue_.retire(file);
    for (const std::string& key : order_[file]) {
      queued_.erase(key);
    }
    order_.erase(file);
  }
}

std::size_t QueueExecutor::free_slots() const {
  return options_.capacity - std::min(options_.capacity, open_.size());
}

void QueueExecutor::submit(const jobs::Job& job) {
  if (free_slots() == 0) {
    throw std::logic_error("submit without a free slot");
  }
  commands_changed_ = commands_.dropped.erase(job.id) > 0 || commands_changed_;
  Open& open = open_[job.id];
  if (const auto* const train = std::get_if<jobs::TrainJob>(&job.payload)) {
    open.first_epoch = train->from_epoch + 1;
    open.epochs_reported = train->from_epoch;
  }
  open.trains = trains(job);
  open.key = key_of(job);
  open.rung = rung_of(job);
  const auto queued = queued_.find(open.key);
  if (queued != queued_.end()) {
    open.file = queued->second;
    in_file_[open.file].insert(job.id);
    return;
  }
  auto [label, cost] =
      options_.describe ? options_.describe(job.id) : std::pair<std::string, double>(job.id, 0.0);
  waiting_.push_back({job, std::move(label), cost});
}

void QueueExecutor::publish() {
  if (commands_changed_) {
    queue_.send(commands_);
    commands_changed_ = false;
  }
  if (waiting_.empty()) {
    return;
  }
  const std::vector<std::string> files = queue_.publish(waiting_, options_.agents);
  for (std::size_t i = 0; i < waiting_.size(); ++i) {
    const std::string& trial = waiting_[i].job.id;
    Open& open = open_[trial];
    open.file = queued_[open.key] = files[i];
    in_file_[files[i]].insert(trial);
    order_[files[i]].push_back(open.key);
  }
  waiting_.clear();
  scan_interval_ = options_.min_scan_seconds;
}

std::vector<jobs::Event> QueueExecutor::poll(std::chrono::milliseconds timeout) {
  std::vector<jobs::Event> events;
  publish();
  const double now = options_.clock();
  if (!open_.empty() && now >= next_scan_) {
    scan(now, events);
  }
  if (events.empty() && options_.sleep) {
    options_.sleep(timeout);
  }
  return events;
}

void QueueExecutor::cancel(std::string_view job_id) {
  const auto found = open_.find(job_id);
  if (found == open_.end() || found->second.cancelled) {
    return;
  }
  found->second.cancelled = true;
  cancelled_.insert(found->first);
  commands_changed_ = commands_.dropped.insert(found->first).second || commands_changed_;
  next_scan_ = 0.0;
}

void QueueExecutor::scan(double now, std::vector<jobs::Event>& events) {
  const std::size_t before = open_.size();
  scan_claims(claims_.list(), now, events);
  if (now >= next_files_) {
    next_files_ = now + kFilesInterval * scan_interval_;
    scan_files(events);
    scan_one(events);
  }
  scan_epochs(now, events);
  if (now >= next_watch_) {
    next_watch_ = now + options_.lease_seconds / kWatchesPerLease;
    for (const std::string& name : watch_.scan(now)) {
      if (options_.note) {
        options_.note(fmt::format("agent {} was silent for {} s; others reclaim its trials", name,
                                  options_.lease_seconds));
      }
    }
    if (options_.on_cancelled && queue_.commands().exit) {
      options_.on_cancelled();
    }
  }
  const auto epochs = std::ranges::count_if(events, [](const jobs::Event& event) {
    return std::holds_alternative<jobs::TrialEpoch>(event);
  });
  on_scanned(now, before - open_.size() + static_cast<std::size_t>(epochs));
  scan_interval_ = events.empty() ? std::min(scan_interval_ * kGrowth, options_.max_scan_seconds)
                                  : std::max(scan_interval_ / kGrowth, options_.min_scan_seconds);
  next_scan_ = now + scan_interval_;
}

// --- What is found in the directory: what has started, what is finished, what is gone.

void QueueExecutor::scan_claims(const ClaimList& claims, double now,
                                std::vector<jobs::Event>& events) {
  std::vector<std::string> started;
  for (const auto& [key, generation] : claims) {
    const std::string trial(trial_of_key(key));
    const auto found = open_.find(trial);
    if (found == open_.end() || found->second.key != key ||
        found->second.generation == generation) {
      continue;
    }
    Open& open = found->second;
    open.generation = generation;
    // The first one is always an agent's.
    const bool runs = generation == 1 || claims_.owner(key, generation) != Claims::kFree;
    runs ? (void)claimed_.insert(trial) : (void)claimed_.erase(trial);
    if (runs != open.running) {
      open.running = runs;
      events.emplace_back(
          jobs::TrialProgress{trial, runs ? open.epochs_reported + 1 : 0, 0, 0, 0.0});
    }
    if (runs) {
      started.push_back(trial);
      open.next_epochs = now + options_.lease_seconds / kEpochsPerLease;
      epochs_due_.emplace_back(open.next_epochs, trial);
    }
  }
  for (const std::string& trial : started) {
    scan_neighbors(trial, claims, events);
  }
  scan_unclaimed(claims, events);
}

/// Agents go through a file in order. What is before a started trial and unclaimed
/// was claimed and finished between two scans; what is behind it, if the agent comes from the end.
void QueueExecutor::scan_neighbors(const std::string& trial, const ClaimList& claims,
                                   std::vector<jobs::Event>& events) {
  const Open& started = open_.find(trial)->second;
  const std::vector<std::string> order = order_[started.file];
  const auto place = std::ranges::find(order, started.key);
  const auto passed = [&](const std::string& key) {
    const auto other = open_.find(trial_of_key(key));
    return other != open_.end() && other->second.key == key && claims.count(key) == 0;
  };
  const auto finished = [&](const std::string& key) {
    return close_if_done(std::string(trial_of_key(key)), events);
  };
  auto before = place;
  while (before != order.begin() && passed(*std::prev(before)) && finished(*std::prev(before))) {
    --before;
  }
  if (before != place || place == order.end() || place == order.begin() ||
      !passed(*std::prev(place))) {
    return;
  }
  for (auto behind = std::next(place); behind != order.end() && passed(*behind); ++behind) {
    if (!finished(*behind)) {
      return;
    }
  }
}

/// No longer claimed: finished, or dropped before they were started.
void QueueExecutor::scan_unclaimed(const ClaimList& claims, std::vector<jobs::Event>& events) {
  std::vector<std::string> gone;
  for (const std::string& trial : claimed_) {
    const auto open = open_.find(trial);
    if (open == open_.end() || claims.count(open->second.key) == 0) {
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
    if (open_.count(trial) == 0 || close_if_done(trial, events)) {
      continue;
    }
    Open& open = open_.find(trial)->second;
    open.generation = 0;
    open.running = false;
    if (open.cancelled) {
      events.emplace_back(jobs::WorkerCrashed{trial, "cancelled", sweep::FailureCause::kSignal});
      forget(trial);
    }
  }
}

/// All jobs of a file that is gone are done; one that is not must be queued again.
void QueueExecutor::scan_files(std::vector<jobs::Event>& events) {
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
      if (!close_if_done(trial, events)) {  // the file was removed by hand
        queued_.erase(open_.find(trial)->second.key);
        forget(trial);
        events.emplace_back(jobs::TrialPaused{trial, 0});
      }
    }
    for (const std::string& key : order_[file]) {
      const auto queued = queued_.find(key);
      if (queued != queued_.end() && queued->second == file) {
        queued_.erase(queued);
      }
    }
    in_file_.erase(file);
    order_.erase(file);
  }
}

/// Checks one job per scan in turn: an agent may have died after writing a result.
void QueueExecutor::scan_one(std::vector<jobs::Event>& events) {
  auto next = open_.upper_bound(cursor_);
  next = next == open_.end() ? open_.begin() : next;
  if (next != open_.end()) {
    cursor_ = next->first;
    if (!next->second.running) {
      (void)close_if_done(cursor_, events);
    }
  }
}

void QueueExecutor::scan_epochs(double now, std::vector<jobs::Event>& events) {
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
    report_epochs(trial, found->second, events);
    found->second.next_epochs = now + options_.lease_seconds / kEpochsPerLease;
    epochs_due_.emplace_back(found->second.next_epochs, trial);
  }
}

void QueueExecutor::report_epochs(const std::string& trial, Open& open,
                                  std::vector<jobs::Event>& events) {
  const auto text = files_.read(epochs_file(trial));
  if (!text) {
    return;
  }
  try {
    for (const sweep::EpochMetrics& metrics : sweep::parse_epochs(*text)) {
      if (metrics.epoch > open.epochs_reported) {
        open.epochs_reported = metrics.epoch;
        events.emplace_back(jobs::TrialEpoch{trial, metrics});
      }
    }
  } catch (const Error&) {
    // Its worker or a report will name what is wrong with the file.
  }
}

bool QueueExecutor::close_if_done(const std::string& trial, std::vector<jobs::Event>& events) {
  const auto found = open_.find(trial);
  if (found == open_.end()) {
    return true;
  }
  Open& open = found->second;
  const auto text = files_.read(result_file(trial));
  if (!text && !open.trains) {
    return close_if_answered(trial, events);
  }
  if (!text) {
    if (open.rung == 0 || !files_.exists(rung_file(trial, open.rung))) {
      return false;
    }
    report_epochs(trial, open, events);
    events.emplace_back(jobs::TrialPaused{trial, open.rung});
    queued_.erase(open.key);
    forget(trial);
    return true;
  }
  std::optional<sweep::TrialResult> result;
  try {
    result = sweep::trial_result_from_json(base::parse_json(*text));
  } catch (const Error& error) {
    set_result_aside(trial, error.what());
    events.emplace_back(jobs::TrialPaused{trial, 0});
    queued_.erase(open.key);  // agents believe it is finished: it must be queued again
    forget(trial);
    return true;
  }
  report_epochs(trial, open, events);
  if (result->failure && result->failure->cause != sweep::FailureCause::kException) {
    events.emplace_back(jobs::WorkerCrashed{trial, result->reason, result->failure->cause});
  } else {
    events.emplace_back(jobs::TrialFinished{*result});
  }
  forget(trial);
  return true;
}

/// Of a job that trains no trial.
bool QueueExecutor::close_if_answered(const std::string& job_id, std::vector<jobs::Event>& events) {
  const auto text = files_.read(answer_file(job_id));
  if (!text) {
    return false;
  }
  try {
    jobs::Event answer = jobs::parse_event(*text);
    const std::string* const id = jobs::job_of(answer);
    if (id == nullptr || *id != job_id || !jobs::closes_job(answer)) {
      throw Error("it is not the end of this job");
    }
    events.push_back(std::move(answer));
  } catch (const Error& error) {
    files_.remove(answer_file(job_id));
    events.emplace_back(
        jobs::WorkerCrashed{job_id, fmt::format("{}: {}", answer_file(job_id), error.what()),
                            sweep::FailureCause::kProtocol});
  }
  queued_.erase(open_.find(job_id)->second.key);
  forget(job_id);
  return true;
}

/// The trial is no longer open.
void QueueExecutor::forget(const std::string& trial) {
  const auto found = open_.find(trial);
  in_file_[found->second.file].erase(trial);
  claimed_.erase(trial);
  cancelled_.erase(trial);
  open_.erase(found);
}

/// As `firesweep run` does with a result that it can't read.
void QueueExecutor::set_result_aside(const std::string& trial, std::string_view problem) {
  std::string aside;
  int number = 0;
  do {
    aside = fmt::format("trials/{}/unusable-{}.json", trial, ++number);
  } while (files_.exists(aside));
  (void)files_.rename(result_file(trial), aside);
  if (options_.note) {
    options_.note(fmt::format("{}: {}; renamed to {}, and the trial is queued again",
                              result_file(trial), problem, aside));
  }
}

}  // namespace firesweep::runners::cluster

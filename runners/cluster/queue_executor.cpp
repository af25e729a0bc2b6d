#include "runners/cluster/queue_executor.h"

#include <algorithm>
#include <stdexcept>
#include <variant>

#include <fmt/format.h>

#include "base/error.h"
#include "base/json_fields.h"

namespace firesweep::runners::cluster {
namespace {

constexpr double kGrowth = 1.5;
constexpr double kLooksPerLease = 4.0;
constexpr double kFilesInterval = 4.0;  // looks for one look at the queue's files

}  // namespace

QueueExecutor::QueueExecutor(SharedFiles& files, QueueExecutorOptions options)
    : files_(files),
      options_(std::move(options)),
      queue_(files),
      claims_(files),
      watch_(files, options_.lease_seconds),
      look_interval_(options_.shortest_look_seconds) {
  find_queued();
  const JobQueue::Orders earlier = queue_.orders();
  orders_changed_ = earlier.leave || !earlier.dropped.empty();
  if (options_.in_sweep) {
    drop_strangers();
  }
}

void QueueExecutor::find_queued() {
  for (const std::string& file : queue_.files()) {
    if (const auto jobs = queue_.read(file)) {
      for (const QueuedJob& job : *jobs) {
        queued_[job.job.trial_id] = file;
        order_[file].push_back(job.job.trial_id);
      }
    }
  }
}

/// Files in which nothing else is left go at once: perhaps no agent comes by any more.
void QueueExecutor::drop_strangers() {
  std::vector<std::string> through;
  for (const auto& [file, trials] : order_) {
    const std::size_t before = orders_.dropped.size();
    for (const std::string& trial : trials) {
      if (!options_.in_sweep(trial)) {
        orders_.dropped.insert(trial);
      }
    }
    const auto gone = [this](const std::string& trial) {
      return orders_.dropped.count(trial) > 0 || files_.exists(result_file(trial));
    };
    if (orders_.dropped.size() > before && std::ranges::all_of(trials, gone)) {
      through.push_back(file);
    }
  }
  orders_changed_ = orders_changed_ || !orders_.dropped.empty();
  for (const std::string& file : through) {
    queue_.retire(file);
    for (const std::string& trial : order_[file]) {
      queued_.erase(trial);
    }
    order_.erase(file);
  }
}

std::size_t QueueExecutor::free_slots() const {
  return options_.capacity - std::min(options_.capacity, open_.size());
}

void QueueExecutor::submit(const jobs::Job& submitted) {
  if (free_slots() == 0) {
    throw std::logic_error("submit without a free slot");
  }
  if (!std::holds_alternative<jobs::TrainJob>(submitted.payload)) {
    throw Error(fmt::format("job {} can't be queued: agents train trials", submitted.id));
  }
  const auto& job = std::get<jobs::TrainJob>(submitted.payload);
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
    order_[files[i]].push_back(trial);
  }
  waiting_.clear();
  look_interval_ = options_.shortest_look_seconds;
}

std::vector<jobs::Event> QueueExecutor::poll(std::chrono::milliseconds timeout) {
  std::vector<jobs::Event> events;
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

void QueueExecutor::cancel(std::string_view job_id) {
  const auto found = open_.find(job_id);
  if (found == open_.end() || found->second.cancelled) {
    return;
  }
  found->second.cancelled = true;
  cancelled_.insert(found->first);
  orders_changed_ = orders_.dropped.insert(found->first).second || orders_changed_;
  next_look_ = 0.0;
}

void QueueExecutor::look(double now, std::vector<jobs::Event>& events) {
  const std::size_t before = open_.size();
  look_at_claims(claims_.list(), now, events);
  if (now >= next_files_) {
    next_files_ = now + kFilesInterval * look_interval_;
    look_at_files(events);
    look_at_one(events);
  }
  look_at_epochs(now, events);
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
  const auto epochs = std::ranges::count_if(events, [](const jobs::Event& event) {
    return std::holds_alternative<jobs::TrialEpoch>(event);
  });
  looked(now, before - open_.size() + static_cast<std::size_t>(epochs));
  look_interval_ = events.empty()
                       ? std::min(look_interval_ * kGrowth, options_.longest_look_seconds)
                       : std::max(look_interval_ / kGrowth, options_.shortest_look_seconds);
  next_look_ = now + look_interval_;
}

}  // namespace firesweep::runners::cluster

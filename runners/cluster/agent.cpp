#include "runners/cluster/agent.h"

#include <algorithm>
#include <utility>

#include "base/error.h"

namespace firesweep::runners::cluster {
namespace {

constexpr double kBeatsPerLease = 4.0;
constexpr std::size_t kFewAgents = 100;

}  // namespace

Agent::Agent(SharedFiles& files, AgentOptions options)
    : files_(files),
      options_(std::move(options)),
      queue_(files),
      claims_(files),
      watch_(files, options_.lease_seconds),
      presence_(std::make_unique<AgentPresence>(files, options_.identity)),
      random_(options_.seed),
      orders_(queue_.orders()),
      next_beat_(options_.clock() + options_.lease_seconds / kBeatsPerLease) {
  // Many are not listed by each of many.
  alone_ = load_board(files_).agents <= kFewAgents && files_.list("agents").size() <= 1;
  if (!alone_) {
    batches_ = queue_.batches();
  }
}

Agent::~Agent() {
  try {
    for (const auto& [trial, held] : held_) {
      if (!lost_) {
        claims_.give_back(trial, held.generation, held.file);
      }
    }
  } catch (const Error&) {
    // Others take it over after a lease.
  }
}

void Agent::tick() {
  const double now = options_.clock();
  if (now < next_beat_) {
    return;
  }
  next_beat_ = now + options_.lease_seconds / kBeatsPerLease;
  if (!lost_ && !presence_->beat()) {
    lost_ = true;
  }
  if (lost_ || presence_->called()) {
    orders_ = queue_.orders();
  }
  for (const std::string& trial : unwanted()) {
    if (std::erase(again_, trial) > 0) {
      paused(trial, 0);
    }
  }
}

std::vector<std::string> Agent::unwanted() const {
  std::vector<std::string> trials;
  for (const auto& [trial, held] : held_) {
    if (lost_ || orders_.leave || orders_.dropped.count(trial) > 0) {
      trials.push_back(trial);
    }
  }
  return trials;
}

std::vector<std::string> Agent::held() const {
  std::vector<std::string> trials;
  for (const auto& [trial, held] : held_) {
    trials.push_back(trial);
  }
  return trials;
}

jobs::TrainJob Agent::job(const schedule::Assignment& assignment) const {
  return held_.find(assignment.trial_id)->second.job.job;
}

schedule::Assignment Agent::hand_out(const QueuedJob& job) const {
  if (options_.on_taken) {
    options_.on_taken(job);
  }
  return {job.job.trial_id, job.job.from_epoch, job.job.to_epoch};
}

std::size_t Agent::remaining() const {
  return held_.size() + (done_ || orders_.leave ? 0U : 1U);
}

void Agent::epoch_reported(std::string_view, const sweep::EpochMetrics&) {
  ++epochs_;
}

void Agent::paused(std::string_view trial_id, std::int64_t) {
  const auto found = held_.find(trial_id);
  if (found == held_.end()) {
    return;
  }
  if (!lost_ && !orders_.leave && orders_.dropped.count(found->first) == 0) {
    again_.emplace_back(trial_id);  // or given back at the end, should this agent be stopping
    return;
  }
  const Held held = std::move(found->second);
  const std::string trial = found->first;
  held_.erase(found);
  if (lost_) {
    return;
  }
  if (orders_.dropped.count(trial) > 0) {
    claims_.finish(trial, held.generation);
    mark_over(trial);
  } else {
    claims_.give_back(trial, held.generation, held.file);
  }
}

void Agent::finished(const sweep::TrialResult& result) {
  const auto found = held_.find(result.id);
  if (found == held_.end()) {
    return;
  }
  if (!lost_) {
    claims_.finish(result.id, found->second.generation);
  }
  held_.erase(found);
  mark_over(result.id);
}

void Agent::mark_over(std::string_view trial) {
  const auto place = places_.find(std::string(trial));
  if (place == places_.end()) {
    return;
  }
  const std::string file = place->second.file;
  entries_.at(file)[place->second.index].over = true;
  if (file != current_.file) {
    retire_if_over(file);
  }
}

/// Looks as long as it finds results: the last one of those who share a file finds all.
void Agent::retire_if_over(const std::string& name) {
  const auto known = entries_.find(name);
  if (known == entries_.end()) {
    return;
  }
  for (Entry& entry : known->second) {
    if (!entry.over && (held_.count(entry.job.job.trial_id) > 0 || !is_over(entry))) {
      return;
    }
  }
  queue_.retire(name);
  for (const Entry& entry : known->second) {
    const std::string& trial = entry.job.job.trial_id;
    places_.erase(trial);
    if (const auto claim = claimed_elsewhere_.find(trial); claim != claimed_elsewhere_.end()) {
      claims_.finish(trial, claim->second);  // of one that died behind its result, perhaps
    }
  }
  entries_.erase(known);
}

std::optional<schedule::Assignment> Agent::next() {
  if (lost_) {
    if (!held_.empty()) {
      return std::nullopt;
    }
    start_again();
  }
  if (orders_.leave || done_) {
    return std::nullopt;
  }
  if (!again_.empty()) {
    const std::string trial = std::move(again_.back());
    again_.pop_back();
    return hand_out(held_.at(trial).job);
  }
  const double now = options_.clock();
  if (now < next_look_) {
    return std::nullopt;
  }
  if (auto taken = go_on()) {
    return taken;
  }
  return look(now);
}

/// Under a new name, as one that has just come.
void Agent::start_again() {
  presence_ = std::make_unique<AgentPresence>(files_, options_.identity);
  orders_ = queue_.orders();
  again_.clear();
  idle_since_.reset();
  watches_.reset();
  lost_ = false;
}

}  // namespace firesweep::runners::cluster

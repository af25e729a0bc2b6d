#include "runners/cluster/agent.h"

#include <algorithm>
#include <cmath>
#include <utility>

#include <fmt/format.h>

#include "sweep/error.h"

namespace firesweep::runners {
namespace {

constexpr double kBeatsPerLease = 6.0;
constexpr double kShortestWait = 0.5;  // seconds between two looks at a queue that has nothing
constexpr std::size_t kFilesPerLook = 16;
/// Of other agents' claims, how many one looks into at once: idle agents share the watch.
constexpr std::size_t kClaimsPerLook = 64;

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
      next_beat_(options_.clock() + options_.lease_seconds / kBeatsPerLease) {}

Agent::~Agent() {
  try {
    for (const auto& [trial, held] : held_) {
      if (!lost_) {
        claims_.give_back(trial, held.generation);
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
  orders_ = queue_.orders();
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

TrainJob Agent::job(const Assignment& assignment) const {
  return held_.find(assignment.trial_id)->second.job.job;
}

Assignment Agent::hand_out(const QueuedJob& job) const {
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
  if (!lost_) {
    claims_.give_back(trial_id, found->second.generation);
  }
  held_.erase(found);
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
  retire_if_over(file);
}

void Agent::retire_if_over(const std::string& name) {
  const std::vector<Entry>& entries = entries_.at(name);
  if (std::ranges::all_of(entries, &Entry::over)) {
    queue_.retire(name);
  }
}

std::optional<Assignment> Agent::next() {
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
  if (!current_.empty()) {
    if (auto taken = take_from(std::exchange(current_, {}))) {
      return taken;
    }
  }
  return look(now);
}

/// Under a new name, as one that has just come.
void Agent::start_again() {
  presence_ = std::make_unique<AgentPresence>(files_, options_.identity);
  again_.clear();
  idle_since_.reset();
  lost_ = false;
}

std::optional<Assignment> Agent::look(double now) {
  std::vector<std::string> names = queue_.files();
  queue_empty_ = names.empty();
  if (names.empty()) {
    done_ = true;
    return std::nullopt;
  }
  claimed_ = claims_.list();
  watch_.look(now);
  auto taken = take_from_queue(std::move(names));
  if (!taken) {
    taken = take_over();
  }
  if (taken) {
    idle_since_.reset();
  } else {
    wait_longer(now);
  }
  return taken;
}

/// Near the queue's front, so that costly trials begin early, but not all agents at one file.
std::optional<Assignment> Agent::take_from_queue(std::vector<std::string> names) {
  const double agents = static_cast<double>(std::max<std::size_t>(1, watch_.count()));
  const double wanted = 2.0 * agents * static_cast<double>(options_.identity.jobs);
  const auto window =
      static_cast<std::size_t>(std::ceil(wanted / static_cast<double>(kJobsPerFile)));
  for (std::size_t i = 0; i < kFilesPerLook && !names.empty(); ++i) {
    const auto position = static_cast<std::ptrdiff_t>(random_() % std::min(window, names.size()));
    const std::string name = names[static_cast<std::size_t>(position)];
    if (auto taken = take_from(name)) {
      return taken;
    }
    names.erase(names.begin() + position);
  }
  return std::nullopt;
}

std::vector<Agent::Entry>* Agent::entries_of(const std::string& name) {
  const auto known = entries_.find(name);
  if (known != entries_.end()) {
    return &known->second;
  }
  auto jobs = queue_.read(name);
  if (!jobs) {
    return nullptr;  // retired since it was listed
  }
  std::vector<Entry>& entries = entries_[name];
  for (QueuedJob& job : *jobs) {
    places_[job.job.trial_id] = {name, entries.size()};
    entries.push_back({std::move(job), false});
  }
  return &entries;
}

std::optional<Assignment> Agent::take_from(const std::string& name) {
  std::vector<Entry>* const entries = entries_of(name);
  if (entries == nullptr || entries->empty()) {
    return std::nullopt;
  }
  // With others about, anywhere in the file: at its front all would want the same one.
  const std::size_t first = watch_.count() > 1 ? random_() % entries->size() : 0;
  for (std::size_t i = 0; i < entries->size(); ++i) {
    Entry& entry = (*entries)[(first + i) % entries->size()];
    const std::string& trial = entry.job.job.trial_id;
    if (!entry.over && held_.count(trial) == 0 && claimed_.count(trial) == 0 && take(entry, 0)) {
      current_ = name;
      return hand_out(entry.job);
    }
  }
  retire_if_over(name);
  return std::nullopt;
}

bool Agent::take(Entry& entry, int generation) {
  const std::string& trial = entry.job.job.trial_id;
  if (orders_.dropped.count(trial) > 0 || files_.exists(result_file(trial))) {
    entry.over = true;
    return false;
  }
  if (!claims_.claim(trial, generation, presence_->name())) {
    claimed_[trial] = generation + 1;
    return false;
  }
  if (files_.exists(result_file(trial))) {  // came to its end between look and claim
    entry.over = true;
    claims_.finish(trial, generation + 1);
    return false;
  }
  held_[trial] = {generation + 1, entry.job};
  return true;
}

/// Trials given back, or claimed by agents that are gone.
std::optional<Assignment> Agent::take_over() {
  std::vector<std::pair<std::string, int>> others;
  for (const auto& [trial, generation] : claimed_) {
    if (held_.count(trial) == 0 && places_.count(trial) > 0) {
      others.emplace_back(trial, generation);
    }
  }
  std::ranges::shuffle(others, random_);
  others.resize(std::min(others.size(), kClaimsPerLook));
  for (const auto& [trial, generation] : others) {
    std::string& owner = owners_[fmt::format("{}.{}", trial, generation)];
    if (owner.empty()) {
      owner = claims_.owner(trial, generation).value_or("");
    }
    if (owner.empty() || watch_.alive(owner)) {
      continue;  // just over, or in good hands
    }
    const Place& place = places_.at(trial);
    Entry& entry = entries_.at(place.file)[place.index];
    if (entry.over || !take(entry, generation)) {
      continue;
    }
    if (owner != Claims::kFree && options_.on_takeover && !options_.on_takeover(entry.job, owner)) {
      claims_.finish(trial, generation + 1);
      held_.erase(trial);
      entry.over = true;
      continue;
    }
    return hand_out(entry.job);
  }
  return std::nullopt;
}

/// After a lease of watching nothing but agents that go on, it leaves the rest to them.
void Agent::wait_longer(double now) {
  idle_since_ = idle_since_.value_or(now);
  const double idle = now - *idle_since_;
  next_look_ = now + std::clamp(idle / 2.0, std::min(kShortestWait, options_.lease_seconds / 10.0),
                                options_.lease_seconds / 3.0);
  done_ = held_.empty() && idle > 1.5 * options_.lease_seconds;
}

}  // namespace firesweep::runners

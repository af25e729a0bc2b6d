// Which trial next: of files nobody has begun, of files that others have, of agents that are lost.
#include <algorithm>
#include <utility>

#include <fmt/format.h>

#include "runners/cluster/agent.h"

namespace firesweep::runners {
namespace {

constexpr double kShortestWait = 0.5;  // seconds between two looks at a queue that has nothing
/// The more agents look, the longer each waits.
constexpr double kWaitPerAgent = 0.005;
constexpr std::size_t kGuesses = 8;
constexpr std::size_t kLooksToHelp = 5;
constexpr std::size_t kFilesToHelp = 4;  // at once
constexpr std::size_t kFilesRemembered = 64;
constexpr std::size_t kMisses = 3;  // files that others begin meanwhile, until it lists anew
/// Of other agents' claims, how many one looks into at once: idle agents share the watch.
constexpr std::size_t kClaimsPerLook = 64;
/// Idle agents that stay to take over from lost ones: some, and more if many trials run.
constexpr double kFewestWatchers = 8.0;
constexpr double kWatchersPerTrial = 0.05;

}  // namespace

/// Everything is listed only when what is known of it has nothing any more.
std::optional<Assignment> Agent::look(double now) {
  if (auto taken = guess_file()) {
    return taken;
  }
  if (auto taken = begin_file()) {
    return taken;
  }
  look_at_queue();
  if (queue_empty_) {
    done_ = true;
    return std::nullopt;
  }
  auto taken = begin_file();
  if (!taken) {
    taken = help(now);
  }
  if (taken) {
    idle_since_.reset();
  }
  return taken;
}

void Agent::look_at_queue() {
  JobQueue::Files files = queue_.look();
  queue_empty_ = files.empty();
  if (!alone_) {
    std::ranges::shuffle(files.untouched, random_);
  }
  std::ranges::shuffle(files.begun, random_);
  files.untouched.resize(std::min(files.untouched.size(), kFilesRemembered));
  files.begun.resize(std::min(files.begun.size(), kFilesRemembered));
  names_.assign(files.untouched.rbegin(), files.untouched.rend());
  begun_ = std::move(files.begun);
}

/// With files that others have begun: where much is left, then whatever is left of a few, then what
/// nobody holds any more.
std::optional<Assignment> Agent::help(double now) {
  const std::size_t few = std::min(kFilesToHelp, begun_.size());
  for (std::size_t i = 0; i < few; ++i) {
    if (auto taken = help_with(begun_[i])) {
      return taken;
    }
  }
  const ClaimList claimed = claims_.list();
  claimed_elsewhere_ = claimed;
  watch_.look(now);
  alone_ = watch_.count() <= 1;
  for (std::size_t i = 0; i < few; ++i) {
    if (auto taken = take_any_of(begun_[i])) {
      return taken;
    }
  }
  auto taken = take_over(claimed);
  if (!taken) {
    wait_longer(now, claimed.size());
  }
  return taken;
}

std::optional<Assignment> Agent::begin_file() {
  for (std::size_t misses = 0; !names_.empty() && misses < kMisses; ++misses) {
    const std::string name = std::move(names_.back());
    names_.pop_back();
    if (auto taken = begin(name)) {
      return taken;
    }
  }
  names_.clear();
  return std::nullopt;
}

std::optional<Assignment> Agent::begin(const std::string& name) {
  if (!queue_.begin(name, presence_->name())) {
    return std::nullopt;
  }
  auto taken = take_any_of(name);
  if (!taken && entries_.count(name) == 0) {
    queue_.retire(name);  // it was through before we marked it
  }
  return taken;
}

/// While most files have not been begun, any number will do; to list thousands of names for one is
/// dear.
std::optional<Assignment> Agent::guess_file() {
  for (std::size_t guess = 0; guess < kGuesses && !batches_.empty(); ++guess) {
    const JobQueue::Batch& batch = batches_[random_() % batches_.size()];
    if (auto taken = begin(batch.file(batch.first + random_() % (batch.last - batch.first + 1)))) {
      return taken;
    }
  }
  batches_.clear();  // few are left: from now on it lists them
  return std::nullopt;
}

std::optional<Assignment> Agent::take(const std::string& name, std::size_t index, bool backwards) {
  Entry& entry = entries_.at(name)[index];
  const std::string& trial = entry.job.job.trial_id;
  if (entry.over || held_.count(trial) > 0 || claimed_elsewhere_.count(trial) > 0 ||
      !claim(entry, 0)) {
    return std::nullopt;
  }
  current_ = {name, index, backwards};
  return hand_out(entry.job);
}

/// Whoever began the file goes from its front to its end; where much is left, one of a few looks
/// finds it. From there this agent goes towards the other one.
std::optional<Assignment> Agent::help_with(const std::string& name) {
  const std::vector<Entry>* const entries = entries_of(name);
  if (entries == nullptr) {
    return std::nullopt;
  }
  const std::size_t count = entries->size();
  const std::size_t step = std::max<std::size_t>(1, count / kLooksToHelp);
  for (std::size_t behind = 1; behind <= count; behind += step) {
    if (auto taken = take(name, count - behind, true)) {
      return taken;
    }
  }
  return std::nullopt;
}

/// The next one of the file it is at.
std::optional<Assignment> Agent::go_on() {
  const Current at = std::exchange(current_, {});
  const auto known = entries_.find(at.file);
  if (known == entries_.end()) {
    return std::nullopt;
  }
  if (at.backwards) {
    return at.index > 0 ? take(at.file, at.index - 1, true) : std::nullopt;
  }
  for (std::size_t index = at.index + 1; index < known->second.size(); ++index) {
    if (auto taken = take(at.file, index, false)) {
      return taken;
    }
  }
  retire_if_over(at.file);
  return std::nullopt;
}

/// The first one that can be had.
std::optional<Assignment> Agent::take_any_of(const std::string& name) {
  const std::vector<Entry>* const entries = entries_of(name);
  const std::size_t count = entries == nullptr ? 0 : entries->size();
  for (std::size_t index = 0; index < count; ++index) {
    if (auto taken = take(name, index, false)) {
      return taken;
    }
  }
  retire_if_over(name);
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

bool Agent::claim(Entry& entry, int generation) {
  const std::string& trial = entry.job.job.trial_id;
  if (orders_.dropped.count(trial) > 0 || files_.exists(result_file(trial))) {
    entry.over = true;
    return false;
  }
  if (!claims_.claim(trial, generation, presence_->name())) {
    claimed_elsewhere_[trial] = generation + 1;
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
std::optional<Assignment> Agent::take_over(const ClaimList& claimed) {
  std::vector<std::pair<std::string, int>> others;
  for (const auto& [trial, generation] : claimed) {
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
    if (entry.over || !claim(entry, generation)) {
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

/// After a lease of watching nothing but agents that go on, it leaves the rest to them; at once if
/// far more are idle than will ever be needed.
void Agent::wait_longer(double now, std::size_t claimed) {
  const auto agents = static_cast<double>(watch_.count());
  const auto running = static_cast<double>(claimed);
  const double idle_agents = agents - running / static_cast<double>(options_.identity.jobs);
  const double watchers = std::max(kFewestWatchers, kWatchersPerTrial * running);
  const bool spare = idle_agents > watchers &&
                     std::uniform_real_distribution<>(0.0, idle_agents)(random_) > watchers;
  idle_since_ = idle_since_.value_or(now);
  const double idle = now - *idle_since_;
  const double longest = options_.lease_seconds / 3.0;
  const double shortest = std::min(std::max(kShortestWait, kWaitPerAgent * agents), longest / 3.0);
  next_look_ = now + std::clamp(idle / 2.0, shortest, longest);
  done_ = held_.empty() && (spare || idle > 1.5 * options_.lease_seconds);
}

}  // namespace firesweep::runners

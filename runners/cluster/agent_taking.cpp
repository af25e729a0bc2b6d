// How an agent takes a trial: of files it begins, of files that others have, of agents that are
// lost.
#include <algorithm>
#include <utility>

#include "runners/cluster/agent.h"

namespace firesweep::runners::cluster {
namespace {

constexpr std::size_t kGuesses = 5;
constexpr std::size_t kMisses = 3;  // files that others begin meanwhile, until it looks anew
/// Of a file that others have, how far it looks from where something was left.
constexpr std::size_t kLooksToHelp = 2;

}  // namespace

std::optional<schedule::Assignment> Agent::begin_file() {
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

std::optional<schedule::Assignment> Agent::begin(const std::string& name) {
  if (!queue_.begin(name, presence_->name())) {
    return std::nullopt;
  }
  auto taken = take_any_of(name);
  if (!taken && entries_.count(name) == 0) {
    queue_.unmark(name);  // it was through before we marked it
  }
  return taken;
}

/// While most files have not been begun, any number will do; to list thousands of names for one is
/// dear.
std::optional<schedule::Assignment> Agent::guess_file() {
  for (std::size_t guess = 0; guess < kGuesses && !batches_.empty(); ++guess) {
    const JobQueue::Batch& batch = batches_[random_() % batches_.size()];
    if (auto taken = begin(batch.file(batch.first + random_() % (batch.last - batch.first + 1)))) {
      return taken;
    }
  }
  batches_.clear();  // few are left: from now on it is told of them, or looks
  return std::nullopt;
}

std::optional<schedule::Assignment> Agent::take(const std::string& name, std::size_t index,
                                                Way way) {
  Entry& entry = entries_.at(name)[index];
  const std::string& trial = entry.job.job.trial_id;
  if (entry.over || held_.count(trial) > 0 || claimed_elsewhere_.count(trial) > 0 ||
      !claim(name, entry, 0, way)) {
    return std::nullopt;
  }
  current_ = {name, index, way};
  return hand_out(entry.job);
}

/// Whoever began the file goes from its front to its end; this agent comes towards it.
std::optional<schedule::Assignment> Agent::help_with(const Board::Open& open) {
  const std::vector<Entry>* const entries = entries_of(open.file);
  if (entries == nullptr || open.index >= entries->size()) {
    return std::nullopt;
  }
  const std::size_t tries = std::min(kLooksToHelp, open.index + 1);
  for (std::size_t behind = 0; behind < tries; ++behind) {
    // That the first one is not over was known when it was told.
    const Way way = behind == 0 ? Way::kOwn : Way::kHelping;
    if (auto taken = take(open.file, open.index - behind, way)) {
      current_.way = Way::kHelping;
      return taken;
    }
  }
  return std::nullopt;
}

/// The next one of the file it is at.
std::optional<schedule::Assignment> Agent::go_on() {
  const Current at = std::exchange(current_, {});
  const auto known = entries_.find(at.file);
  if (known == entries_.end()) {
    return std::nullopt;
  }
  if (at.way == Way::kHelping) {
    return at.index > 0 ? take(at.file, at.index - 1, at.way) : std::nullopt;
  }
  Way way = Way::kOwn;
  for (std::size_t index = at.index + 1; index < known->second.size(); ++index) {
    if (auto taken = take(at.file, index, way)) {
      current_.way = Way::kOwn;
      return taken;
    }
    way = Way::kHelping;  // it has met others, who are through with more perhaps
  }
  retire_if_over(at.file);
  return std::nullopt;
}

/// The first one that can be had, of a file this agent has begun.
std::optional<schedule::Assignment> Agent::take_any_of(const std::string& name) {
  const std::vector<Entry>* const entries = entries_of(name);
  const std::size_t count = entries == nullptr ? 0 : entries->size();
  for (std::size_t index = 0; index < count; ++index) {
    if (auto taken = take(name, index, Way::kOwn)) {
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
    return nullptr;  // retired since it was named
  }
  std::vector<Entry>& entries = entries_[name];
  for (QueuedJob& job : *jobs) {
    places_[job.job.trial_id] = {name, entries.size()};
    entries.push_back({std::move(job), false});
  }
  return &entries;
}

bool Agent::is_over(Entry& entry) {
  const std::string& trial = entry.job.job.trial_id;
  entry.over = entry.over || orders_.dropped.count(trial) > 0 || files_.exists(result_file(trial));
  return entry.over;
}

bool Agent::claim(const std::string& file, Entry& entry, int generation, Way way) {
  const std::string& trial = entry.job.job.trial_id;
  if (orders_.dropped.count(trial) > 0 || (way == Way::kHelping && is_over(entry))) {
    entry.over = true;
    return false;
  }
  if (!claims_.claim(trial, generation, presence_->name(), file)) {
    claimed_elsewhere_[trial] = generation + 1;
    return false;
  }
  if (is_over(entry)) {  // came to its end before
    claims_.finish(trial, generation + 1);
    return false;
  }
  held_[trial] = {generation + 1, entry.job, file};
  return true;
}

/// What an agent held that is lost, or has given it back.
std::optional<schedule::Assignment> Agent::take_over(const Board::Open& open) {
  std::vector<Entry>* const entries = entries_of(open.file);
  if (entries == nullptr || open.index >= entries->size()) {
    return std::nullopt;
  }
  Entry& entry = (*entries)[open.index];
  const std::string& trial = entry.job.job.trial_id;
  if (entry.over || held_.count(trial) > 0) {
    return std::nullopt;
  }
  const auto holder = claims_.holder(trial, open.generation);
  if (!holder || !claim(open.file, entry, open.generation, Way::kHelping)) {
    retire_if_over(open.file);  // its agent died behind the last result, perhaps
    return std::nullopt;
  }
  if (holder->agent != Claims::kFree && options_.on_takeover &&
      !options_.on_takeover(entry.job, holder->agent)) {
    claims_.finish(trial, open.generation + 1);
    held_.erase(trial);
    entry.over = true;
    return std::nullopt;
  }
  return hand_out(entry.job);
}

}  // namespace firesweep::runners::cluster

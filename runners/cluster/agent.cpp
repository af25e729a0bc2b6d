#include "runners/cluster/agent.h"

#include <algorithm>
#include <utility>
#include <variant>

#include <fmt/format.h>

#include "base/error.h"

namespace firesweep::runners::cluster {
namespace {

constexpr double kHeartbeatsPerLease = 4.0;

// Scanning the directory.
constexpr double kNamesPerRequest = 100.0;
constexpr double kMinDelay = 0.5;  // seconds between two scans
/// What the scans of all agents together may come to.
constexpr double kRequestsPerSecond = 200.0;
constexpr double kMaxDelayPerLease = 1.0 / 3.0;
/// An idle agent exits after so many leases in which active agents held everything.
constexpr double kIdleLeases = 1.5;
/// Idle agents that stay to reclaim from lost ones: some, and more if many trials run.
constexpr double kMinWatchers = 8.0;
constexpr double kWatchersPerTrial = 0.05;

// Limits of one scan; what it leaves out is read by the next ones.
constexpr std::size_t kMaxUntouched = 64;  // remembered
constexpr std::size_t kMaxAvailable = 16;  // remembered
constexpr std::size_t kMaxFilesRead = 16;
constexpr std::size_t kMaxChecks = 48;
constexpr std::size_t kChecksPerFile = 4;
constexpr std::size_t kMaxClaimsRead = 100;

/// Attempts that other agents were faster with, until it scans again.
constexpr std::size_t kMaxMisses = 3;
/// In a file of other agents, how far it looks for a trial from where one was available.
constexpr std::size_t kHelpAttempts = 2;

}  // namespace

Agent::Agent(SharedFiles& files, AgentOptions options)
    : files_(files),
      options_(std::move(options)),
      queue_(files),
      claims_(files),
      watch_(files, options_.lease_seconds),
      presence_(std::make_unique<AgentPresence>(files, options_.identity)),
      random_(options_.seed),
      commands_(queue_.commands()),
      next_heartbeat_(options_.clock() + options_.lease_seconds / kHeartbeatsPerLease) {
  alone_ = files_.list("agents").size() <= 1;
}

Agent::~Agent() {
  try {
    for (const auto& [trial, held] : held_) {
      if (!lost_) {
        claims_.release(key_of(held.job.job), held.generation, held.file);
      }
    }
  } catch (const Error&) {
    // Others reclaim it after a lease.
  }
}

void Agent::tick() {
  const double now = options_.clock();
  if (now < next_heartbeat_) {
    return;
  }
  next_heartbeat_ = now + options_.lease_seconds / kHeartbeatsPerLease;
  if (!lost_ && !presence_->heartbeat()) {
    lost_ = true;
  }
  if (lost_ || presence_->notified()) {
    commands_ = queue_.commands();
  }
  for (const std::string& trial : unwanted()) {
    if (std::erase(again_, trial) > 0) {
      released(trial);
    }
  }
}

std::vector<std::string> Agent::unwanted() const {
  std::vector<std::string> trials;
  for (const auto& [trial, held] : held_) {
    if (lost_ || commands_.exit || commands_.dropped.count(trial) > 0) {
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

jobs::Job Agent::job(const schedule::Assignment& assignment) const {
  return held_.find(assignment.trial_id)->second.job.job;
}

schedule::Assignment Agent::hand_out(const QueuedJob& job) const {
  if (options_.on_acquired) {
    options_.on_acquired(job);
  }
  const auto* const train = std::get_if<jobs::TrainJob>(&job.job.payload);
  return train != nullptr ? schedule::Assignment{job.job.id, train->from_epoch, train->to_epoch}
                          : schedule::Assignment{job.job.id, 0, 1};
}

std::size_t Agent::remaining() const {
  return held_.size() + (done_ || commands_.exit ? 0U : 1U);
}

void Agent::tell(const schedule::Outcome& outcome) {
  if (const auto* const paused = std::get_if<schedule::Paused>(&outcome)) {
    reached_rung(*paused);
  } else if (const auto* const back = std::get_if<schedule::Released>(&outcome)) {
    released(back->trial_id);
  } else if (const auto* const finished = std::get_if<schedule::Finished>(&outcome)) {
    close(finished->result.id);
  } else if (const auto* const answered = std::get_if<schedule::Answered>(&outcome)) {
    if (held_.count(answered->job_id) > 0) {
      files_.write(answer_file(answered->job_id), jobs::serialize(answered->answer) + '\n');
    }
    close(answered->job_id);
  } else {
    ++epochs_;
  }
}

void Agent::released(std::string_view trial_id) {
  const auto found = held_.find(trial_id);
  if (found == held_.end()) {
    return;
  }
  if (!lost_ && !commands_.exit && commands_.dropped.count(found->first) == 0) {
    again_.emplace_back(trial_id);  // or released at the end if this agent is stopping
    return;
  }
  const Held held = std::move(found->second);
  const std::string trial = found->first;
  held_.erase(found);
  if (lost_) {
    return;
  }
  const std::string key = key_of(held.job.job);
  if (commands_.dropped.count(trial) > 0) {
    claims_.finish(key, held.generation);
    mark_done(key);
  } else {
    claims_.release(key, held.generation, held.file);
  }
}

/// The job is done, though its trial is not: the coordinator may queue another one for it.
void Agent::reached_rung(const schedule::Paused& paused) {
  const auto found = held_.find(paused.trial_id);
  if (found == held_.end()) {
    return;
  }
  files_.write(rung_file(found->first, rung_of(found->second.job.job)), "");
  close(paused.trial_id);
}

void Agent::close(std::string_view trial) {
  const auto found = held_.find(trial);
  if (found == held_.end()) {
    return;
  }
  const std::string key = key_of(found->second.job.job);
  if (!lost_) {
    claims_.finish(key, found->second.generation);
  }
  held_.erase(found);
  mark_done(key);
}

void Agent::mark_done(const std::string& key) {
  const auto place = places_.find(key);
  if (place == places_.end()) {
    return;
  }
  const std::string file = place->second.file;
  entries_.at(file)[place->second.index].done = true;
  if (file != current_.file) {
    retire_if_done(file);
  }
}

/// Checks as long as it finds results. The last of the agents that share a file finds them all.
void Agent::retire_if_done(const std::string& name) {
  const auto known = entries_.find(name);
  if (known == entries_.end()) {
    return;
  }
  for (Entry& entry : known->second) {
    const auto held = held_.find(entry.job.job.id);
    const bool held_here = held != held_.end() && held->second.file == name;
    if (!entry.done && (held_here || !is_done(entry))) {
      return;
    }
  }
  queue_.retire(name);
  for (const Entry& entry : known->second) {
    const std::string key = key_of(entry.job.job);
    places_.erase(key);
    if (const auto claim = claimed_elsewhere_.find(key); claim != claimed_elsewhere_.end()) {
      claims_.finish(key, claim->second);  // of an agent that died after its result
    }
  }
  entries_.erase(known);
}

std::optional<schedule::Assignment> Agent::ask() {
  if (lost_) {
    if (!held_.empty()) {
      return std::nullopt;
    }
    start_again();
  }
  if (commands_.exit || done_) {
    return std::nullopt;
  }
  if (!again_.empty()) {
    const std::string trial = std::move(again_.back());
    again_.pop_back();
    return hand_out(held_.at(trial).job);
  }
  const double now = options_.clock();
  if (now < next_scan_) {
    return std::nullopt;
  }
  auto acquired = next_in_file();
  if (!acquired) {
    acquired = start_file();
  }
  if (!acquired) {
    acquired = acquire_available();
  }
  if (!acquired) {
    acquired = scan(now);
  }
  if (acquired) {
    idle_since_.reset();
  } else if (!done_) {
    wait_longer(now);
  }
  return acquired;
}

/// Under a new name, like an agent that has just started.
void Agent::start_again() {
  presence_ = std::make_unique<AgentPresence>(files_, options_.identity);
  commands_ = queue_.commands();
  again_.clear();
  idle_since_.reset();
  lost_ = false;
}

// --- A scan lists the queue, the claims and the agents.

std::optional<schedule::Assignment> Agent::scan(double now) {
  JobQueue::Files files = queue_.scan();
  queue_empty_ = files.empty();
  if (queue_empty_) {
    done_ = true;
    return std::nullopt;
  }
  listed_names_ = files.untouched.size() + 2 * files.started.size();  // a started file has a mark
  untouched_ = std::move(files.untouched);
  if (!alone_) {
    std::shuffle(untouched_.begin(), untouched_.end(), random_);
  }
  const bool any_untouched = !untouched_.empty();
  untouched_.resize(std::min(untouched_.size(), kMaxUntouched));
  std::reverse(untouched_.begin(), untouched_.end());
  if (auto acquired = start_file()) {
    return acquired;
  }
  claimed_elsewhere_ = claims_.list();
  watch_.scan(now);
  alone_ = watch_.count() <= 1;
  listed_names_ += claimed_elsewhere_.size() + watch_.count();
  checked_all_ = true;
  find_available(std::move(files.started));
  if (available_.empty()) {
    find_orphans();
  }
  found_any_ = any_untouched || !available_.empty();
  return acquire_available();
}

/// In files that other agents have started.
void Agent::find_available(std::vector<std::string> started) {
  std::shuffle(started.begin(), started.end(), random_);
  std::size_t reads = 0;
  std::size_t checks = 0;
  for (const std::string& file : started) {
    const bool known = entries_.count(file) > 0;
    if (available_.size() == kMaxAvailable || checks >= kMaxChecks ||
        (!known && reads == kMaxFilesRead)) {
      checked_all_ = false;
      continue;
    }
    reads += known ? 0 : 1;
    checks += check_file(file);
  }
}

/// Checks a few of those that no agent has claimed for results; returns how many.
std::size_t Agent::check_file(const std::string& file) {
  std::vector<Entry>* const entries = entries_of(file);
  std::vector<std::size_t> unclaimed;
  bool busy = false;
  for (std::size_t index = 0; entries != nullptr && index < entries->size(); ++index) {
    const jobs::Job& job = (*entries)[index].job.job;
    const bool claimed = held_.count(job.id) > 0 || claimed_elsewhere_.count(key_of(job)) > 0;
    busy = busy || claimed;
    if (!claimed && !(*entries)[index].done) {
      unclaimed.push_back(index);
    }
  }
  const std::size_t step = std::max<std::size_t>(1, unclaimed.size() / kChecksPerFile);
  std::size_t checks = 0;
  for (std::size_t i = 0; i < unclaimed.size(); i += step, ++checks) {
    const std::size_t index = unclaimed[unclaimed.size() - 1 - i];
    if (!is_done((*entries)[index])) {
      available_.push_back({file, index, 0});
      return checks + 1;
    }
  }
  if (checks < unclaimed.size()) {
    checked_all_ = false;
  } else if (!busy) {
    retire_if_done(file);
  }
  return checks;
}

/// Trials that were released, or claimed by agents that are gone.
void Agent::find_orphans() {
  std::unordered_map<std::string, Claims::Holder> owners;
  std::size_t reads = 0;
  for (const auto& [job, generation] : claimed_elsewhere_) {
    if (held_.count(trial_of_key(job)) > 0) {
      continue;
    }
    const std::string key = fmt::format("{}.{}", job, generation);
    const auto known = owners_.find(key);
    std::optional<Claims::Holder> holder =
        known != owners_.end() ? std::optional(std::move(known->second)) : std::nullopt;
    if (!holder && reads == kMaxClaimsRead) {
      checked_all_ = false;
      continue;
    }
    if (!holder) {
      ++reads;
      holder = claims_.holder(job, generation);
    }
    if (!holder) {
      continue;  // finished since it was listed
    }
    const bool orphan = !watch_.alive(holder->agent) && available_.size() < kMaxAvailable;
    if (const auto place = orphan ? place_in(holder->file, job) : std::nullopt) {
      available_.push_back({place->file, place->index, generation});
    }
    owners.emplace(key, *std::move(holder));
  }
  owners_ = std::move(owners);
}

/// More agents wait longer, so that all their scans together stay below a limit.
double Agent::min_delay() const {
  const double requests = static_cast<double>(listed_names_ * watch_.count()) / kNamesPerRequest;
  return std::clamp(requests / kRequestsPerSecond, kMinDelay,
                    options_.lease_seconds * kMaxDelayPerLease / 3.0);
}

/// The longer nothing was available, the longer.
void Agent::wait_longer(double now) {
  idle_since_ = idle_since_.value_or(now);
  const double idle = now - *idle_since_;
  const double longest = options_.lease_seconds * kMaxDelayPerLease;
  const double delay = std::max(min_delay(), std::min(idle / 2.0, longest));
  next_scan_ = now + delay * std::uniform_real_distribution<>(0.75, 1.25)(random_);
  const bool enough = idle > kIdleLeases * options_.lease_seconds;
  done_ = held_.empty() && !found_any_ && ((enough && checked_all_) || is_surplus(now));
}

/// Whether more agents are idle than will be needed for what lost agents leave, and this one is
/// drawn to exit. Those that stay check everything.
bool Agent::is_surplus(double now) {
  const auto claimed = static_cast<double>(claimed_elsewhere_.size());
  const auto agents = static_cast<double>(watch_.count() - watch_.silent(now));
  const double idle = agents - claimed / static_cast<double>(options_.identity.jobs);
  const double watchers = std::max(kMinWatchers, kWatchersPerTrial * claimed);
  return idle > watchers && std::uniform_real_distribution<>(0.0, idle)(random_) > watchers;
}

/// Where the job is: in `file`, or in another one if it was queued again.
std::optional<Agent::Place> Agent::place_in(const std::string& file, std::string_view key) {
  if (file.empty() || entries_of(file) == nullptr) {
    return std::nullopt;
  }
  const auto place = places_.find(std::string(key));
  return place == places_.end() ? std::nullopt : std::optional(place->second);
}

// --- A trial is acquired from a file it starts, a file of other agents, or a lost agent.

std::optional<schedule::Assignment> Agent::start_file() {
  for (std::size_t misses = 0; !untouched_.empty() && misses < kMaxMisses; ++misses) {
    const std::string name = std::move(untouched_.back());
    untouched_.pop_back();
    if (auto acquired = start(name)) {
      return acquired;
    }
  }
  untouched_.clear();
  return std::nullopt;
}

/// The first trial that is available, of a file that no agent has started.
std::optional<schedule::Assignment> Agent::start(const std::string& name) {
  if (!queue_.mark_started(name, presence_->name())) {
    return std::nullopt;
  }
  const std::vector<Entry>* const entries = entries_of(name);
  if (entries == nullptr) {
    queue_.unmark(name);  // it was retired before it was marked
    return std::nullopt;
  }
  for (std::size_t index = 0; index < entries->size(); ++index) {
    if (auto acquired = acquire(name, index, Role::kOwner)) {
      return acquired;
    }
  }
  retire_if_done(name);
  return std::nullopt;
}

std::optional<schedule::Assignment> Agent::acquire_available() {
  for (std::size_t misses = 0; !available_.empty() && misses < kMaxMisses; ++misses) {
    const Available available = std::move(available_.back());
    available_.pop_back();
    if (auto acquired = available.generation > 0 ? reclaim(available) : help_with(available)) {
      return acquired;
    }
  }
  available_.clear();
  return std::nullopt;
}

std::optional<schedule::Assignment> Agent::acquire(const std::string& name, std::size_t index,
                                                   Role role) {
  Entry& entry = entries_.at(name)[index];
  const std::string& trial = entry.job.job.id;
  if (entry.done || held_.count(trial) > 0 || claimed_elsewhere_.count(key_of(entry.job.job)) > 0 ||
      !claim(name, entry, 0, role)) {
    return std::nullopt;
  }
  current_ = {name, index, role};
  return hand_out(entry.job);
}

/// Its owner goes from the front to the end, this agent from there to the front.
std::optional<schedule::Assignment> Agent::help_with(const Available& available) {
  const std::vector<Entry>* const entries = entries_of(available.file);
  if (entries == nullptr || available.index >= entries->size()) {
    return std::nullopt;
  }
  const std::size_t tries = std::min(kHelpAttempts, available.index + 1);
  for (std::size_t behind = 0; behind < tries; ++behind) {
    // The scan has checked the first one.
    const Role role = behind == 0 ? Role::kOwner : Role::kHelper;
    if (auto acquired = acquire(available.file, available.index - behind, role)) {
      current_.role = Role::kHelper;
      return acquired;
    }
  }
  return std::nullopt;
}

/// The next one of the file it is at.
std::optional<schedule::Assignment> Agent::next_in_file() {
  const Cursor at = std::exchange(current_, {});
  const auto known = entries_.find(at.file);
  if (known == entries_.end()) {
    return std::nullopt;
  }
  if (at.role == Role::kHelper) {
    return at.index > 0 ? acquire(at.file, at.index - 1, at.role) : std::nullopt;
  }
  Role role = Role::kOwner;
  for (std::size_t index = at.index + 1; index < known->second.size(); ++index) {
    if (auto acquired = acquire(at.file, index, role)) {
      current_.role = Role::kOwner;
      return acquired;
    }
    role = Role::kHelper;  // it has met others, which may have finished more
  }
  retire_if_done(at.file);
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
    places_[key_of(job.job)] = {name, entries.size()};
    entries.push_back({std::move(job), false});
  }
  return &entries;
}

bool Agent::is_done(Entry& entry) {
  const std::string& trial = entry.job.job.id;
  const std::int64_t rung = rung_of(entry.job.job);
  entry.done = entry.done || commands_.dropped.count(trial) > 0 ||
               (rung > 0 && files_.exists(rung_file(trial, rung))) ||
               (!trains(entry.job.job) && files_.exists(answer_file(trial))) ||
               files_.exists(result_file(trial));
  return entry.done;
}

bool Agent::claim(const std::string& file, Entry& entry, int generation, Role role) {
  const std::string& trial = entry.job.job.id;
  if (commands_.dropped.count(trial) > 0 || (role == Role::kHelper && is_done(entry))) {
    entry.done = true;
    return false;
  }
  const std::string key = key_of(entry.job.job);
  if (!claims_.claim(key, generation, presence_->name(), file)) {
    claimed_elsewhere_[key] = generation + 1;
    return false;
  }
  if (is_done(entry)) {  // another agent finished it before the claim
    claims_.finish(key, generation + 1);
    return false;
  }
  held_.insert_or_assign(trial, Held{generation + 1, entry.job, file});
  return true;
}

/// A trial that was released, or held by a lost agent.
std::optional<schedule::Assignment> Agent::reclaim(const Available& available) {
  std::vector<Entry>* const entries = entries_of(available.file);
  if (entries == nullptr || available.index >= entries->size()) {
    return std::nullopt;
  }
  Entry& entry = (*entries)[available.index];
  const std::string& trial = entry.job.job.id;
  if (entry.done || held_.count(trial) > 0) {
    return std::nullopt;
  }
  const auto holder = claims_.holder(key_of(entry.job.job), available.generation);
  if (!holder || !claim(available.file, entry, available.generation, Role::kHelper)) {
    retire_if_done(available.file);  // its agent may have died after the last result
    return std::nullopt;
  }
  if (holder->agent != Claims::kFree && options_.on_reclaim &&
      !options_.on_reclaim(entry.job, holder->agent)) {
    claims_.finish(key_of(entry.job.job), available.generation + 1);
    held_.erase(trial);
    entry.done = true;
    return std::nullopt;
  }
  return hand_out(entry.job);
}

}  // namespace firesweep::runners::cluster

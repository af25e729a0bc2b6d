#include "runners/cluster/agent.h"

#include <algorithm>
#include <utility>
#include <variant>

#include <fmt/format.h>

#include "base/error.h"
#include "runners/cluster/draw.h"

namespace firesweep::runners::cluster {
namespace {

constexpr double kHeartbeatsPerLease = 4.0;
constexpr std::size_t kFewAgents = 100;

// Looking for work.
constexpr double kShortestWait = 0.5;  // seconds between two looks
/// A directory that takes this many requests to list is scanned at by each agent for itself.
constexpr double kFewRequests = 1.0;
/// What looking at a larger one may come to.
constexpr double kRequestsPerSecond = 60.0;
constexpr double kLongestWaitPerLease = 1.0 / 3.0;
constexpr double kLongestWatchPerLease = 1.0 / 6.0;  // of the one who looks for all
constexpr double kLeastPatience = 1.5;
constexpr double kMostPatience = 2.5;
constexpr double kWatchLeases = 1.5;

constexpr std::size_t kFilesRemembered = 64;
constexpr std::size_t kFilesToTry = 2;  // of those that were told
constexpr std::size_t kTrialsToTry = 2;
constexpr double kAgentsForEach = 2.0;
/// Idle agents that stay to take over from lost ones: some, and more if many trials run.
constexpr double kFewestWatchers = 8.0;
constexpr double kWatchersPerTrial = 0.05;

// What it tells others.
constexpr std::size_t kFilesToTell = 64;
/// Of files that somebody has begun, how many are scanned into: about what it took to list them,
/// and more if it looks seldom.
constexpr double kFilesPerSecond = 30.0;
constexpr std::size_t kFewestFilesToRead = 32;
constexpr std::size_t kMostFilesToRead = 512;
constexpr std::size_t kTrialsToTell = 512;
constexpr std::size_t kTrialsOfFile = 4;
/// Of other agents' claims, how many are read at once.
constexpr std::size_t kClaimsPerLook = 1000;

// Taking trials.
constexpr std::size_t kGuesses = 5;
constexpr std::size_t kMisses = 3;  // files that others begin meanwhile, until it looks anew
/// Of a file that others have, how far it looks from where something was left.
constexpr std::size_t kLooksToHelp = 2;

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
        claims_.release(key_of(held.job.job), held.generation, held.file);
      }
    }
  } catch (const Error&) {
    // Others take it over after a lease.
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

jobs::TrainJob Agent::job(const schedule::Assignment& assignment) const {
  return held_.find(assignment.trial_id)->second.job.job;
}

schedule::Assignment Agent::hand_out(const QueuedJob& job) const {
  if (options_.on_acquired) {
    options_.on_acquired(job);
  }
  return {job.job.trial_id, job.job.from_epoch, job.job.to_epoch};
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
    again_.emplace_back(trial_id);  // or given back at the end, should this agent be stopping
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
  files_.write(rung_file(found->first, found->second.job.job.to_epoch), "");
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
  entries_.at(file)[place->second.index].over = true;
  if (file != current_.file) {
    retire_if_done(file);
  }
}

/// Looks as long as it finds results: the last one of those who share a file finds all.
void Agent::retire_if_done(const std::string& name) {
  const auto known = entries_.find(name);
  if (known == entries_.end()) {
    return;
  }
  for (Entry& entry : known->second) {
    const auto held = held_.find(entry.job.job.trial_id);
    const bool held_here = held != held_.end() && held->second.file == name;
    if (!entry.over && (held_here || !is_done(entry))) {
      return;
    }
  }
  queue_.retire(name);
  for (const Entry& entry : known->second) {
    const std::string key = key_of(entry.job.job);
    places_.erase(key);
    if (const auto claim = claimed_elsewhere_.find(key); claim != claimed_elsewhere_.end()) {
      claims_.finish(key, claim->second);  // of one that died behind its result, perhaps
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
  if (auto taken = go_on()) {
    return taken;
  }
  return look(now);
}

/// Under a new name, as one that has just come.
void Agent::start_again() {
  presence_ = std::make_unique<AgentPresence>(files_, options_.identity);
  commands_ = queue_.commands();
  again_.clear();
  idle_since_.reset();
  watches_.reset();
  lost_ = false;
}

// --- Looking for work: others have told on the board, or it looks at everything and tells them.

/// The directory is listed only when nobody else has told of it lately.
std::optional<schedule::Assignment> Agent::look(double now) {
  auto taken = guess_file();
  if (!taken) {
    taken = begin_file();
  }
  if (!taken) {
    read_board(now);
    taken = take_from_board();
  }
  if (!taken && must_look(now)) {
    taken = look_at_all(now);
  }
  if (taken) {
    idle_since_.reset();
    watches_.reset();
    others_look_ = false;
  } else if (!done_) {
    wait_longer(now);
  }
  return taken;
}

void Agent::read_board(double now) {
  Board board = load_board(files_);
  if (board.number == board_.number && idle_since_) {
    return;
  }
  others_look_ = idle_since_.has_value();
  board_ = std::move(board);
  board_since_ = now;
  board_used_ = board_own_ = false;
  patience_ = std::uniform_real_distribution<>(kLeastPatience, kMostPatience)(random_);
}

std::optional<schedule::Assignment> Agent::take_from_board() {
  if (std::exchange(board_used_, true) || too_many_try()) {
    return std::nullopt;
  }
  const std::size_t files = draw(board_.untouched, kFilesToTry, random_);
  for (std::size_t i = 0; i < files; ++i) {
    if (auto taken = begin(board_.untouched[i])) {
      return taken;
    }
  }
  const std::size_t trials = draw(board_.open, kTrialsToTry, random_);
  for (std::size_t i = 0; i < trials; ++i) {
    const Board::Open& open = board_.open[i];
    if (auto taken = open.generation > 0 ? take_over(open) : help_with(open)) {
      return taken;
    }
  }
  return std::nullopt;
}

/// A few for each that is told are enough to have it taken.
bool Agent::too_many_try() {
  const auto told = static_cast<double>(board_.untouched.size() + board_.open.size());
  const double wanted = kAgentsForEach * told;
  return !board_own_ && idle_agents() > wanted &&
         std::uniform_real_distribution<>(0.0, idle_agents())(random_) > wanted;
}

double Agent::idle_agents() const {
  return static_cast<double>(board_.agents) -
         static_cast<double>(board_.claimed) / static_cast<double>(options_.identity.jobs);
}

/// Whoever told last tells again in time, unless it has found work or is lost.
bool Agent::must_look(double now) const {
  if (board_own_ || board_.files == 0 || board_.requests() <= kFewRequests) {
    return true;
  }
  const double expected = std::max(board_.next_seconds, shortest_delay());
  return now - board_since_ > patience_ * expected;
}

std::optional<schedule::Assignment> Agent::look_at_all(double now) {
  JobQueue::Files files = queue_.scan();
  queue_empty_ = files.empty();
  if (queue_empty_) {
    done_ = true;
    if (board_.files > 0) {
      save_board(files_, {.number = board_.number + 1, .seen = true});
    }
    return std::nullopt;
  }
  names_ = files.untouched;
  if (!alone_) {
    names_.resize(draw(names_, kFilesRemembered, random_));
  }
  names_.resize(std::min(names_.size(), kFilesRemembered));
  std::ranges::reverse(names_);
  idle_since_ = idle_since_.value_or(now);
  watches_ = watches_.value_or(now);
  board_ = make_board(std::move(files), now);
  board_since_ = now;
  board_own_ = true;
  board_used_ = false;
  board_.next_seconds = delay(now);
  save_board(files_, board_);
  if (looks_for_many()) {
    return std::nullopt;
  }
  auto taken = begin_file();
  return taken ? taken : take_from_board();
}

/// So many wait for what it tells that it goes on looking rather than to take a trial itself.
bool Agent::looks_for_many() const {
  return board_own_ && board_.requests() > kFewRequests && idle_agents() > kFewestWatchers;
}

double Agent::shortest_delay() const {
  const double longest = options_.lease_seconds * kLongestWaitPerLease;
  const double dear = board_.requests() <= kFewRequests ? 0.0 : board_.requests();
  return std::min(std::max(kShortestWait, dear / kRequestsPerSecond), longest / 3.0);
}

/// The longer there was nothing, the longer.
double Agent::delay(double now) const {
  if (!board_.open.empty()) {
    return shortest_delay();
  }
  const double longest =
      options_.lease_seconds * (board_own_ ? kLongestWatchPerLease : kLongestWaitPerLease);
  const double idle = now - idle_since_.value_or(now);
  return std::max(shortest_delay(), std::min(idle / 2.0, longest));
}

/// After a lease of watching nothing but agents that go on, it leaves the rest to them; at once if
/// far more are idle than will ever be needed.
void Agent::wait_longer(double now) {
  idle_since_ = idle_since_.value_or(now);
  const bool own = board_own_;
  const double varied = own ? 1.0 : std::uniform_real_distribution<>(0.75, 1.25)(random_);
  next_scan_ = now + varied * delay(now);
  const double enough = kWatchLeases * options_.lease_seconds;
  const bool watched = others_look_ || (watches_ && now - *watches_ > enough);
  done_ = held_.empty() && (spare() || (now - *idle_since_ > enough && watched));
}

/// Asked once of each board: whether it is one of those who are too many.
bool Agent::spare() {
  if (!board_.seen || !board_.untouched.empty() || looks_for_many()) {
    return false;
  }
  board_.seen = false;
  const auto running = static_cast<double>(board_.claimed);
  // What silent agents hold is left if they are lost.
  const auto left = static_cast<double>(board_.left + board_.silences.size());
  const double unneeded = idle_agents() - left / static_cast<double>(options_.identity.jobs);
  const double watchers = std::max(kFewestWatchers, kWatchersPerTrial * running);
  return unneeded > watchers && std::uniform_real_distribution<>(0.0, unneeded)(random_) > watchers;
}

// --- The board: what is left in files that others have begun, and what lost agents held.

Board Agent::make_board(JobQueue::Files files, double now) {
  Board board{.number = board_.number + 1,
              .seen = true,
              .files = files.untouched.size() + files.started.size()};
  claimed_elsewhere_ = claims_.list();
  watch_.list(now);
  watch_.inherit(board_.silences, board_since_);
  watch_.declare_silent(now);
  alone_ = watch_.count() <= 1;
  board.agents = watch_.count();
  board.silences = watch_.silent(now);
  board.claimed = claimed_elsewhere_.size();
  const std::size_t started = files.started.size();
  const std::size_t some = std::clamp(
      static_cast<std::size_t>(std::max(2.0 * board.requests(), kFilesPerSecond * delay(now))),
      kFewestFilesToRead, kMostFilesToRead);
  files.started.resize(draw(files.started, some, random_));
  find_left(files.started, board);
  if (started > some) {
    board.left = board.left * started / some;  // in the others it will be like in these
  }
  files.untouched.resize(draw(files.untouched, kFilesToTell, random_));
  board.untouched = std::move(files.untouched);
  if (board.untouched.empty() && board.open.empty()) {
    find_orphans(board);  // needs many reads, and they can wait
  }
  return board;
}

void Agent::find_left(const std::vector<std::string>& started, Board& board) {
  for (const std::string& file : started) {
    std::vector<Entry>* const entries = entries_of(file);
    std::vector<std::size_t> left;
    bool busy = false;
    for (std::size_t index = 0; entries != nullptr && index < entries->size(); ++index) {
      const jobs::TrainJob& job = (*entries)[index].job.job;
      const bool claimed =
          held_.count(job.trial_id) > 0 || claimed_elsewhere_.count(key_of(job)) > 0;
      busy = busy || claimed;
      if (!claimed && !(*entries)[index].over) {
        left.push_back(index);
      }
    }
    if (tell_left(file, left, board) == 0 && !busy) {
      retire_if_done(file);
    }
  }
}

/// Looks at a few of those that nobody has claimed; tells, and counts, those that are not over.
std::size_t Agent::tell_left(const std::string& file, const std::vector<std::size_t>& unclaimed,
                             Board& board) {
  const std::size_t step = std::max<std::size_t>(1, unclaimed.size() / kTrialsOfFile);
  std::size_t looks = 0;
  std::size_t found = 0;
  for (std::size_t i = 0; i < unclaimed.size(); i += step, ++looks) {
    const std::size_t index = unclaimed[unclaimed.size() - 1 - i];
    if (!is_done(entries_.at(file)[index])) {
      ++found;
      if (board.open.size() < kTrialsToTell) {
        board.open.push_back({file, index, 0});
      }
    }
  }
  board.left += looks == 0 ? 0 : unclaimed.size() * found / looks;
  return found;
}

/// Trials given back, or claimed by agents that are gone.
void Agent::find_orphans(Board& board) {
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
    if (!holder && reads < kClaimsPerLook) {
      ++reads;
      holder = claims_.holder(job, generation);
    }
    if (!holder) {
      continue;  // just over
    }
    const bool orphan = !watch_.alive(holder->agent) && board.open.size() < kTrialsToTell;
    const auto index = orphan ? index_in(holder->file, job) : std::nullopt;
    if (index) {
      ++board.left;
      board.open.push_back({holder->file, *index, generation});
    }
    owners.emplace(key, *std::move(holder));
  }
  owners_ = std::move(owners);
}

std::optional<std::size_t> Agent::index_in(const std::string& file, std::string_view key) {
  if (file.empty() || entries_of(file) == nullptr) {
    return std::nullopt;
  }
  const auto place = places_.find(std::string(key));
  return place == places_.end() ? std::nullopt : std::optional(place->second.index);
}

// --- Taking a trial: of files it begins, of files that others have, of agents that are lost.

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
  if (!queue_.mark_started(name, presence_->name())) {
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
  if (entry.over || held_.count(trial) > 0 || claimed_elsewhere_.count(key_of(entry.job.job)) > 0 ||
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
  retire_if_done(at.file);
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
  retire_if_done(name);
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
  const std::string& trial = entry.job.job.trial_id;
  entry.over = entry.over || commands_.dropped.count(trial) > 0 ||
               (jobs::ends_at_rung(entry.job.job) &&
                files_.exists(rung_file(trial, entry.job.job.to_epoch))) ||
               files_.exists(result_file(trial));
  return entry.over;
}

bool Agent::claim(const std::string& file, Entry& entry, int generation, Way way) {
  const std::string& trial = entry.job.job.trial_id;
  if (commands_.dropped.count(trial) > 0 || (way == Way::kHelping && is_done(entry))) {
    entry.over = true;
    return false;
  }
  const std::string key = key_of(entry.job.job);
  if (!claims_.claim(key, generation, presence_->name(), file)) {
    claimed_elsewhere_[key] = generation + 1;
    return false;
  }
  if (is_done(entry)) {  // came to its end before
    claims_.finish(key, generation + 1);
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
  const auto holder = claims_.holder(key_of(entry.job.job), open.generation);
  if (!holder || !claim(open.file, entry, open.generation, Way::kHelping)) {
    retire_if_done(open.file);  // its agent died behind the last result, perhaps
    return std::nullopt;
  }
  if (holder->agent != Claims::kFree && options_.on_reclaim &&
      !options_.on_reclaim(entry.job, holder->agent)) {
    claims_.finish(key_of(entry.job.job), open.generation + 1);
    held_.erase(trial);
    entry.over = true;
    return std::nullopt;
  }
  return hand_out(entry.job);
}

}  // namespace firesweep::runners::cluster

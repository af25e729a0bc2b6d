// How an agent that has nothing to do finds something: others have told on the board, or it looks
// at everything and tells them.
#include <algorithm>
#include <utility>

#include "runners/cluster/agent.h"
#include "runners/cluster/draw.h"

namespace firesweep::runners::cluster {
namespace {

constexpr double kShortestWait = 0.5;  // seconds between two looks
/// A directory that takes this many requests to list is looked at by each agent for itself.
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

}  // namespace

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
  JobQueue::Files files = queue_.look();
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
  next_look_ = now + varied * delay(now);
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

}  // namespace firesweep::runners::cluster

// What an agent that looks for all tells them: what is left in files that others have begun, and
// what agents held that are lost.
#include <algorithm>
#include <utility>

#include <fmt/format.h>

#include "runners/cluster/agent.h"
#include "runners/cluster/draw.h"

namespace firesweep::runners::cluster {
namespace {

constexpr std::size_t kFilesToTell = 64;
/// Of files that somebody has begun, how many are looked into: about what it took to list them, and
/// more if it looks seldom.
constexpr double kFilesPerSecond = 30.0;
constexpr std::size_t kFewestFilesToRead = 32;
constexpr std::size_t kMostFilesToRead = 512;
constexpr std::size_t kTrialsToTell = 512;
constexpr std::size_t kTrialsOfFile = 4;
/// Of other agents' claims, how many are read at once.
constexpr std::size_t kClaimsPerLook = 1000;

}  // namespace

Board Agent::make_board(JobQueue::Files files, double now) {
  Board board{.number = board_.number + 1,
              .seen = true,
              .files = files.untouched.size() + files.begun.size()};
  claimed_elsewhere_ = claims_.list();
  watch_.list(now);
  watch_.inherit(board_.silences, board_since_);
  watch_.declare_silent(now);
  alone_ = watch_.count() <= 1;
  board.agents = watch_.count();
  board.silences = watch_.silent(now);
  board.claimed = claimed_elsewhere_.size();
  const std::size_t begun = files.begun.size();
  const std::size_t some = std::clamp(
      static_cast<std::size_t>(std::max(2.0 * board.requests(), kFilesPerSecond * delay(now))),
      kFewestFilesToRead, kMostFilesToRead);
  files.begun.resize(draw(files.begun, some, random_));
  find_left(files.begun, board);
  if (begun > some) {
    board.left = board.left * begun / some;  // in the others it will be like in these
  }
  files.untouched.resize(draw(files.untouched, kFilesToTell, random_));
  board.untouched = std::move(files.untouched);
  if (board.untouched.empty() && board.open.empty()) {
    find_orphans(board);  // needs many reads, and they can wait
  }
  return board;
}

void Agent::find_left(const std::vector<std::string>& begun, Board& board) {
  for (const std::string& file : begun) {
    std::vector<Entry>* const entries = entries_of(file);
    std::vector<std::size_t> left;
    bool busy = false;
    for (std::size_t index = 0; entries != nullptr && index < entries->size(); ++index) {
      const std::string& trial = (*entries)[index].job.job.trial_id;
      const bool claimed = held_.count(trial) > 0 || claimed_elsewhere_.count(trial) > 0;
      busy = busy || claimed;
      if (!claimed && !(*entries)[index].over) {
        left.push_back(index);
      }
    }
    if (tell_left(file, left, board) == 0 && !busy) {
      retire_if_over(file);
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
    if (!is_over(entries_.at(file)[index])) {
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
  for (const auto& [trial, generation] : claimed_elsewhere_) {
    if (held_.count(trial) > 0) {
      continue;
    }
    const std::string key = fmt::format("{}.{}", trial, generation);
    const auto known = owners_.find(key);
    std::optional<Claims::Holder> holder =
        known != owners_.end() ? std::optional(std::move(known->second)) : std::nullopt;
    if (!holder && reads < kClaimsPerLook) {
      ++reads;
      holder = claims_.holder(trial, generation);
    }
    if (!holder) {
      continue;  // just over
    }
    const bool orphan = !watch_.alive(holder->agent) && board.open.size() < kTrialsToTell;
    const auto index = orphan ? index_in(holder->file, trial) : std::nullopt;
    if (index) {
      ++board.left;
      board.open.push_back({holder->file, *index, generation});
    }
    owners.emplace(key, *std::move(holder));
  }
  owners_ = std::move(owners);
}

std::optional<std::size_t> Agent::index_in(const std::string& file, std::string_view trial) {
  if (file.empty() || entries_of(file) == nullptr) {
    return std::nullopt;
  }
  const auto place = places_.find(std::string(trial));
  return place == places_.end() ? std::nullopt : std::optional(place->second.index);
}

}  // namespace firesweep::runners::cluster

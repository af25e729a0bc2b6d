// board.json of a run directory: what one agent found when it listed everything, so that others who
// have nothing to do need not list it too. It may be late, and two may write it at once: whatever
// it names is claimed as anything else before it is trained.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "runners/cluster/agents.h"
#include "runners/cluster/shared_files.h"

namespace firesweep::runners::cluster {

struct Board {
  /// A trial that can be had: claimed as `generation` by an agent that is lost, or given back; 0:
  /// not claimed.
  struct Open {
    std::string file{};  // of the queue
    std::size_t index = 0;
    int generation = 0;
  };

  std::uint64_t number = 0;   // the next one has the next number
  bool seen = false;          // false: nobody has scanned, the coordinator said what it expects
  double next_seconds = 0.0;  // until its writer looks again
  std::size_t files = 0;      // of the queue
  std::size_t agents = 0;
  std::size_t claimed = 0;  // trials
  std::size_t left = 0;     // of those in files somebody has begun, about so many can be had
  std::vector<std::string> untouched{};  // some of the files that nobody has begun
  std::vector<Open> open{};              // some of the trials in others
  std::vector<Silence> silences{};       // agents that may be lost

  /// What it takes to list all this.
  [[nodiscard]] double requests() const;
};

/// An empty one if there is none, or none that can be read.
[[nodiscard]] Board load_board(SharedFiles& files);
void save_board(SharedFiles& files, const Board& board);
void remove_board(SharedFiles& files);

}  // namespace firesweep::runners::cluster

// What a chaos run must have in common with the uninterrupted one.
#pragma once

#include <cstddef>
#include <filesystem>
#include <map>
#include <string>
#include <vector>

#include <nlohmann/json.hpp>
#include <sys/types.h>

namespace firesweep::chaos {

/// Throws std::runtime_error naming the file if it can't be read.
[[nodiscard]] std::string read_whole(const std::filesystem::path& path);

/// By trial: every field of result.json and of each line of epochs.jsonl except times, the number
/// of attempts and the machine; and the same from results.json. Doubles are kept exactly.
using Bits = std::map<std::string, nlohmann::json>;

/// Throws std::runtime_error for a missing file and for one that is not whole.
[[nodiscard]] Bits bits_of(const std::filesystem::path& run);
/// Empty if they agree.
[[nodiscard]] std::string difference(const Bits& reference, const Bits& bits);

/// Names of files that an atomic write left half way.
[[nodiscard]] std::vector<std::string> temporaries_in(const std::filesystem::path& run);

/// Directories of trials without a result.
[[nodiscard]] std::vector<std::filesystem::path> unfinished_trials(
    const std::filesystem::path& run);

/// How many trials are finished.
[[nodiscard]] std::size_t results_in(const std::filesystem::path& run);

/// Remembers every result.json it sees: once there, none may change.
class ResultLedger {
 public:
  /// Empty if all is well, else which file was changed or is not whole.
  [[nodiscard]] std::string look(const std::filesystem::path& run);
  [[nodiscard]] std::size_t results() const { return seen_.size(); }
  [[nodiscard]] std::size_t checks() const { return checks_; }

 private:
  struct Seen {
    ino_t inode;
    std::string bytes;
  };
  std::map<std::string, Seen> seen_;
  std::size_t checks_ = 0;
};

}  // namespace firesweep::chaos

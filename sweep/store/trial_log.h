// trials.jsonl: the decisions of a strategy during the run, one JSON object per line, next to the
// manifest. Append-only. A run without decisions has no such file.
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <unordered_set>
#include <utility>
#include <variant>
#include <vector>

#include <nlohmann/json.hpp>

#include "sweep/study/trial.h"

namespace firesweep::sweep {

/// A paused trial resumes and is trained to the end of `epoch`.
struct Promote {
  std::string trial;
  std::int64_t epoch = 0;
};

/// The trial has reached the end of `epoch` and waits there until it is promoted.
struct Pause {
  std::string trial;
  std::int64_t epoch = 0;
  std::optional<double> validation_top1{};  // after that epoch, if it is known
};

/// The trial is stopped for good; its result has the state `pruned`.
struct Prune {
  std::string trial;
  std::int64_t epoch = 0;  // finished epochs, as far as the strategy knows
  std::string reason;
};

/// A trial that is not in the manifest.
struct Create {
  std::string trial;
  std::uint64_t seed = 0;
  Point point;  // its design; complexity without layers
};

using Decision = std::variant<Promote, Pause, Prune, Create>;

/// The trial that a decision concerns.
[[nodiscard]] const std::string& trial_of(const Decision& decision);
[[nodiscard]] nlohmann::json to_json(const Decision& decision);
/// Throws Error naming the missing or ill-typed field.
[[nodiscard]] Decision decision_from_json(const nlohmann::json& json);

/// The trials whose last decision is a pause. A trial with a result is not paused, even if it is
/// listed.
[[nodiscard]] std::unordered_set<std::string> paused_trials(std::span<const Decision> decisions);

struct ParsedTrialLog {
  std::vector<Decision> decisions;
  std::size_t whole_bytes = 0;  // of complete batches; the rest is truncated
};

/// A batch counts only if it is complete. Throws Error ("line n: ...") for an invalid line other
/// than a truncated last one.
[[nodiscard]] ParsedTrialLog parse_trial_log(std::string_view text);

/// Single writer: the coordinator that holds the lock of the run.
class TrialLog {
 public:
  explicit TrialLog(std::filesystem::path path) : path_(std::move(path)) {}

  /// Empty if there is no file. Throws FileError, Error ("path: line n: ...").
  [[nodiscard]] std::vector<Decision> load() const;
  /// Appends all of them or, if interrupted, none. Synced on return. Truncates an incomplete batch
  /// that an interrupted writer left. Without decisions it creates no file. Throws FileError, and
  /// Error as load().
  void append(std::span<const Decision> decisions);

 private:
  [[nodiscard]] ParsedTrialLog parsed() const;

  std::filesystem::path path_;
  std::optional<std::size_t> end_;  // where the next line starts, once known
};

}  // namespace firesweep::sweep

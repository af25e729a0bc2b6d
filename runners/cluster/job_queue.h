// Jobs that wait in a run directory for agents: queue/<number>-<tag>.jsonl, a few dozen jobs each,
// in the order in which they should start. No name is used twice: agents remember what they have
// read. A file stays until all its jobs are done, so the queue itself shows whether anything is
// left.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "runners/cluster/shared_files.h"
#include "runners/jobs/messages.h"

namespace firesweep::runners::cluster {

struct QueuedJob {
  jobs::Job job;
  std::string label;  // "SR=0.125 bypass=none seed=1"
  double cost = 0.0;  // relative
};

[[nodiscard]] std::string serialize(const QueuedJob& job);
/// Throws Error naming what is wrong with the line.
[[nodiscard]] QueuedJob parse_queued_job(std::string_view line);

/// Few enough that a file is soon done, many enough that 100,000 jobs are a few thousand files.
inline constexpr std::size_t kMaxJobsPerFile = 32;

/// The name of a job among agents: its id or, if it ends at a rung, "<id>@<epoch>". So a trial's
/// next job never meets claims of the one before.
[[nodiscard]] std::string key_of(const jobs::Job& job);
/// The trial of a key, or its job's id if that trains none.
[[nodiscard]] std::string_view trial_of_key(std::string_view key);
/// The epoch at which the job pauses its trial; 0: it does not.
[[nodiscard]] std::int64_t rung_of(const jobs::Job& job);
[[nodiscard]] bool trains(const jobs::Job& job);
/// It exists once the trial has reached the end of the epoch and its checkpoint is written. It is
/// never removed.
[[nodiscard]] std::string rung_file(std::string_view trial, std::int64_t epoch);

/// A trial's result, from the run directory; it exists once the trial is finished.
[[nodiscard]] std::string result_file(std::string_view trial);

/// The last event of a job that trains no trial; it exists once the job is done.
[[nodiscard]] std::string answer_file(std::string_view job_id);
/// Where answer files are.
inline constexpr const char* kAnswerDirectory = "answers";

class JobQueue {
 public:
  explicit JobQueue(SharedFiles& files) : files_(files) {}

  /// Appends jobs; returns the file of each. They are dealt round-robin: if the most expensive come
  /// first, agents that start a file each all start with an expensive job. `agents`: how many will
  /// start files; there should be more files than agents. One process at a time: the coordinator.
  std::vector<std::string> publish(const std::vector<QueuedJob>& jobs, std::size_t agents);
  struct Files {
    std::vector<std::string> untouched;  // in order
    std::vector<std::string> started;
    [[nodiscard]] bool empty() const { return untouched.empty() && started.empty(); }
  };
  [[nodiscard]] Files scan() const;
  /// Names of all files, in order.
  [[nodiscard]] std::vector<std::string> files() const;
  /// Marks the file as started by `agent`; false if another agent was faster.
  [[nodiscard]] bool mark_started(const std::string& file, const std::string& agent) const;
  /// Nothing if it has been retired since it was listed. Throws Error ("file: line n: ...").
  [[nodiscard]] std::optional<std::vector<QueuedJob>> read(const std::string& file) const;
  /// Removes the mark of a file that no longer exists.
  void unmark(const std::string& file) const;
  /// Removes a file whose jobs are all done, or that is to be forgotten.
  void retire(const std::string& file) const;
  /// Forgets everything that is queued.
  void clear() const;

  /// Commands to the agents: drop some trials, or exit.
  struct Commands {
    bool exit = false;
    std::set<std::string, std::less<>> dropped{};
  };
  /// Agents read them with their next heartbeat.
  void send(const Commands& commands) const;
  [[nodiscard]] Commands commands() const;

 private:
  SharedFiles& files_;
  std::size_t last_number_ = 0;  // published from here
  std::string tag_{};            // of all files published from here
};

}  // namespace firesweep::runners::cluster

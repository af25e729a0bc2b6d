// Jobs that wait in a run directory for whoever comes: queue/<number>-<tag>.jsonl, a few dozen jobs
// each, in the order in which they should begin. No name is used twice: agents remember what they
// have read. A file stays until all its trials are over, so the queue says by itself whether
// anything is left.
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
  jobs::TrainJob job;
  std::string label;  // "SR=0.125 bypass=none seed=1"
  double cost = 0.0;  // relative
};

[[nodiscard]] std::string serialize(const QueuedJob& job);
/// Throws Error naming what is wrong with the line.
[[nodiscard]] QueuedJob parse_queued_job(std::string_view line);

/// Few enough that a file is soon through, many enough that 100,000 jobs are a few thousand files.
inline constexpr std::size_t kMaxJobsPerFile = 32;

/// What a job is known by among agents: its trial's id or, if it ends at a rung, "<id>@<epoch>". So
/// a trial's next job never meets claims of the one before.
[[nodiscard]] std::string key_of(const jobs::TrainJob& job);
/// The trial of a key.
[[nodiscard]] std::string_view trial_of_key(std::string_view key);
/// Its presence says that the trial has reached the end of the epoch and its checkpoint is written.
/// Never removed: it stays true.
[[nodiscard]] std::string rung_file(std::string_view trial, std::int64_t epoch);

/// Where a trial's result is, from the run directory; its presence says that the trial is over.
[[nodiscard]] std::string result_file(std::string_view trial);

class JobQueue {
 public:
  explicit JobQueue(SharedFiles& files) : files_(files) {}

  /// Puts jobs behind those that are there; returns the file of each. They are dealt out like
  /// cards, so that agents who take a file each begin all with a costly job if the costly ones come
  /// first; `agents`: how many will take files, for there should be more files than agents. One
  /// process at a time: the coordinator.
  std::vector<std::string> publish(const std::vector<QueuedJob>& jobs, std::size_t agents);
  struct Files {
    std::vector<std::string> untouched;  // in order
    std::vector<std::string> started;
    [[nodiscard]] bool empty() const { return untouched.empty() && started.empty(); }
  };
  [[nodiscard]] Files scan() const;
  /// Names of all files, in order.
  [[nodiscard]] std::vector<std::string> files() const;
  /// Files that were published, by a name each and their number: to guess one without listing all.
  struct Batch {
    std::string tag;
    std::size_t first = 0;
    std::size_t last = 0;

    [[nodiscard]] std::string file(std::size_t number) const;
  };
  [[nodiscard]] std::vector<Batch> batches() const;
  /// Says that somebody has begun with the file's first job; false if somebody had before.
  [[nodiscard]] bool mark_started(const std::string& file, const std::string& agent) const;
  /// Nothing if it has been retired meanwhile. Throws Error ("file: line n: ...").
  [[nodiscard]] std::optional<std::vector<QueuedJob>> read(const std::string& file) const;
  /// Takes back what begin() said of a file that is not there.
  void unmark(const std::string& file) const;
  /// All its trials are over, or it is to be forgotten.
  void retire(const std::string& file) const;
  /// Forgets everything that is queued.
  void clear() const;

  /// Commands to those who work: trials to be dropped, or all of them.
  struct Commands {
    bool exit = false;
    std::set<std::string, std::less<>> dropped{};
  };
  /// Agents hear of it with their next heartbeat.
  void send(const Commands& commands) const;
  [[nodiscard]] Commands commands() const;

 private:
  void announce(const Batch& batch, std::size_t agents) const;

  SharedFiles& files_;
  std::size_t last_number_ = 0;  // published from here
  std::string tag_{};            // of all files published from here
};

}  // namespace firesweep::runners::cluster

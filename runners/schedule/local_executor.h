// Jobs in worker processes on this machine: long-lived, so that start-up and data are paid once.
#pragma once

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/subprocess.h"
#include "runners/schedule/executor.h"
#include "runners/schedule/worker_program.h"

namespace firesweep::runners::schedule {

struct LocalExecutorOptions {
  WorkerProgram worker;
  std::vector<WorkerPlace> places;      // one for each worker process
  std::filesystem::path log_directory;  // exists; <log_name>-<k>.log is written here
  std::int64_t memory_limit_bytes = 0;  // RAM a worker may use; 0: no limit
  std::vector<int> inherited = {};      // descriptors that stay open in workers
  std::string log_name = "worker";      // <name>-<k>.log
  /// Instead of files in log_directory: one for each place.
  std::vector<std::filesystem::path> logs = {};
  /// How long a worker may take from its start until it is ready; then it is ended, which counts as
  /// a failed start. Loading LibTorch from a slow disk takes half a minute.
  std::chrono::milliseconds start_limit = std::chrono::minutes(2);
};

/// How often in a row a worker may die before it is ready, until no more are started.
inline constexpr int kMaxFailedStarts = 3;

/// How long a cancelled worker may take to finish what it writes, until it is killed.
inline constexpr std::chrono::seconds kGrace{10};

/// All workers are started with the first job, so that they load while it is handed out. A worker
/// that dies is replaced when a job needs its slot; a job whose worker died before it was ready
/// moves to a new one. Started from one thread, which must outlive it (see Subprocess).
/// poll() throws Error after kMaxFailedStarts.
class LocalExecutor final : public Executor {
 public:
  explicit LocalExecutor(LocalExecutorOptions options);
  ~LocalExecutor() override;

  [[nodiscard]] std::size_t capacity() const override { return slots_.size(); }
  [[nodiscard]] std::size_t free_slots() const override;
  void submit(const jobs::Job& job) override;
  [[nodiscard]] std::vector<jobs::Event> poll(std::chrono::milliseconds timeout) override;
  void cancel(std::string_view job_id) override;

 private:
  /// Why a worker is gone, or is being ended.
  struct Fault {
    std::string text;
    sweep::FailureCause cause = sweep::FailureCause::kExit;
  };

  struct Slot {
    std::size_t index = 0;
    std::unique_ptr<base::Subprocess> process;  // null: none runs
    bool ready = false;
    bool late = false;  // ended because it was not ready in time
    std::chrono::steady_clock::time_point started{};
    std::optional<jobs::Job> job;
    std::string unread;          // output up to a newline that has not come yet
    std::optional<Fault> fault;  // why we ended it, if we did
    bool broken = false;         // it broke the protocol: nothing more is read from it
    std::optional<std::chrono::steady_clock::time_point> grace_ends;
  };

  /// One that we are ending takes no job until it is gone.
  [[nodiscard]] static bool is_free(const Slot& slot) { return !slot.job && !slot.fault; }
  void start(Slot& slot);
  void send_job(Slot& slot);
  void read_from(Slot& slot, std::vector<jobs::Event>& events);
  void handle_line(Slot& slot, std::string_view line, std::vector<jobs::Event>& events);
  static void reject(Slot& slot, std::string reason);
  void enforce_limits();
  void end_late_starts(std::chrono::steady_clock::time_point now);
  void bury(Slot& slot, std::vector<jobs::Event>& events);
  [[nodiscard]] std::filesystem::path log_path(const Slot& slot) const;

  LocalExecutorOptions options_;
  std::int64_t memory_kills_ = 0;  // by the kernel, on this machine, when last looked
  std::chrono::steady_clock::time_point measured_{};
  std::vector<Slot> slots_;
  bool started_ = false;
  int failed_starts_ = 0;  // in a row
};

}  // namespace firesweep::runners::schedule

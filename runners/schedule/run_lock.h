// One coordinator per run directory.
#pragma once

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>

namespace firesweep::runners::schedule {

struct LockHolder {
  std::string host;
  std::int64_t pid = 0;
  std::string since;  // UTC, ISO 8601
};

/// Holds RUN/lock. The kernel releases the lock when the last process that has its descriptor ends,
/// however it ends; the file stays and is reused. Workers inherit the descriptor: while one of a
/// killed coordinator is still exiting, no other coordinator works on the directory.
class RunLock {
 public:
  /// Throws Error that names the holder if another process has it, FileError if the file can't be
  /// made. If the holder is a process of this host that is gone, its workers are waited for up to
  /// `patience`.
  explicit RunLock(const std::filesystem::path& path,
                   std::chrono::milliseconds patience = std::chrono::seconds(10));
  RunLock(const RunLock&) = delete;
  RunLock& operator=(const RunLock&) = delete;
  ~RunLock();

  /// For workers to inherit.
  [[nodiscard]] int descriptor() const { return descriptor_; }

  /// The process that holds the lock, if any; does not touch it.
  [[nodiscard]] static std::optional<LockHolder> holder(const std::filesystem::path& path);

 private:
  int descriptor_ = -1;
};

}  // namespace firesweep::runners::schedule

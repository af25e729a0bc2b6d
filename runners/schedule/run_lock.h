// One coordinator a run directory.
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>

namespace firesweep::runners {

struct LockHolder {
  std::string host;
  std::int64_t pid = 0;
  std::string since;  // UTC, ISO 8601
};

/// Holds RUN/lock. The kernel frees the lock when the process ends, however it ends; the file stays
/// and is taken over. Not inherited by workers.
class RunLock {
 public:
  /// Throws Error that names the holder if another process has it, FileError if the file can't be
  /// made.
  explicit RunLock(const std::filesystem::path& path);
  RunLock(const RunLock&) = delete;
  RunLock& operator=(const RunLock&) = delete;
  ~RunLock();

  /// Who holds the lock now, if anybody; looks without touching it.
  [[nodiscard]] static std::optional<LockHolder> holder(const std::filesystem::path& path);

 private:
  int descriptor_ = -1;
};

}  // namespace firesweep::runners

// Preloaded into firesweep and firesweep-worker: counts the calls that change files of the run
// directory and, at one of them, kills the process or lets the disk fail. Steered by the
// environment (tests/chaos/preload.h). Speaks to the kernel directly and never allocates: it is
// called before constructors have run and from within the allocator.
#include <atomic>
#include <cerrno>
#include <csignal>
#include <cstdarg>
#include <cstdio>
#include <cstdlib>
#include <cstring>

#include <fcntl.h>
#include <linux/limits.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "tests/chaos/preload.h"

namespace {

using firesweep::chaos::kPreloadAction;
using firesweep::chaos::kPreloadCall;
using firesweep::chaos::kPreloadDirectory;
using firesweep::chaos::kPreloadMark;
using firesweep::chaos::kPreloadProgram;

enum class Fate { kPass, kDieAfter, kTruncate, kShortWrite, kFail };

std::atomic<long> calls{0};

bool is_action(const char* name) {
  const char* const action = std::getenv(kPreloadAction);
  return action != nullptr && std::strcmp(action, name) == 0;
}

/// Whether this process is the one to be hit and `path` is in the run directory.
bool concerns(const char* path) {
  const char* const directory = std::getenv(kPreloadDirectory);
  const char* const program = std::getenv(kPreloadProgram);
  if (directory == nullptr || program == nullptr || path == nullptr ||
      std::strcmp(program, program_invocation_short_name) != 0) {
    return false;
  }
  const std::size_t length = std::strlen(directory);
  return std::strncmp(path, directory, length) == 0 && (path[length] == '/' || path[length] == 0);
}

/// Leaves a note of the hit. False if there is one already: one process is hit, once. It is linked
/// to its name when it is whole, for it may be read at once.
bool leave_mark(const char* call, const char* path) {
  const char* const mark = std::getenv(kPreloadMark);
  char draft[PATH_MAX + 64];
  std::snprintf(draft, sizeof draft, "%s.%ld", mark, syscall(SYS_getpid));
  const long fd = syscall(SYS_openat, AT_FDCWD, draft, O_WRONLY | O_CREAT | O_TRUNC, 0644);
  char text[PATH_MAX + 64];
  const char* const slash = std::strrchr(path, '/');
  const int size =
      std::snprintf(text, sizeof text, "%s %s", call, slash == nullptr ? path : slash + 1);
  syscall(SYS_write, fd, text, size);
  syscall(SYS_close, fd);
  return syscall(SYS_linkat, AT_FDCWD, draft, AT_FDCWD, mark, 0) == 0;
}

[[noreturn]] void die() {
  syscall(SYS_kill, syscall(SYS_getpid), SIGKILL);
  std::abort();
}

bool disk_failed_before() {
  return syscall(SYS_faccessat, AT_FDCWD, std::getenv(kPreloadMark), F_OK) == 0;
}

/// Counts the call; what is done with it.
Fate fate_of(const char* call, const char* path) {
  if (!concerns(path)) {
    return Fate::kPass;
  }
  const int saved = errno;
  const char* const wanted = std::getenv(kPreloadCall);
  const bool due = wanted != nullptr && ++calls == std::atol(wanted);
  Fate fate = Fate::kPass;
  if (is_action("ENOSPC") || is_action("EIO")) {
    if (std::strcmp(call, "unlink") == 0) {
      fate = Fate::kPass;  // a full disk can be tidied
    } else if (due && leave_mark(call, path)) {
      fate = std::strcmp(call, "write") == 0 ? Fate::kShortWrite : Fate::kFail;
    } else if (disk_failed_before()) {
      fate = Fate::kFail;
    }
  } else if (due && leave_mark(call, path)) {
    if (is_action("before")) {
      die();
    }
    fate = is_action("truncated") ? Fate::kTruncate : Fate::kDieAfter;
  }
  errno = saved;
  return fate;
}

long fail() {
  errno = is_action("EIO") ? EIO : ENOSPC;
  return -1;
}

/// Makes the call unless its fate is another one.
template <typename Make>
long with_fate(const char* call, const char* path, Make make) {
  const Fate fate = fate_of(call, path);
  if (fate == Fate::kFail) {
    return fail();
  }
  const long result = make();
  if (fate == Fate::kDieAfter || fate == Fate::kTruncate) {
    die();
  }
  return result;
}

/// The path behind a descriptor; empty if it has none.
class PathOf {
 public:
  explicit PathOf(int fd) {
    const int saved = errno;
    char link[64];
    std::snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
    const long size = syscall(SYS_readlinkat, AT_FDCWD, link, path_, sizeof path_ - 1);
    path_[size > 0 ? size : 0] = 0;
    errno = saved;
  }
  [[nodiscard]] const char* get() const { return path_; }

 private:
  char path_[PATH_MAX];
};

long write_with_fate(int fd, const void* bytes, std::size_t size, const off_t* offset) {
  const auto write_first = [&](std::size_t count) {
    return offset == nullptr ? syscall(SYS_write, fd, bytes, count)
                             : syscall(SYS_pwrite64, fd, bytes, count, *offset);
  };
  const Fate fate = fate_of("write", PathOf(fd).get());
  switch (fate) {
    case Fate::kFail:
      return fail();
    case Fate::kShortWrite:
      return write_first((size + 1) / 2);
    case Fate::kTruncate:
      write_first(size / 2);
      die();
    case Fate::kDieAfter:
      write_first(size);
      die();
    case Fate::kPass:
      break;
  }
  return write_first(size);
}

int open_with_fate(int directory, const char* path, int flags, mode_t mode) {
  const auto make = [&] { return syscall(SYS_openat, directory, path, flags, mode); };
  return static_cast<int>((flags & O_CREAT) != 0 ? with_fate("create", path, make) : make());
}

mode_t mode_argument(int flags, va_list arguments) {
  return (flags & O_CREAT) != 0 ? va_arg(arguments, mode_t) : 0;
}

}  // namespace

extern "C" {

int open(const char* path, int flags, ...) {
  va_list arguments;
  va_start(arguments, flags);
  const mode_t mode = mode_argument(flags, arguments);
  va_end(arguments);
  return open_with_fate(AT_FDCWD, path, flags, mode);
}

int open64(const char* path, int flags, ...) {
  va_list arguments;
  va_start(arguments, flags);
  const mode_t mode = mode_argument(flags, arguments);
  va_end(arguments);
  return open_with_fate(AT_FDCWD, path, flags, mode);
}

int openat(int directory, const char* path, int flags, ...) {
  va_list arguments;
  va_start(arguments, flags);
  const mode_t mode = mode_argument(flags, arguments);
  va_end(arguments);
  return open_with_fate(directory, path, flags, mode);
}

ssize_t write(int fd, const void* bytes, size_t size) {
  return write_with_fate(fd, bytes, size, nullptr);
}

ssize_t pwrite(int fd, const void* bytes, size_t size, off_t offset) {
  return write_with_fate(fd, bytes, size, &offset);
}

ssize_t pwrite64(int fd, const void* bytes, size_t size, off64_t offset) {
  return write_with_fate(fd, bytes, size, &offset);
}

int fsync(int fd) {
  return static_cast<int>(
      with_fate("fsync", PathOf(fd).get(), [&] { return syscall(SYS_fsync, fd); }));
}

int fdatasync(int fd) {
  return static_cast<int>(
      with_fate("fsync", PathOf(fd).get(), [&] { return syscall(SYS_fdatasync, fd); }));
}

int rename(const char* from, const char* to) noexcept {
  return static_cast<int>(with_fate(
      "rename", to, [&] { return syscall(SYS_renameat2, AT_FDCWD, from, AT_FDCWD, to, 0); }));
}

int renameat2(int from_directory, const char* from, int to_directory, const char* to,
              unsigned int flags) noexcept {
  return static_cast<int>(with_fate("rename", to, [&] {
    return syscall(SYS_renameat2, from_directory, from, to_directory, to, flags);
  }));
}

int link(const char* from, const char* to) noexcept {
  return static_cast<int>(
      with_fate("link", to, [&] { return syscall(SYS_linkat, AT_FDCWD, from, AT_FDCWD, to, 0); }));
}

int linkat(int from_directory, const char* from, int to_directory, const char* to,
           int flags) noexcept {
  return static_cast<int>(with_fate("link", to, [&] {
    return syscall(SYS_linkat, from_directory, from, to_directory, to, flags);
  }));
}

int unlink(const char* path) noexcept {
  return static_cast<int>(
      with_fate("unlink", path, [&] { return syscall(SYS_unlinkat, AT_FDCWD, path, 0); }));
}

int mkdir(const char* path, mode_t mode) noexcept {
  return static_cast<int>(
      with_fate("mkdir", path, [&] { return syscall(SYS_mkdirat, AT_FDCWD, path, mode); }));
}
}

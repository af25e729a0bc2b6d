#include "tests/faults/system_calls.h"

#include <cerrno>
#include <cstdarg>
#include <cstddef>
#include <cstdio>
#include <filesystem>
#include <map>
#include <string_view>
#include <system_error>
#include <utility>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

namespace firesweep::tests {
namespace {

struct State {
  bool counting = false;
  int calls = 0;
  bool removal_struck = false;
  int target = -1;
  Fault fault;
  std::vector<std::string> recorded;
  std::map<int, std::string> open_files;
};

// The wrapped functions have nothing else to hold on to.
State state;
std::map<std::string, int> unsupported;

std::string short_name(const char* path) {
  const std::filesystem::path given(path);
  const std::string name = given.filename().string();
  std::error_code error;
  if (std::filesystem::is_directory(given, error)) {
    return name + "/";
  }
  return name.starts_with('.') && name.ends_with(".tmp") ? "tmp" : name;
}

bool is_removal(std::string_view name) {
  return name == "unlink" || name == "rmdir";
}

/// Counts the call; whether the fault applies to it.
bool strikes(std::string_view name, const std::string& what, bool modifies) {
  if (!state.counting) {
    return false;
  }
  const int number = state.calls++;
  state.recorded.push_back(std::string(name) + " " + what);
  const bool full = state.fault.error == ENOSPC || state.fault.error == EDQUOT;
  const bool later = state.fault.persists && number > state.target && modifies &&
                     !(full && is_removal(name));  // a full disk can be emptied
  const bool struck = state.target >= 0 && (number == state.target || later);
  if (struck) {
    state.removal_struck = state.removal_struck || is_removal(name);
  }
  return struck;
}

/// The call under the fault; `call` does it.
template <typename Call>
long strike(Call call) {
  switch (state.fault.effect) {
    case Effect::kDiesBefore:
    case Effect::kDiesInside:
      ::_exit(kDiedStatus);
    case Effect::kDiesAfter:
      call();
      ::_exit(kDiedStatus);
    case Effect::kFailsOnceDone:
      call();
      break;
    case Effect::kShort:
    case Effect::kNothing:
      return call();  // only of writes
    case Effect::kFails:
      break;
  }
  errno = state.fault.error;
  return -1;
}

template <typename Call>
int maybe(std::string_view name, const std::string& what, Call call, bool modifies = true) {
  if (strikes(name, what, modifies)) {
    return static_cast<int>(strike(call));
  }
  if (const auto error = unsupported.find(std::string(name)); error != unsupported.end()) {
    errno = error->second;
    return -1;
  }
  return call();
}

}  // namespace

void start_counting(int call, const Fault& fault) {
  state = State{};
  state.target = call;
  state.fault = fault;
  state.counting = true;
}

int stop_counting() {
  state.counting = false;
  return state.calls;
}

void set_unsupported(std::map<std::string, int> errors) {
  unsupported = std::move(errors);
}

const std::vector<std::string>& recorded_calls() {
  return state.recorded;
}

bool removal_was_struck() {
  return state.removal_struck;
}

}  // namespace firesweep::tests

// The linker's names for the wrapped functions and for those of the C library.
extern "C" {

int __real_open(const char* path, int flags, ...);
ssize_t __real_write(int descriptor, const void* data, std::size_t size);
int __real_close(int descriptor);
int __real_rename(const char* from, const char* to);
int __real_renameat2(int from_at, const char* from, int to_at, const char* to, unsigned flags);
int __real_link(const char* from, const char* to);
int __real_unlink(const char* path);
int __real_mkdir(const char* path, mode_t mode);
int __real_rmdir(const char* path);

int __wrap_open(const char* path, int flags, ...) {
  mode_t mode = 0;
  if ((flags & O_CREAT) != 0) {
    va_list arguments;
    va_start(arguments, flags);
    mode = va_arg(arguments, mode_t);
    va_end(arguments);
  }
  const std::string name = firesweep::tests::short_name(path);
  const int descriptor = firesweep::tests::maybe(
      "open", name, [&] { return __real_open(path, flags, mode); }, (flags & O_CREAT) != 0);
  if (descriptor >= 0 && firesweep::tests::state.counting) {
    firesweep::tests::state.open_files[descriptor] = name;
  }
  return descriptor;
}

ssize_t __wrap_write(int descriptor, const void* data, std::size_t size) {
  using firesweep::tests::Effect;
  auto& state = firesweep::tests::state;
  if (!firesweep::tests::strikes("write", state.open_files[descriptor], true)) {
    return __real_write(descriptor, data, size);
  }
  const Effect effect = state.fault.effect;
  if (effect == Effect::kNothing) {
    return 0;
  }
  if (effect == Effect::kShort || effect == Effect::kDiesInside) {
    const ssize_t written = __real_write(descriptor, data, size / 2);
    if (effect == Effect::kDiesInside) {
      ::_exit(firesweep::tests::kDiedStatus);
    }
    return written;
  }
  return firesweep::tests::strike([&] { return __real_write(descriptor, data, size); });
}

/// No power is cut here: syncing is recorded and not done, which takes seconds instead of minutes.
int __wrap_fsync(int descriptor) {
  return firesweep::tests::maybe("fsync", firesweep::tests::state.open_files[descriptor],
                                 [] { return 0; });
}

int __wrap_close(int descriptor) {
  const std::string name = firesweep::tests::state.open_files[descriptor];
  firesweep::tests::state.open_files.erase(descriptor);
  const auto call = [&] { return __real_close(descriptor); };
  if (!firesweep::tests::strikes("close", name, false)) {
    return call();
  }
  if (firesweep::tests::state.fault.effect != firesweep::tests::Effect::kFails) {
    return static_cast<int>(firesweep::tests::strike(call));
  }
  call();  // Linux closes also when it reports an error
  errno = firesweep::tests::state.fault.error;
  return -1;
}

int __wrap_rename(const char* from, const char* to) {
  using firesweep::tests::short_name;
  return firesweep::tests::maybe("rename", short_name(from) + " " + short_name(to),
                                 [&] { return __real_rename(from, to); });
}

int __wrap_renameat2(int from_at, const char* from, int to_at, const char* to, unsigned flags) {
  using firesweep::tests::short_name;
  return firesweep::tests::maybe("renameat2", short_name(from) + " " + short_name(to),
                                 [&] { return __real_renameat2(from_at, from, to_at, to, flags); });
}

int __wrap_link(const char* from, const char* to) {
  using firesweep::tests::short_name;
  return firesweep::tests::maybe("link", short_name(from) + " " + short_name(to),
                                 [&] { return __real_link(from, to); });
}

int __wrap_unlink(const char* path) {
  return firesweep::tests::maybe("unlink", firesweep::tests::short_name(path),
                                 [&] { return __real_unlink(path); });
}

int __wrap_mkdir(const char* path, mode_t mode) {
  return firesweep::tests::maybe("mkdir", firesweep::tests::short_name(path),
                                 [&] { return __real_mkdir(path, mode); });
}

int __wrap_rmdir(const char* path) {
  return firesweep::tests::maybe("rmdir", firesweep::tests::short_name(path),
                                 [&] { return __real_rmdir(path); });
}

}  // extern "C"

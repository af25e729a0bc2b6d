// A worker's log that is needed only while a process waits for the worker.
#pragma once

#include <cerrno>
#include <cstring>
#include <filesystem>

#include <fmt/format.h>
#include <sys/mman.h>
#include <unistd.h>

#include "base/descriptor.h"
#include "base/error.h"

namespace firesweep::base {

/// In memory: no file is left behind, however this program ends.
struct TemporaryLog {
  TemporaryLog() : memory(::memfd_create("firesweep-worker.log", MFD_CLOEXEC)) {
    if (memory.get() < 0) {
      throw Error(fmt::format("can't create a worker's log in memory: {}", std::strerror(errno)));
    }
    path = fmt::format("/proc/{}/fd/{}", ::getpid(), memory.get());
  }

  Descriptor memory;
  std::filesystem::path path;
};

}  // namespace firesweep::base

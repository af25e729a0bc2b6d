// A worker's log that is of use only while somebody waits for the worker.
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

/// In memory: however this program ends, no file stays behind.
struct TemporaryLog {
  TemporaryLog() : memory(::memfd_create("firesweep-worker.log", MFD_CLOEXEC)) {
    if (memory.get() < 0) {
      throw Error(fmt::format("no memory for a worker's log: {}", std::strerror(errno)));
    }
    path = fmt::format("/proc/{}/fd/{}", ::getpid(), memory.get());
  }

  Descriptor memory;
  std::filesystem::path path;
};

}  // namespace firesweep::base

#include "base/temporary_file.h"

#include <cerrno>
#include <string_view>
#include <utility>

#include <fcntl.h>
#include <sys/types.h>
#include <unistd.h>

#include "base/atomic_file.h"
#include "base/system_calls.h"

namespace firesweep::base {

/// A killed writer with the same process id may have left a file of this name: in containers,
/// process ids repeat.
TemporaryFile::TemporaryFile(std::filesystem::path path) : path_(std::move(path)) {
  constexpr int kAttempts = 100;
  for (int attempt = 1; descriptor_.get() < 0; ++attempt) {
    name_ = temporary_path_for(path_);
    descriptor_.reset(uninterrupted(
        [&] { return ::open(name_.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666); }));
    if (descriptor_.get() < 0 && (errno != EEXIST || attempt == kAttempts)) {
      throw_file_error(path_, "can't create a temporary file next to it", errno);
    }
  }
}

TemporaryFile::~TemporaryFile() {
  descriptor_.reset();
  if (!kept_) {
    ::unlink(name_.c_str());
  }
}

void TemporaryFile::append(std::string_view bytes) {
  write_all(descriptor_.get(), bytes, path_);
}

void TemporaryFile::finish() {
  // No second attempt: after a failure the kernel may have dropped the data, and a second fsync
  // would succeed.
  if (uninterrupted([&] { return ::fsync(descriptor_.get()); }) != 0) {
    throw_file_error(path_, "can't sync", errno);
  }
  // An interrupted close has closed the descriptor, and the content is synced.
  if (descriptor_.close() != 0 && errno != EINTR) {
    throw_file_error(path_, "can't write", errno);
  }
}

void TemporaryFile::publish() {
  move_file(name_, path_);
  keep();
}

}  // namespace firesweep::base

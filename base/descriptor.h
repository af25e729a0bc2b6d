// Owns a file descriptor.
#pragma once

#include <utility>

#include <unistd.h>

namespace firesweep::base {

class Descriptor {
 public:
  Descriptor() = default;
  /// A negative value (from a failed open) is never closed.
  explicit Descriptor(int value) : value_(value) {}
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;
  ~Descriptor() { reset(); }

  [[nodiscard]] int get() const { return value_; }
  [[nodiscard]] int release() { return std::exchange(value_, -1); }
  /// Closes the descriptor it owns, ignoring errors, and takes ownership of `value`.
  void reset(int value = -1) {
    if (value_ >= 0) {
      ::close(value_);
    }
    value_ = value;
  }
  /// Returns 0, or -1 with errno: network file systems report late write errors here. The
  /// descriptor is closed either way.
  [[nodiscard]] int close() { return ::close(release()); }

 private:
  int value_ = -1;
};

}  // namespace firesweep::base

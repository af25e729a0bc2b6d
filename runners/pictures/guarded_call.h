// Calls of C libraries that report errors by longjmp.
#pragma once

#include <algorithm>
#include <array>
#include <csetjmp>
#include <string>
#include <string_view>

#include "base/error.h"

namespace firesweep::runners::pictures {

/// Where a library's error handler leaves its message and jumps to.
struct JumpTarget {
  std::jmp_buf buffer;
  std::array<char, 256> message{};  // no allocation between error and jump

  /// For error handlers: ends the guarded call.
  [[noreturn]] void fail(std::string_view reason) {
    message.fill('\0');
    std::copy_n(reason.begin(), std::min(reason.size(), message.size() - 1), message.begin());
    std::longjmp(buffer, 1);
  }
};

/// Calls `call`, which calls the library. Throws Error with "<what>: <message>" if the library
/// fails. The jump skips the frames of `call` and of the library, so `call` may hold no objects
/// with destructors; objects that it only refers to are safe.
template <typename Call>
void guarded_call(JumpTarget& target, std::string_view what, const Call& call) {
  if (setjmp(target.buffer) != 0) {  // NOLINT: the way these libraries report errors
    throw Error(std::string(what) + ": " + target.message.data());
  }
  call();
}

}  // namespace firesweep::runners::pictures

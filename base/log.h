// Messages to people next to the answer: warnings, progress, logs.
#pragma once

#include <cstdio>
#include <string>
#include <utility>

#include <fmt/format.h>

namespace firesweep {

/// Prints to standard error. Never fails: a log on a full disk must not stop the work.
template <typename... Values>
void log(fmt::format_string<Values...> format, Values&&... values) {
  const std::string text = fmt::format(format, std::forward<Values>(values)...);
  std::fwrite(text.data(), 1, text.size(), stderr);
}

}  // namespace firesweep

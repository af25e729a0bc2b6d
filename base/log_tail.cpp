#include "base/log_tail.h"

#include <algorithm>
#include <fstream>

#include <fmt/format.h>
#include <utf8.h>

namespace firesweep::base {
namespace {

constexpr std::streamoff kMaxTailBytes = 4096;
constexpr std::size_t kMaxTailLines = 20;

}  // namespace

std::vector<std::string> log_tail(const std::filesystem::path& path) {
  std::error_code error;
  if (!std::filesystem::is_regular_file(path, error)) {
    return {};  // a device may be endless
  }
  std::ifstream file(path, std::ios::binary | std::ios::ate);
  if (!file) {
    return {};
  }
  const std::streamoff size = file.tellg();
  file.seekg(std::max<std::streamoff>(0, size - kMaxTailBytes));
  std::vector<std::string> lines;
  for (std::string line; std::getline(file, line);) {
    lines.push_back(utf8::replace_invalid(line));
  }
  if (size > kMaxTailBytes && lines.size() > 1) {
    lines.erase(lines.begin());  // starts in the middle
  }
  while (!lines.empty() && lines.back().empty()) {
    lines.pop_back();
  }
  if (lines.size() > kMaxTailLines) {
    lines.erase(lines.begin(), lines.end() - static_cast<std::ptrdiff_t>(kMaxTailLines));
  }
  return lines;
}

std::string log_tail_text(const std::filesystem::path& path) {
  return fmt::format("{}", fmt::join(log_tail(path), "\n"));
}

}  // namespace firesweep::base

#include "runners/schedule/log_tail.h"

#include <fstream>

#include <nlohmann/json.hpp>

namespace firesweep::runners {
namespace {

constexpr std::streamoff kMaxBytes = 4096;
constexpr int kMaxLines = 20;

/// Logs may hold any bytes; results.json and terminals want UTF-8.
std::string as_utf8(const std::string& bytes) {
  using nlohmann::json;
  return json::parse(json(bytes).dump(-1, ' ', false, json::error_handler_t::replace))
      .get<std::string>();
}

}  // namespace

std::string log_tail(const std::filesystem::path& path) {
  std::ifstream file(path, std::ios::binary | std::ios::ate);
  if (!file) {
    return {};
  }
  const std::streamoff size = file.tellg();
  const std::streamoff begin = std::max<std::streamoff>(0, size - kMaxBytes);
  std::string text(static_cast<std::size_t>(size - begin), '\0');
  file.seekg(begin);
  file.read(text.data(), size - begin);
  text.resize(static_cast<std::size_t>(file.gcount()));
  while (!text.empty() && text.back() == '\n') {
    text.pop_back();
  }
  std::size_t start = text.size();
  for (int line = 0; line < kMaxLines && start != std::string::npos && start > 0; ++line) {
    start = text.rfind('\n', start - 1);
  }
  if (start != std::string::npos && start > 0) {
    text.erase(0, start + 1);
  }
  return as_utf8(text);
}

}  // namespace firesweep::runners

#include "runners/schedule/run_lock.h"

#include <array>
#include <cerrno>
#include <cstring>
#include <fstream>
#include <iterator>
#include <thread>
#include <utility>

#include <fcntl.h>
#include <fmt/format.h>
#include <nlohmann/json.hpp>
#include <unistd.h>

#include "base/error.h"
#include "base/host.h"

namespace firesweep::runners::schedule {
namespace {

constexpr std::chrono::milliseconds kRetryInterval{20};

/// The whole file. Locks of the open file (not of the process): they end with the descriptor, and
/// can be queried without being acquired.
struct flock whole_file(short type) {
  struct flock region {};
  region.l_type = type;
  region.l_whence = SEEK_SET;
  return region;
}

LockHolder read_holder(int descriptor) {
  std::array<char, 1024> text{};
  const ssize_t bytes = ::pread(descriptor, text.data(), text.size(), 0);
  const std::string_view content(text.data(), bytes > 0 ? static_cast<std::size_t>(bytes) : 0);
  const nlohmann::json json = nlohmann::json::parse(content, nullptr, false);
  if (!json.is_object()) {  // acquired a moment ago and not yet signed
    return {"unknown", 0, "unknown"};
  }
  return {json.value("host", "unknown"), json.value("pid", std::int64_t{0}),
          json.value("since", "unknown")};
}

/// 'R', 'S', 'Z', ... of a process of this host; 0 if there is none.
char process_state(std::int64_t pid) {
  std::ifstream file(fmt::format("/proc/{}/stat", pid));
  const std::string text{std::istreambuf_iterator<char>(file), {}};
  const std::size_t name_end = text.rfind(')');  // the name may hold anything
  return name_end + 2 < text.size() && name_end != std::string::npos ? text[name_end + 2] : '\0';
}

/// Whether the process that signed the lock has ended; then only workers of its hold the lock
/// still.
bool is_gone(const LockHolder& holder) {
  if (holder.host != base::host_name() || holder.pid <= 0) {
    return false;
  }
  const char state = process_state(holder.pid);
  return state == '\0' || state == 'Z' || state == 'X';
}

void sign(int descriptor) {
  const nlohmann::json json{
      {"host", base::host_name()}, {"pid", ::getpid()}, {"since", base::utc_now()}};
  const std::string text =
      json.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace) + "\n";
  // The holder is written for people; the lock works without it.
  if (::ftruncate(descriptor, 0) == 0) {
    [[maybe_unused]] const ssize_t written = ::pwrite(descriptor, text.data(), text.size(), 0);
  }
}

}  // namespace

RunLock::RunLock(const std::filesystem::path& path, std::chrono::milliseconds patience)
    : descriptor_(::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0644)) {
  if (descriptor_ < 0) {
    throw FileError(fmt::format("{}: can't be created: {}", path.string(), std::strerror(errno)));
  }
  const auto deadline = std::chrono::steady_clock::now() + patience;
  while (true) {
    struct flock region = whole_file(F_WRLCK);
    if (::fcntl(descriptor_, F_OFD_SETLK, &region) == 0) {
      sign(descriptor_);
      return;
    }
    const int error = errno;
    const bool taken = error == EAGAIN || error == EACCES;
    const LockHolder holder = read_holder(descriptor_);
    if (taken && is_gone(holder) && std::chrono::steady_clock::now() < deadline) {
      std::this_thread::sleep_for(kRetryInterval);
      continue;
    }
    ::close(std::exchange(descriptor_, -1));
    if (taken) {
      throw Error(fmt::format("{}: this run is under way on host {} as process {} since {}",
                              path.parent_path().string(), holder.host, holder.pid, holder.since));
    }
    throw FileError(fmt::format("{}: can't be locked: {}", path.string(), std::strerror(error)));
  }
}

RunLock::~RunLock() {
  ::close(descriptor_);
}

std::optional<LockHolder> RunLock::holder(const std::filesystem::path& path) {
  const int descriptor = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
  if (descriptor < 0) {
    return std::nullopt;
  }
  struct flock region = whole_file(F_RDLCK);
  std::optional<LockHolder> holder;
  if (::fcntl(descriptor, F_OFD_GETLK, &region) == 0 && region.l_type != F_UNLCK) {
    holder = read_holder(descriptor);
  }
  ::close(descriptor);
  return holder;
}

}  // namespace firesweep::runners::schedule

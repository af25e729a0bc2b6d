#include "base/host.h"

#include <array>
#include <chrono>
#include <fstream>

#include <fmt/chrono.h>
#include <fmt/format.h>
#include <sched.h>
#include <sys/utsname.h>
#include <unistd.h>

namespace firesweep::base {

std::string host_name() {
  std::array<char, 256> name{};
  return ::gethostname(name.data(), name.size() - 1) == 0 ? name.data() : "unknown";
}

std::vector<int> available_processors() {
  cpu_set_t allowed;
  CPU_ZERO(&allowed);
  std::vector<int> processors;
  if (::sched_getaffinity(0, sizeof(allowed), &allowed) == 0) {
    for (int cpu = 0; cpu < CPU_SETSIZE; ++cpu) {
      if (CPU_ISSET(static_cast<std::size_t>(cpu), &allowed)) {
        processors.push_back(cpu);
      }
    }
  }
  return processors.empty() ? std::vector<int>{0} : processors;
}

std::string host_processor() {
  std::ifstream cpuinfo("/proc/cpuinfo");
  for (std::string line; std::getline(cpuinfo, line);) {
    const std::size_t colon = line.find(": ");
    if (line.starts_with("model name") && colon != std::string::npos) {
      return line.substr(colon + 2);
    }
  }
  return "unknown";
}

nlohmann::json host_environment() {
  utsname system{};
  const bool known = ::uname(&system) == 0;
  return {{"host", host_name()},
          {"processor", host_processor()},
          {"cores", available_processors().size()},
          {"kernel", known ? fmt::format("{} {} {}", &system.sysname[0], &system.release[0],
                                         &system.machine[0])
                           : std::string("unknown")},
          {"compiler",
#ifdef __clang__
           "clang " __VERSION__
#else
           "g++ " __VERSION__
#endif
          }};
}

std::string utc_now() {
  const auto now =
      std::chrono::time_point_cast<std::chrono::seconds>(std::chrono::system_clock::now());
  return fmt::format("{:%Y-%m-%dT%H:%M:%SZ}", fmt::gmtime(now));
}

}  // namespace firesweep::base

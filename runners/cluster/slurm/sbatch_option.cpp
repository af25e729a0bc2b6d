#include "runners/cluster/slurm/sbatch_option.h"

#include <algorithm>
#include <array>

#include <fmt/format.h>

namespace firesweep::runners::cluster {
namespace {

struct ReservedOption {
  std::string_view name;
  char letter;  // 0: none
  std::string_view why;
};

constexpr std::array<ReservedOption, 24> kReserved{{
    {"job-name", 'J', "firesweep names the jobs, and finds them by name"},
    {"array", 'a', "use executor.workers and executor.throttle"},
    {"output", 'o', "agents' logs are workers/slurm-<job>_<task>.log of the run directory"},
    {"error", 'e', "agents' logs are workers/slurm-<job>_<task>.log of the run directory"},
    {"open-mode", 0, "a requeued job continues its log"},
    {"signal", 0, "use executor.signal"},
    {"requeue", 0, "firesweep sets it"},
    {"no-requeue", 0, "an agent at its time limit requeues its job"},
    {"chdir", 'D', "agents run in the run directory"},
    {"parsable", 0, "firesweep sets it"},
    {"wrap", 0, "the job script is firesweep's"},
    {"wait", 'W', "firesweep watches the jobs itself"},
    {"test-only", 0, "'firesweep run --dry-run' prints the script"},
    {"clusters", 'M', "firesweep could not find jobs of other clusters"},
    {"ntasks", 'n', "an agent is one task; use executor.workers"},
    {"cpus-per-task", 'c', "use executor.cpus"},
    {"mem", 0, "use executor.memory"},
    {"time", 't', "use executor.time"},
    {"partition", 'p', "use executor.partition"},
    {"account", 'A', "use executor.account"},
    {"qos", 'q', "use executor.qos"},
    {"constraint", 'C', "use executor.constraint"},
    {"gres", 0, "use executor.gres"},
    {"workdir", 0, "agents run in the run directory"},
}};

/// getopt_long accepts a prefix of a long name.
constexpr std::size_t kMinPrefixLength = 3;

bool matches(const ReservedOption& reserved, std::string_view option) {
  if (!option.starts_with("--")) {
    return option.size() > 1 && reserved.letter != 0 && option[1] == reserved.letter;
  }
  const std::string_view name = option.substr(2, option.find_first_of("= \t") - 2);
  return name == reserved.name ||
         (name.size() >= kMinPrefixLength && reserved.name.starts_with(name));
}

}  // namespace

std::string rejection_reason(std::string_view option) {
  const auto* const found = std::ranges::find_if(
      kReserved, [option](const ReservedOption& reserved) { return matches(reserved, option); });
  return found == kReserved.end()
             ? std::string()
             : fmt::format("--{} is not allowed here: {}", found->name, found->why);
}

}  // namespace firesweep::runners::cluster

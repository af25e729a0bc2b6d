#include "sweep/spec/sbatch_option.h"

#include <algorithm>
#include <array>

#include <fmt/format.h>

namespace firesweep::sweep {
namespace {

struct Taken {
  std::string_view name;
  char letter;  // 0: it has none
  std::string_view why;
};

constexpr std::array<Taken, 24> kTaken{{
    {"job-name", 'J', "firesweep names the jobs, and finds them by it"},
    {"array", 'a', "use executor.workers and executor.throttle"},
    {"output", 'o', "agents' logs are workers/slurm-<job>_<task>.log of the run directory"},
    {"error", 'e', "agents' logs are workers/slurm-<job>_<task>.log of the run directory"},
    {"open-mode", 0, "a job that is queued again goes on with its log"},
    {"signal", 0, "use executor.signal"},
    {"requeue", 0, "firesweep sets it"},
    {"no-requeue", 0, "an agent whose time is up queues its job again"},
    {"chdir", 'D', "agents work in the run directory"},
    {"parsable", 0, "firesweep sets it"},
    {"wrap", 0, "the job script is firesweep's"},
    {"wait", 'W', "firesweep watches the jobs itself"},
    {"test-only", 0, "'firesweep run --dry-run' prints the script"},
    {"clusters", 'M', "jobs of other clusters would not be found again"},
    {"ntasks", 'n', "an agent is one task; use executor.workers"},
    {"cpus-per-task", 'c', "use executor.cpus"},
    {"mem", 0, "use executor.memory"},
    {"time", 't', "use executor.time"},
    {"partition", 'p', "use executor.partition"},
    {"account", 'A', "use executor.account"},
    {"qos", 'q', "use executor.qos"},
    {"constraint", 'C', "use executor.constraint"},
    {"gres", 0, "use executor.gres"},
    {"workdir", 0, "agents work in the run directory"},
}};

/// As getopt_long takes them: a beginning of a long name stands for it.
constexpr std::size_t kShortestBeginning = 3;

bool is_meant(const Taken& taken, std::string_view option) {
  if (!option.starts_with("--")) {
    return option.size() > 1 && taken.letter != 0 && option[1] == taken.letter;
  }
  const std::string_view name = option.substr(2, option.find_first_of("= \t") - 2);
  return name == taken.name || (name.size() >= kShortestBeginning && taken.name.starts_with(name));
}

}  // namespace

std::string objection_to(std::string_view option) {
  const auto* const found = std::ranges::find_if(
      kTaken, [option](const Taken& taken) { return is_meant(taken, option); });
  return found == kTaken.end() ? std::string()
                               : fmt::format("--{} can't be had here: {}", found->name, found->why);
}

}  // namespace firesweep::sweep

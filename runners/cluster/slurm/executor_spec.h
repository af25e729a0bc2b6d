// Where trials run: `executor:` of a sweep file, or a profile of the user. Not part of a trial's
// identity.
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <yaml-cpp/yaml.h>

#include "sweep/spec/sweep_spec.h"
#include "sweep/spec/yaml_reader.h"

namespace firesweep::runners::cluster {

enum class ExecutorKind {
  kLocal,   // worker processes on this machine
  kShared,  // agents started by hand, on any machine that can access the run directory
  kSlurm,   // agents in an array of Slurm jobs
};

[[nodiscard]] std::string_view to_string(ExecutorKind kind);

/// All except `kind`, `lease_seconds` and `command` concerns Slurm.
struct ExecutorSpec {
  ExecutorKind kind = ExecutorKind::kLocal;
  double lease_seconds = 90.0;  // an agent silent for longer is considered dead

  std::int64_t workers = 4;          // agents, one per task of the job array
  std::int64_t jobs_per_worker = 0;  // parallel trials per agent; 0: cpus / threads per job
  std::int64_t cpus = 1;             // per agent
  std::int64_t memory_bytes = 0;     // per agent; 0: the partition's default
  std::int64_t time_seconds = 0;     // time limit per agent; 0: the partition's default
  std::int64_t signal_seconds = 0;   // agents stop this long before the limit; 0: see below
  std::int64_t throttle = 0;         // maximum number of agents at once; 0: all
  std::string partition;
  std::string account;
  std::string qos;
  std::string constraint;
  std::string gres;
  std::vector<std::string> sbatch;  // other options, each "--option=value"
  std::string prologue;             // shell lines before the agent: module load ...
  std::string container;            // image for `apptainer exec`; empty: none
  std::string command;              // firesweep on the nodes; empty: this program
  std::string worker;               // worker program on the nodes; empty: next to `command`
};

/// Throws ConfigError with the location for anything unknown or ill-typed, and for text that could
/// break out of a line of the job script.
[[nodiscard]] ExecutorSpec read_executor(const sweep::YamlReader& yaml, const YAML::Node& node);
/// Sets one key of `spec`.
void set_executor_key(const sweep::YamlReader& yaml, const sweep::YamlEntry& entry,
                      ExecutorSpec& spec);

/// The executor of a sweep file with the overrides of `--set`; nothing if neither has a kind: the
/// overrides may be for a profile. Throws ConfigError with the location, also for overrides.
[[nodiscard]] std::optional<ExecutorSpec> executor_in(const sweep::SweepSpec& sweep);

/// Applies `--set executor.KEY=VALUE` on top of `spec`.
void apply_executor_overrides(const std::vector<sweep::Override>& overrides, ExecutorSpec& spec);

/// How long before the time limit agents stop. The default is one minute, but at most half of the
/// limit.
[[nodiscard]] std::int64_t signal_seconds(const ExecutorSpec& spec);

/// Throws Error for settings that are valid alone but contradict each other.
void check_executor(const ExecutorSpec& spec);

/// The file whose keys are the names of the user's profiles:
/// $XDG_CONFIG_HOME/firesweep/executors.yaml, or ~/.config/firesweep/executors.yaml. Empty if
/// neither XDG_CONFIG_HOME nor HOME is set.
[[nodiscard]] std::filesystem::path executor_profiles_path();

/// The executor that `--executor NAME` selects: a profile of that name, else a kind. `own` is the
/// executor of the sweep file, used if it has that kind. Throws Error that lists the known names.
[[nodiscard]] ExecutorSpec find_executor(const std::string& name, const ExecutorSpec* own,
                                         const std::filesystem::path& profiles);

}  // namespace firesweep::runners::cluster

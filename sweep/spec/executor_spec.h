// Where trials are to run: `executor:` of a sweep file, or a profile of the user's. No part of a
// trial's identity.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include <yaml-cpp/yaml.h>

#include "sweep/spec/yaml_reader.h"

namespace firesweep::sweep {

enum class ExecutorKind {
  kLocal,   // worker processes of this machine
  kShared,  // agents that are started by hand, on any machine that sees the run directory
  kSlurm,   // agents in an array of Slurm jobs
};

[[nodiscard]] std::string_view to_string(ExecutorKind kind);

/// All but `kind`, `lease_seconds` and `command` is about Slurm.
struct ExecutorSpec {
  ExecutorKind kind = ExecutorKind::kLocal;
  double lease_seconds = 90.0;  // of an agent's silence, after which others take over

  std::int64_t workers = 4;          // agents: tasks of the job array
  std::int64_t jobs_per_worker = 0;  // trials at once in each; 0: cpus / threads a job
  std::int64_t cpus = 1;             // of each agent
  std::int64_t memory_bytes = 0;     // of each agent; 0: the partition's default
  std::int64_t time_seconds = 0;     // limit of each agent; 0: the partition's default
  std::int64_t signal_seconds = 0;   // before the limit agents are told to stop; 0: see below
  std::int64_t throttle = 0;         // agents at once at most; 0: all
  std::string partition;
  std::string account;
  std::string qos;
  std::string constraint;
  std::string gres;
  std::vector<std::string> sbatch;  // further options, each "--option=value"
  std::string prologue;             // shell lines before the agent: module load ...
  std::string container;            // image for `apptainer exec`; empty: none
  std::string command;              // firesweep on the nodes; empty: this program
  std::string worker;               // worker program on the nodes; empty: beside `command`
};

/// Throws ConfigError with the place for anything unknown, ill-typed, or that could break out of a
/// job script's line.
[[nodiscard]] ExecutorSpec read_executor(const YamlReader& yaml, const YAML::Node& node);
/// One key of it.
void set_executor_key(const YamlReader& yaml, const YamlEntry& entry, ExecutorSpec& spec);

/// What `--set executor.KEY=VALUE` says, over whatever `spec` says already.
void apply_executor_overrides(const std::vector<Override>& overrides, ExecutorSpec& spec);

/// How long before the limit agents are told to stop: a minute if nothing is said of it, but at
/// most half of the limit.
[[nodiscard]] std::int64_t signal_seconds(const ExecutorSpec& spec);

/// Throws Error for settings that each are right and don't go together.
void check_executor(const ExecutorSpec& spec);

/// Names of the user's profiles are keys of this file: $XDG_CONFIG_HOME/firesweep/executors.yaml,
/// or
/// ~/.config/firesweep/executors.yaml. Empty if neither variable is set.
[[nodiscard]] std::filesystem::path executor_profiles_path();

/// What `--executor NAME` means: a profile of that name, else a kind. `own`: the sweep file's,
/// taken if it is of that kind. Throws Error that lists the known names.
[[nodiscard]] ExecutorSpec find_executor(const std::string& name, const ExecutorSpec* own,
                                         const std::filesystem::path& profiles);

}  // namespace firesweep::sweep

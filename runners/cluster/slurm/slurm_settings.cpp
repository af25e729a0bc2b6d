#include "runners/cluster/slurm/slurm_settings.h"

#include <algorithm>
#include <cctype>
#include <charconv>

#include <fmt/format.h>

#include "base/error.h"
#include "base/shell.h"
#include "sweep/study/trial.h"

namespace firesweep::runners::cluster {
namespace {

using base::shell_quoted;

constexpr std::int64_t kSecondsPerMinute = 60;
constexpr std::int64_t kBytesPerMegabyte = std::int64_t{1} << 20;

/// Slurm's format: hours, minutes and seconds, rounded up to minutes.
std::string time_text(std::int64_t seconds) {
  const std::int64_t minutes = (seconds + kSecondsPerMinute - 1) / kSecondsPerMinute;
  return fmt::format("{:02}:{:02}:00", minutes / 60, minutes % 60);
}

/// A per cent sign means something in the names of logs.
std::string literal_in_file_name(std::string_view path) {
  std::string text;
  for (const char c : path) {
    text += c == '%' ? "%%" : std::string(1, c);
  }
  return text;
}

std::string settings_lines(const ExecutorSpec& spec) {
  std::string text;
  const auto add = [&text](std::string_view option, const std::string& value) {
    if (!value.empty()) {
      text += fmt::format("#SBATCH --{}={}\n", option, value);
    }
  };
  add("partition", spec.partition);
  add("account", spec.account);
  add("qos", spec.qos);
  add("constraint", spec.constraint);
  add("gres", spec.gres);
  add("cpus-per-task", std::to_string(spec.cpus));
  if (spec.memory_bytes > 0) {
    add("mem", fmt::format("{}M", (spec.memory_bytes + kBytesPerMegabyte - 1) / kBytesPerMegabyte));
  }
  if (spec.time_seconds > 0) {
    add("time", time_text(spec.time_seconds));
  }
  // To the shell that becomes the agent, which nothing else would reach without srun.
  add("signal", fmt::format("B:USR2@{}", signal_seconds(spec)));
  text += "#SBATCH --ntasks=1\n#SBATCH --requeue\n#SBATCH --open-mode=append\n";
  for (const std::string& line : spec.sbatch) {
    text += fmt::format("#SBATCH {}\n", line);
  }
  return text;
}

/// The user's lines, of which the first that fails ends the job: without its modules an agent would
/// train with other libraries, or fail for hidden reasons.
std::string prologue(const ExecutorSpec& spec) {
  if (spec.prologue.empty()) {
    return {};
  }
  return fmt::format(
      "trap 'echo \"firesweep: the prologue ended with exit code $? on $(hostname): no agent was "
      "started\" >&2' EXIT\n"
      "set -e\n{}{}"
      "set +e\n"
      "trap - EXIT\n",
      spec.prologue, spec.prologue.ends_with('\n') ? "" : "\n");
}

/// With a container the program's path is one inside of it.
std::string checks(const ExecutorSpec& spec, const SlurmScript& script) {
  const std::string run = shell_quoted(script.run_directory.string());
  std::string text = fmt::format(
      "if ! [ -e {0}/manifest.json ]; then\n"
      "  echo \"firesweep: $(hostname) does not see \"{0}\": the run directory must be on a file "
      "system that all nodes share\" >&2\n"
      "  exit 66\n"
      "fi\n",
      run);
  if (spec.container.empty()) {
    text += fmt::format(
        "if ! command -v {0} >/dev/null; then\n"
        "  echo \"firesweep: $(hostname) has no program \"{0}\"; name the one the nodes have with "
        "executor.command\" >&2\n"
        "  exit 69\n"
        "fi\n",
        shell_quoted(script.program));
  }
  return text;
}

std::string agent_command(const ExecutorSpec& spec, const SlurmScript& script) {
  std::string command = "exec ";
  if (!spec.container.empty()) {
    command +=
        fmt::format("apptainer exec --bind {} {} ", shell_quoted(script.run_directory.string()),
                    shell_quoted(spec.container));
  }
  command += fmt::format("{} work {} --jobs {}", shell_quoted(script.program),
                         shell_quoted(script.run_directory.string()), script.jobs);
  if (!script.worker.empty()) {
    command += fmt::format(" --worker {}", shell_quoted(script.worker));
  }
  return command + "\n";
}

}  // namespace

std::string script_text(const ExecutorSpec& spec, const SlurmScript& script) {
  return "#!/bin/bash -l\n# An agent of firesweep: trains trials of one run until none is left.\n" +
         settings_lines(spec) + prologue(spec) + checks(spec, script) + agent_command(spec, script);
}

void check_run_directory(const std::filesystem::path& run_directory) {
  if (run_directory.string().find('\\') != std::string::npos) {
    throw Error(fmt::format(
        "{}: Slurm can't name logs in a directory with a backslash in its path; expected a run "
        "directory without one",
        run_directory.string()));
  }
}

std::vector<std::string> submit_command(const ExecutorSpec& spec,
                                        const std::filesystem::path& script,
                                        const std::filesystem::path& run_directory,
                                        std::string_view name, std::size_t tasks) {
  std::string array = tasks > 1 ? fmt::format("0-{}", tasks - 1) : "0";
  if (spec.throttle > 0) {
    array += fmt::format("%{}", spec.throttle);
  }
  return {"sbatch",
          "--parsable",
          fmt::format("--job-name={}", name),
          fmt::format("--array={}", array),
          fmt::format("--chdir={}", run_directory.string()),
          fmt::format("--output={}/slurm-%A_%a.log",
                      literal_in_file_name((run_directory / "workers").string())),
          script.string()};
}

std::string job_name(const std::filesystem::path& run_directory, std::string_view sweep) {
  constexpr std::size_t kMaxNameLength = 40;
  std::string name(sweep.substr(0, kMaxNameLength));
  std::ranges::replace_if(
      name, [](unsigned char c) { return std::isalnum(c) == 0 && c != '.' && c != '_'; }, '-');
  return fmt::format("firesweep-{}{}{}", name, name.empty() ? "" : "-",
                     sweep::trial_id(run_directory.string()));
}

std::size_t jobs_for_cpus(std::string_view cpus_per_task, int threads_per_job) {
  std::size_t cpus = 0;
  const auto [end, error] =
      std::from_chars(cpus_per_task.data(), cpus_per_task.data() + cpus_per_task.size(), cpus);
  if (error != std::errc{} || cpus == 0) {
    return 0;
  }
  return std::max<std::size_t>(1, cpus / static_cast<std::size_t>(std::max(1, threads_per_job)));
}

std::vector<std::size_t> array_sizes(std::size_t agents, std::size_t max_array_size) {
  std::vector<std::size_t> sizes;
  const std::size_t most = std::max<std::size_t>(1, max_array_size);
  while (agents > 0) {
    sizes.push_back(std::min(agents, most));
    agents -= sizes.back();
  }
  return sizes;
}

}  // namespace firesweep::runners::cluster

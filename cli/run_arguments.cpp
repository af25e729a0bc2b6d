#include "cli/run_arguments.h"

#include <cstdint>
#include <string>

#include "base/units.h"
#include "cli/unit_options.h"
#include "runners/run/run_options.h"

namespace firesweep::cli {
namespace {

constexpr std::uint64_t kMaxJobs = 1024;
constexpr std::uint64_t kMaxSeeds = 10'000;

void add_jobs_option(CLI::App& command, runners::schedule::PlacementOptions& options) {
  command
      .add_option("--jobs", options.jobs,
                  "Trials at the same time (default: processors / threads per job)")
      ->check(whole_number(1, kMaxJobs))
      ->type_name("N")
      ->group("Resources");
}

void add_affinity_option(CLI::App& command, runners::schedule::PlacementOptions& options) {
  command
      .add_option("--affinity", options.affinity,
                  "Processors of the workers: auto (one each if they fill the machine), none, or a "
                  "list such as 0-3,8")
      ->capture_default_str()
      ->type_name("WHERE")
      ->group("Resources");
}

void add_worker_option(CLI::App& command, std::optional<std::filesystem::path>& worker) {
  command.add_option("--worker", worker, "Worker program (default: next to firesweep)")
      ->type_name("PATH");
}

void add_placement_options(CLI::App& command, runners::schedule::PlacementOptions& options) {
  add_jobs_option(command, options);
  command.add_option("--threads-per-job", options.threads_per_job, "Threads per trial")
      ->check(whole_number(1, kMaxJobs))
      ->capture_default_str()
      ->type_name("T")
      ->group("Resources");
  add_affinity_option(command, options);
  command
      .add_option("--device", options.device,
                  "cpu, or GPUs such as cuda:0,cuda:1 with one job per GPU at a time")
      ->capture_default_str()
      ->type_name("DEVICES")
      ->group("Resources");
}

void add_executor_options(CLI::App& command, runners::run::RunOptions& options) {
  command
      .add_option(
          "--executor", options.executor,
          "Where trials are trained: local (here), slurm, shared (by 'firesweep work' on any "
          "machine), or the name of a profile (default: as in CONFIG, else local)")
      ->type_name("NAME")
      ->group("Cluster");
  command.add_flag("--detach", options.detach, "Submit and exit; the agents finish the sweep")
      ->group("Cluster");
}

void add_failure_options(CLI::App& command, runners::run::RunOptions& options) {
  constexpr double kMinTimeout = 0.001;
  command
      .add_option("--retries", options.retries,
                  "Further attempts of a trial whose worker crashed (a trial that throws would "
                  "throw again and is not repeated)")
      ->check(whole_number(0))
      ->capture_default_str()
      ->type_name("N")
      ->group("Failures");
  CLI::Option* const most = command
                                .add_option("--max-failures", options.max_failures,
                                            "Stop when N trials have failed in this run")
                                ->check(whole_number(1))
                                ->type_name("N")
                                ->group("Failures");
  command.add_flag("--fail-fast", options.fail_fast, "Stop at the first trial that fails")
      ->excludes(most)
      ->group("Failures");
  command
      .add_option("--trial-timeout", options.trial_timeout_seconds,
                  "A trial fails when an attempt takes longer, e.g. 90s, 1h30m, 0:30:00")
      ->transform(as_seconds())
      ->check(seconds_between(kMinTimeout, base::kMaxSeconds))
      ->type_name("TIME")
      ->group("Failures");
  command
      .add_option("--memory-limit", options.memory_limit_bytes,
                  "A trial fails when its worker uses more memory, e.g. 700MB, 1.5GiB, 4G")
      ->transform(as_bytes())
      ->check(whole_number(1))
      ->type_name("SIZE")
      ->group("Failures");
}

void add_selection_options(CLI::App& command, runners::run::RunOptions& options) {
  command
      .add_flag("--retry-failed", options.retry_failed,
                "Train failed trials again; their results are kept as failed-<n>.json")
      ->group("Which trials");
  command
      .add_option("--only", options.only,
                  "Train only these trials: ids or beginnings of ids, as in run, status and "
                  "results.csv; or those of the designs that results choose: best, front (the "
                  "Pareto front), smallest (within one standard error of the best)")
      ->type_name("ID")
      ->group("Which trials");
  command
      .add_option("--seeds", options.seeds,
                  "Give each design of --only N seeds in all; the new ones are final: reports keep "
                  "them apart, because they had no part in the choice")
      ->check(whole_number(1, kMaxSeeds))
      ->type_name("N")
      ->group("Which trials");
  command.add_flag("--dry-run", options.dry_run, "Print what would be trained, and change nothing")
      ->group("Which trials");
}

}  // namespace

void add_run_options(CLI::App& command, runners::run::RunOptions& options) {
  command.add_option("CONFIG", options.config, "Sweep file (YAML)")->required()->type_name("");
  command.add_option("--out", options.out, "Run directory (default: runs/<name of the sweep>)")
      ->type_name("DIR");
  command
      .add_option(
          "--set", options.overrides,
          "Override a key of the sweep file, e.g. epochs=3 or grid.SR=[0.25]; can be repeated")
      ->type_name("KEY=VALUE")
      ->allow_extra_args(false);
  add_worker_option(command, options.worker);
  add_placement_options(command, options.placement);
  add_executor_options(command, options);
  add_failure_options(command, options);
  add_selection_options(command, options);
}

void add_worker_options(CLI::App& command, runners::schedule::PlacementOptions& placement,
                        std::optional<std::filesystem::path>& worker) {
  add_worker_option(command, worker);
  add_jobs_option(command, placement);
  add_affinity_option(command, placement);
}

void add_directory(CLI::App& command, std::filesystem::path& directory, const std::string& help) {
  command.add_option("DIR", directory, help)->required()->type_name("");
}

}  // namespace firesweep::cli

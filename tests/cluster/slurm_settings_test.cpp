#include "runners/cluster/slurm/slurm_settings.h"

#include <cstdlib>
#include <fstream>

#include <catch2/catch.hpp>
#include <fmt/format.h>
#include <sys/wait.h>

#include "base/atomic_file.h"
#include "tests/support/scratch_directory.h"

namespace firesweep::runners::cluster {
namespace {

ExecutorSpec settings() {
  ExecutorSpec spec;
  spec.kind = ExecutorKind::kSlurm;
  spec.workers = 8;
  spec.cpus = 2;
  spec.memory_bytes = 4'000'000'000;
  spec.time_seconds = 90 * 60;
  spec.signal_seconds = 120;
  spec.partition = "short";
  spec.account = "vision";
  spec.gres = "gpu:1";
  spec.sbatch = {"--mail-type=END"};
  spec.prologue = "module load gcc";
  return spec;
}

TEST_CASE("A job script has every setting") {
  CHECK(script_text(settings(), {.program = "/opt/firesweep",
                                 .run_directory = "/shared/runs/my",
                                 .worker = "",
                                 .jobs = 2}) ==
        R"(#!/bin/bash -l
# An agent of firesweep: trains trials of one run until none is left.
#SBATCH --partition=short
#SBATCH --account=vision
#SBATCH --gres=gpu:1
#SBATCH --cpus-per-task=2
#SBATCH --mem=3815M
#SBATCH --time=01:30:00
#SBATCH --signal=B:USR2@120
#SBATCH --ntasks=1
#SBATCH --requeue
#SBATCH --open-mode=append
#SBATCH --mail-type=END
trap 'echo "firesweep: the prologue ended with exit code $? on $(hostname): no agent was started" >&2' EXIT
set -e
module load gcc
set +e
trap - EXIT
if ! [ -e /shared/runs/my/manifest.json ]; then
  echo "firesweep: $(hostname) does not see "/shared/runs/my": the run directory must be on a file system that all nodes share" >&2
  exit 66
fi
if ! command -v /opt/firesweep >/dev/null; then
  echo "firesweep: $(hostname) has no program "/opt/firesweep"; name the one the nodes have with executor.command" >&2
  exit 69
fi
exec /opt/firesweep work /shared/runs/my --jobs 2
)");
}

TEST_CASE("Paths with blanks, quotes and line breaks stay one word") {
  ExecutorSpec spec;
  const std::string text = script_text(spec, {.program = "fire sweep",
                                              .run_directory = "/a b/it's\n$(rm -rf ~)",
                                              .worker = "w'",
                                              .jobs = 1});
  CHECK_THAT(text, Catch::Contains("exec 'fire sweep' work '/a b/it'\\''s\n$(rm -rf ~)' --jobs 1 "
                                   "--worker 'w'\\'''\n"));
}

TEST_CASE("A container has the program inside") {
  ExecutorSpec spec;
  spec.container = "/images/firesweep.sif";
  const std::string text =
      script_text(spec, {.program = "firesweep", .run_directory = "/r", .worker = "", .jobs = 1});
  CHECK_THAT(text, Catch::Contains("exec apptainer exec --bind /r /images/firesweep.sif firesweep "
                                   "work /r --jobs 1\n"));
  CHECK_THAT(text, !Catch::Contains("command -v"));
}

TEST_CASE("The command that submits") {
  ExecutorSpec spec;
  spec.throttle = 3;
  CHECK(submit_command(spec, "/r/50% off/slurm.sh", "/r/50% off", "name", 8) ==
        std::vector<std::string>{
            "sbatch", "--parsable", "--job-name=name", "--array=0-7%3", "--chdir=/r/50% off",
            "--output=/r/50%% off/workers/slurm-%A_%a.log", "/r/50% off/slurm.sh"});
  CHECK(submit_command({}, "s", "/r", "name", 1)[3] == "--array=0");
}

TEST_CASE("A run's jobs have a name of their own, the same every time") {
  CHECK(job_name("/r/a", "my study") == job_name("/r/a", "my study"));
  CHECK(job_name("/r/a", "s") != job_name("/r/b", "s"));
  CHECK_THAT(job_name("/r/a", "my study"), Catch::StartsWith("firesweep-my-study-"));
  const std::string odd = job_name("/r", "a,b%j\n$(rm)\"'" + std::string(200, 'x'));
  CHECK(odd.find_first_of(",% \n$()\"'") == std::string::npos);
  CHECK(odd.size() < 80);
}

TEST_CASE("A run directory in which Slurm can't write logs is refused") {
  CHECK_NOTHROW(check_run_directory("/r/50% off/it's"));
  CHECK_THROWS_WITH(check_run_directory("/r/a\\b"), Catch::StartsWith("/r/a\\b: Slurm can't "));
}

TEST_CASE("A job trains as many trials at once as its share of the node holds") {
  CHECK(jobs_for_cpus("4", 1) == 4);
  CHECK(jobs_for_cpus("4", 3) == 1);
  CHECK(jobs_for_cpus("2", 4) == 1);
  CHECK(jobs_for_cpus("", 1) == 0);
  CHECK(jobs_for_cpus("0", 1) == 0);
}

/// What `script` does when bash runs it, without #SBATCH lines meaning anything.
int run_script(const ExecutorSpec& spec, const std::filesystem::path& directory) {
  const SlurmScript script{.program = "true", .run_directory = directory, .worker = "", .jobs = 1};
  const auto file = directory / "slurm.sh";
  std::ofstream(directory / "manifest.json") << "{}";
  std::ofstream(file) << script_text(spec, script);
  const std::string command =
      "HOME=/nonexistent bash " + file.string() + " 2>" + (directory / "errors").string();
  return WEXITSTATUS(std::system(command.c_str()));
}

TEST_CASE("A prologue that fails ends the job before an agent starts, and reports it") {
  const tests::ScratchDirectory scratch;
  ExecutorSpec spec;
  struct Example {
    const char* prologue;
    int exit;
  };
  const auto example = GENERATE(values<Example>({{"true\nmodule() { return 1; }\nmodule load x", 1},
                                                 {"exit 3", 3},
                                                 {"false || true\n", 0},
                                                 {"", 0}}));
  CAPTURE(example.prologue);
  spec.prologue = example.prologue;
  CHECK(run_script(spec, scratch.path()) == example.exit);
  const std::string errors = base::read_file(scratch.path() / "errors");
  CAPTURE(errors);
  CHECK((errors.find(fmt::format("the prologue ended with exit code {} on ", example.exit)) !=
         std::string::npos) == (example.exit != 0));
}

TEST_CASE("Arrays are cut to what Slurm allows") {
  CHECK(array_sizes(5, 1001) == std::vector<std::size_t>{5});
  CHECK(array_sizes(2500, 1001) == std::vector<std::size_t>{1001, 1001, 498});
  CHECK(array_sizes(2, 0) == std::vector<std::size_t>{1, 1});
  CHECK(array_sizes(0, 10).empty());
}

}  // namespace
}  // namespace firesweep::runners::cluster

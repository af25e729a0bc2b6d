#include "runners/cluster/slurm/executor_spec.h"

#include <fstream>
#include <optional>
#include <string>
#include <vector>

#include <catch2/catch.hpp>

#include "base/error.h"
#include "tests/sweep/support.h"

namespace firesweep::runners::cluster {
namespace {

using sweep::parsed;
using sweep::SweepSpec;
using tests::ScratchDirectory;

/// The executor of a sweep file that ends with `rest`.
std::optional<ExecutorSpec> executor(const std::string& rest,
                                     const std::vector<std::string>& sets = {}) {
  return executor_in(parsed(rest, sets));
}

TEST_CASE("A sweep file may choose where it runs") {
  const auto found = executor(
      "executor:\n"
      "  kind: slurm\n"
      "  workers: 8\n"
      "  cpus: 4\n"
      "  memory: 4GB\n"
      "  time: 1.5h\n"
      "  signal: 2m\n"
      "  lease: 30\n"
      "  partition: short\n"
      "  sbatch: [--exclusive, \"--comment=a b\"]\n"
      "  prologue: |\n"
      "    module load gcc\n"
      "    ulimit -c 0\n");
  REQUIRE(found);
  CHECK(found->kind == ExecutorKind::kSlurm);
  CHECK(found->workers == 8);
  CHECK(found->cpus == 4);
  CHECK(found->memory_bytes == 4'000'000'000);
  CHECK(found->time_seconds == 5400);
  CHECK(found->signal_seconds == 120);
  CHECK(found->lease_seconds == 30.0);
  CHECK(found->partition == "short");
  CHECK(found->sbatch == std::vector<std::string>{"--exclusive", "--comment=a b"});
  CHECK(found->prologue == "module load gcc\nulimit -c 0\n");
  CHECK_FALSE(executor(""));
}

TEST_CASE("Where a sweep runs is not part of the identity of its trials") {
  const auto ids = [](const SweepSpec& spec) {
    std::vector<std::string> found;
    for (const sweep::Trial& trial : sweep::expand(spec, sweep::kSmallImages).trials) {
      found.push_back(trial.id);
    }
    return found;
  };
  CHECK(ids(parsed("executor: {kind: slurm, workers: 3}\n")) == ids(parsed("")));
}

TEST_CASE("--set changes one key of the executor") {
  const auto spec = executor("executor: {kind: slurm, workers: 3, cpus: 2}\n",
                             {"executor.workers=5", "executor.partition=long"});
  CHECK(spec->workers == 5);
  CHECK(spec->cpus == 2);
  CHECK(spec->partition == "long");
}

TEST_CASE("An invalid executor is rejected with a one-line error") {
  struct Example {
    const char* text;
    const char* error;
  };
  const auto example = GENERATE(values<Example>({
      {"executor: {workers: 3}\n",
       "s.yaml:3:11: executor has no kind; expected local, shared or slurm"},
      {"executor: {kind: slrum}\n",
       "s.yaml:3:18: executor.kind is slrum; expected local, shared or slurm"},
      {"executor: {kind: slurm, partition: \"a b\"}\n",
       "s.yaml:3:36: executor.partition is \"a b\" in quotes; expected a name without blanks, "
       "quotes, '#' or "
       "line breaks"},
      {"executor: {kind: slurm, account: \"a\\n#SBATCH --uid=0\"}\n",
       "s.yaml:3:34: executor.account is \"a\\n#SBATCH --uid=0\" in quotes; expected a name "
       "without blanks, "
       "quotes, '#' or line breaks"},
      {"executor: {kind: slurm, sbatch: [\"--a\\nrm\"]}\n",
       "s.yaml:3:34: executor.sbatch is \"--a\\nrm\" in quotes; expected an option of sbatch such "
       "as "
       "--mail-type=END, on one line"},
      {"executor: {kind: slurm, time: soon}\n",
       "s.yaml:3:31: executor.time is soon; expected a time such as 90s, 30m, 1h30m, 2h or 1d, or "
       "Slurm's 0:30:00 or 1-00:00:00"},
      {"executor: {kind: slurm, time: 120}\n",
       "s.yaml:3:31: executor.time is 120; expected a unit: 120m for 120 minutes"},
      {"executor: {kind: slurm, sbatch: [--exclusive, --output=x.log]}\n",
       "s.yaml:3:47: executor.sbatch: --output is not allowed here: agents' logs are "
       "workers/slurm-<job>_<task>.log of the run directory"},
      {"executor: {kind: slurm, sbatch: [-t 5]}\n",
       "s.yaml:3:34: executor.sbatch: --time is not allowed here: use executor.time"},
      {"executor: {kind: slurm, memory: 4XB}\n",
       "s.yaml:3:33: executor.memory is 4XB; expected a size such as 700MB, 1.5GB (10^9 bytes), "
       "1.5GiB or 4G (1024^3 bytes)"},
      {"executor: {kind: slurm, workers: 0}\n",
       "s.yaml:3:34: executor.workers is 0; expected an integer from 1 to 1000000"},
  }));
  try {
    (void)executor(example.text);
    FAIL("expected an error");
  } catch (const ConfigError& error) {
    CHECK(std::string(error.what()) == example.error);
  }
}

TEST_CASE("Times and sizes may be written as Slurm's users write them") {
  const auto spec =
      executor("executor: {kind: slurm, time: 1-02:00:00, memory: 4G, signal: 120, lease: 30}\n",
               {"executor.time=2:00:00"});
  CHECK(spec->time_seconds == 7200);
  CHECK(spec->memory_bytes == 4294967296);
  CHECK(spec->signal_seconds == 120);
  CHECK(spec->lease_seconds == 30.0);
}

TEST_CASE("--set overrides a profile that is chosen at the same time") {
  const SweepSpec spec = parsed("", {"executor.time=4h", "executor.workers=2"});
  CHECK_FALSE(executor_in(spec));  // without a kind it is incomplete
  ExecutorSpec profile;
  profile.kind = ExecutorKind::kSlurm;
  profile.partition = "long";
  profile.time_seconds = 600;
  profile.workers = 3;
  apply_executor_overrides(spec.executor_overrides, profile);
  CHECK(profile.kind == ExecutorKind::kSlurm);
  CHECK(profile.partition == "long");
  CHECK(profile.time_seconds == 4 * 3600);
  CHECK(profile.workers == 2);
}

TEST_CASE("A kind completes the settings made before it") {
  const auto spec = executor("", {"executor.cpus=3", "executor.kind=slurm"});
  REQUIRE(spec);
  CHECK(spec->kind == ExecutorKind::kSlurm);
  CHECK(spec->cpus == 3);
}

TEST_CASE("An unknown key of --set is an error at once") {
  CHECK_THROWS_WITH(executor("", {"executor.tiem=4h"}), Catch::Contains("did you mean 'time'?"));
}

TEST_CASE("Agents stop before their time limit, not as soon as they start") {
  ExecutorSpec spec;
  CHECK(signal_seconds(spec) == 60);
  spec.time_seconds = 60;
  CHECK(signal_seconds(spec) == 30);
  spec.signal_seconds = 45;
  CHECK(signal_seconds(spec) == 45);
  CHECK_NOTHROW(check_executor(spec));
  spec.signal_seconds = 60;
  CHECK_THROWS_WITH(check_executor(spec),
                    Catch::StartsWith("executor.signal is 60 s and executor.time 60 s: "));
}

TEST_CASE("An unknown key names the nearest known one") {
  CHECK_THROWS_WITH(executor("executor: {kind: slurm, partiton: a}\n"),
                    Catch::Contains("unknown key 'partiton' in executor; did you mean "
                                    "'partition'?"));
}

TEST_CASE("--executor selects a profile, else the sweep's own executor, else a kind") {
  const ScratchDirectory directory;
  const auto profiles = directory.path() / "executors.yaml";
  std::ofstream(profiles) << "big: {kind: slurm, workers: 64, partition: long}\n";
  CHECK(find_executor("big", nullptr, profiles).workers == 64);
  ExecutorSpec own;
  own.kind = ExecutorKind::kSlurm;
  own.workers = 7;
  CHECK(find_executor("slurm", &own, profiles).workers == 7);
  CHECK(find_executor("shared", &own, profiles).kind == ExecutorKind::kShared);
  CHECK(find_executor("slurm", nullptr, {}).workers == ExecutorSpec{}.workers);
  CHECK_THROWS_WITH(find_executor("bog", nullptr, profiles),
                    Catch::StartsWith("--executor bog: unknown; expected one of local, shared, "
                                      "slurm, big"));
}

TEST_CASE("Errors in a profile name the location in its file") {
  const ScratchDirectory directory;
  const auto profiles = directory.path() / "executors.yaml";
  std::ofstream(profiles) << "big:\n  kind: slurm\n  workers: many\n";
  CHECK_THROWS_WITH(find_executor("big", nullptr, profiles),
                    Catch::Contains("executors.yaml:3:12: executor.workers is "));
}

}  // namespace
}  // namespace firesweep::runners::cluster

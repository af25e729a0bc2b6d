// How agents end: what is reported, and which are replaced.
#include "runners/cluster/slurm/slurm_ends.h"

#include <fstream>

#include <catch2/catch.hpp>

#include "base/error.h"
#include "tests/support/fake_slurm.h"
#include "tests/support/scratch_directory.h"

namespace firesweep::runners::cluster {
namespace {

using tests::ScriptedCluster;

std::size_t reported(const ScriptedCluster& cluster, const std::string& beginning) {
  return static_cast<std::size_t>(std::ranges::count_if(
      cluster.notes, [&](const std::string& note) { return note.starts_with(beginning); }));
}

TEST_CASE("Agents that ended alike are reported together") {
  const auto ends =
      bad_ends(parse_queue("7_0|FAILED|NonZeroExitCode\n"
                           "7_1|COMPLETED|None\n"
                           "7_2|FAILED|NonZeroExitCode\n"
                           "7_3|RUNNING|None\n"
                           "8_0|CANCELLED|None\n"));
  REQUIRE(ends.size() == 2);
  CHECK(ends[0].count == 2);
  CHECK(ends[0].job == "7");
  CHECK(ends[0].last_task == "7_2");
  CHECK(end_text(ends[0], "exit code 3") == "FAILED (NonZeroExitCode, exit code 3)");
  CHECK(end_text(ends[1], "") == "CANCELLED");
  CHECK(summary_of(ends) == "1 CANCELLED, 2 FAILED (NonZeroExitCode)");
}

TEST_CASE("Exit codes and signals as scontrol shows them") {
  CHECK(parse_exit("JobId=2 BatchFlag=1 Reboot=0 ExitCode=3:0 RunTime=00:00:01") == "exit code 3");
  CHECK(parse_exit("JobId=2 ExitCode=0:9 DerivedExitCode=0:0") == "signal 9");
  CHECK(parse_exit("JobId=2 ExitCode=0:53 RunTime=00:00:01").empty());  // could not be started
  CHECK(parse_exit("JobId=2 ExitCode=0:0").empty());
  CHECK(parse_exit("slurm_load_jobs error: Invalid job id specified").empty());
}

TEST_CASE("An empty log is distinguished from a missing one") {
  const tests::ScratchDirectory scratch;
  const auto log = scratch.path() / "slurm-7_0.log";
  const SlurmEnd failed{"7", "FAILED", "NonZeroExitCode", 1, "7_0"};
  CHECK_THAT(log_text(log, failed, LogPart::kEnd),
             Catch::EndsWith("is not there: do the nodes see this directory, at this path?"));
  CHECK_THAT(log_text(log, {"7", "CANCELLED", "None", 1, "7_0"}, LogPart::kEnd),
             Catch::StartsWith("it had not started"));
  std::ofstream(log) << "";
  CHECK(log_text(log, failed, LogPart::kEnd) ==
        log.string() +
            " is empty: the prologue or the program ended before the agent printed anything");
  std::ofstream(log) << "one\ntwo\n";
  CHECK(log_text(log, failed, LogPart::kEnd) == "the end of " + log.string() + ":\none\ntwo");
  CHECK(log_text(log, failed, LogPart::kLastLine) == log.string() + " ends with: two");
}

TEST_CASE("When some of an array fail it is reported why, and others are submitted for them") {
  ScriptedCluster cluster;
  SlurmJobs jobs = cluster.jobs(3);
  jobs.start(6);
  cluster.slurm.all("RUNNING");
  cluster.slurm.tasks[1] = {"11_1", "FAILED", "NonZeroExitCode"};
  cluster.pass(jobs, 100.0, 6, 1);
  CHECK(reported(cluster,
                 "1 of 3 agents of Slurm job 11: FAILED (NonZeroExitCode, exit code 3); "
                 "/r/workers/slurm-11_1.log is not there") == 1);
  CHECK(cluster.slurm.calls["sbatch"] == 2);
  CHECK(cluster.slurm.tasks.size() == 4);
}

TEST_CASE("Agents that fail whatever comes are not replaced for ever") {
  ScriptedCluster cluster;
  SlurmJobs jobs = cluster.jobs(3);
  jobs.start(6);
  for (int i = 0; i < 20; ++i) {
    cluster.slurm.all("FAILED");
    cluster.slurm.tasks.front().state = "RUNNING";  // one does well
    cluster.pass(jobs, 100.0, 6, 1);
  }
  CHECK(cluster.slurm.tasks.size() == 6);  // three, and as many again
  CHECK(reported(cluster, "3 failed agents have been replaced") == 1);
}

TEST_CASE("Agents cancelled by hand are reported, and not replaced while others work") {
  ScriptedCluster cluster;
  SlurmJobs jobs = cluster.jobs(2);
  jobs.start(4);
  cluster.slurm.all("RUNNING");
  cluster.slurm.tasks[0].state = "CANCELLED";
  cluster.pass(jobs, 100.0, 4, 1);
  CHECK(cluster.slurm.calls["sbatch"] == 1);
  cluster.slurm.tasks[1].state = "CANCELLED";
  cluster.pass(jobs, 100.0, 4, 1);
  CHECK(reported(cluster, "1 of 2 agents of Slurm job 11: CANCELLED") == 2);
  CHECK(cluster.slurm.calls["sbatch"] == 2);
}

TEST_CASE("How agents of an earlier command ended is not reported again") {
  ScriptedCluster cluster;
  cluster.jobs(2).start(4);
  cluster.slurm.all("FAILED");
  SlurmJobs next = cluster.jobs(2);
  next.start(4);
  cluster.notes.clear();
  cluster.pass(next, 100.0, 4, 1);
  CHECK(reported(cluster, "2 of") == 0);
}

}  // namespace
}  // namespace firesweep::runners::cluster

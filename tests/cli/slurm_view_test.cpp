#include "runners/cluster/slurm/slurm_view.h"

#include <string>
#include <vector>

#include <catch2/catch.hpp>

#include "base/error.h"
#include "cli/status.h"
#include "runners/cluster/agent_settings.h"
#include "runners/cluster/agents.h"
#include "runners/cluster/claims.h"
#include "runners/cluster/clocks.h"
#include "runners/cluster/shared_files.h"
#include "runners/run/status_snapshot.h"
#include "tests/cli/command.h"
#include "tests/cli/support.h"
#include "tests/support/fake_slurm.h"

namespace firesweep::cli {
namespace {

using runners::cluster::SlurmSubmission;

const std::vector<SlurmSubmission> kSubmitted{{"then", 2, "11", "firesweep-s", false}};

/// A machine without Slurm.
class NoSlurm final : public base::CommandRunner {
 public:
  base::CommandResult run(const std::vector<std::string>&) override {
    throw Error("squeue: no such program in PATH");
  }
};

/// A run whose trials wait for agents.
struct QueuedSample {
  QueuedSample() {
    for (const char* const name : {"queue", "claims", "agents", "clocks"}) {
      std::filesystem::create_directory(run.directory().root() / name);
    }
    runners::cluster::save_agent_settings(files, {});
  }

  SampleRun run;
  runners::cluster::DirectoryFiles files{run.directory().root()};
};

}  // namespace

TEST_CASE("Agents that failed unwatched are reported, with the end of a log") {
  const SampleRun run;
  write_text(run.directory().workers_directory() / "slurm-11_1.log", "loading\nno worker there\n");
  tests::FakeSlurm slurm;
  slurm.tasks = {{"11_0", "FAILED", "NonZeroExitCode"}, {"11_1", "FAILED", "NonZeroExitCode"}};
  const runners::cluster::SlurmView view =
      runners::cluster::query_slurm(slurm, kSubmitted, run.directory().root());
  CHECK(view.summary.empty());
  CHECK_FALSE(view.may_work);
  CHECK(view.notes ==
        std::vector<std::string>{"2 of job 11 FAILED (NonZeroExitCode, exit code 3); " +
                                 (run.directory().workers_directory() / "slurm-11_1.log").string() +
                                 " ends with: no worker there"});
  runners::run::Status status;
  status.counts[sweep::TrialState::kPending] = 4;
  status.slurm = view;
  CHECK_THAT(status_table(status),
             Catch::Contains("Slurm jobs: none pending or running\n  2 of job 11 FAILED ") &&
                 Catch::Contains("no process works on it\n"));
}

TEST_CASE("Jobs that Slurm has forgotten are reported by their logs") {
  const SampleRun run;
  const auto log = run.directory().workers_directory() / "slurm-11_0.log";
  write_text(log, "oh\n");
  write_text(run.directory().workers_directory() / "slurm-111_0.log", "of another job\n");
  tests::FakeSlurm slurm;
  CHECK(runners::cluster::query_slurm(slurm, kSubmitted, run.directory().root()).notes ==
        std::vector<std::string>{"job 11 has ended; " + log.string() + " ends with: oh"});
  auto cancelled = kSubmitted;
  cancelled.front().cancelled = true;
  CHECK(runners::cluster::query_slurm(slurm, cancelled, run.directory().root()).notes.empty());
}

TEST_CASE("Why jobs wait is explained as run explains it") {
  const SampleRun run;
  tests::FakeSlurm slurm;
  slurm.tasks = {{"11_0", "PENDING", "PartitionTimeLimit"}, {"11_1", "RUNNING", "None"}};
  const runners::cluster::SlurmView view =
      runners::cluster::query_slurm(slurm, kSubmitted, run.directory().root());
  CHECK(view.may_work);
  CHECK(view.summary == "1 running, 1 waiting (PartitionTimeLimit)");
  CHECK(view.notes ==
        std::vector<std::string>{"Slurm job 11_0 waits for PartitionTimeLimit: executor.time is "
                                 "longer than the partition allows"});
}

TEST_CASE("Cancelled jobs are ending, and not waited for") {
  const SampleRun run;
  tests::FakeSlurm slurm;
  slurm.tasks = {{"11_0", "RUNNING", "None"}, {"11_1", "CANCELLED", "None"}};
  auto submissions = kSubmitted;
  submissions.front().cancelled = true;
  const runners::cluster::SlurmView view =
      runners::cluster::query_slurm(slurm, submissions, run.directory().root());
  CHECK_FALSE(view.may_work);
  CHECK(view.notes == std::vector<std::string>{"1 cancelled, still exiting"});
}

TEST_CASE("A controller that is down may have jobs, a machine without Slurm says nothing") {
  const SampleRun run;
  tests::FakeSlurm slurm;
  slurm.down = true;
  const runners::cluster::SlurmView view =
      runners::cluster::query_slurm(slurm, kSubmitted, run.directory().root());
  CHECK(view.may_work);
  CHECK_THAT(view.summary, Catch::StartsWith("no answer (slurm_load_jobs error"));
  NoSlurm none;
  CHECK_FALSE(runners::cluster::query_slurm(none, kSubmitted, run.directory().root()).may_work);
  CHECK(runners::cluster::query_slurm(slurm, {}, run.directory().root()).summary.empty());
}

TEST_CASE("A queue without agents comes with the command that starts one") {
  QueuedSample sample;
  const std::string root = sample.run.directory().root().string();
  const auto text = [&] { return status_table(runners::run::StatusReader(root).read()); };
  CHECK_THAT(text(), Catch::Contains("no agent is active; start some, on any machine that sees "
                                     "the directory: firesweep work " +
                                     root + "\n"));
  const runners::cluster::AgentPresence agent(sample.files, {"n1", 7, "now", "", 2});
  CHECK_THAT(text(), !Catch::Contains("no agent is active"));
}

TEST_CASE("A running trial names its agent, and clocks that disagree are reported") {
  QueuedSample sample;
  sample.run.write_epochs(2, 1);
  const runners::cluster::AgentPresence agent(sample.files, {"n1", 7, "now", "", 2});
  REQUIRE(runners::cluster::Claims(sample.files).claim(sample.run.id(2), 0, agent.name()));
  runners::cluster::report_clock(sample.files, "n1", "the clock of n1 is wrong");
  const runners::run::Status status =
      runners::run::StatusReader(sample.run.directory().root()).read();
  REQUIRE(status.running.size() == 1);
  CHECK(status.running[0].agent == agent.name());
  const std::string text = status_table(status);
  CHECK_THAT(text, Catch::Contains("1/2 epochs, val 30.0 %, by " + agent.name() + "\n") &&
                       Catch::Contains("\nthe clock of n1 is wrong\n"));
  CHECK_THAT(status_json(status), Catch::Contains("\"agent\": \"" + agent.name() + "\""));
}

TEST_CASE("What cancels a run without agents reports that there are none") {
  QueuedSample sample;
  const Answer answer = command({"cancel", sample.run.directory().root().string()});
  CHECK(answer.exit_code == 0);
  CHECK_THAT(answer.errors, Catch::StartsWith("no agent works on ") && !Catch::Contains("Slurm"));
}

}  // namespace firesweep::cli

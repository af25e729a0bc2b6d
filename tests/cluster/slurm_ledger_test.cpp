#include "runners/cluster/slurm/slurm_ledger.h"

#include <catch2/catch.hpp>

#include "tests/support/fake_slurm.h"

namespace firesweep::runners::cluster {
namespace {

TEST_CASE("Submissions are read as they were written, and those of before names were kept too") {
  tests::MemoryFiles files;
  CHECK(load_submissions(files).empty());
  save_submissions(files, {{"then", 3, "11", "firesweep-a", true}, {"later", 2, "", "b", false}});
  const auto submissions = load_submissions(files);
  REQUIRE(submissions.size() == 2);
  CHECK(submissions[0].name == "firesweep-a");
  CHECK(submissions[0].cancelled);
  CHECK_FALSE(submissions[1].cancelled);
  CHECK(job_names(submissions, "b") == "b,firesweep-a");
  files.write("slurm.json", R"({"submissions": [{"time": "t", "tasks": 1, "job": "5"}]})");
  CHECK(load_submissions(files)[0].job == "5");
  CHECK(job_names(load_submissions(files)).empty());
}

TEST_CASE("Agents that firesweep cancelled count as exiting, not as active") {
  tests::ScriptedCluster cluster;
  cluster.jobs(2).start(4);
  cluster.slurm.all("COMPLETING");
  auto submissions = load_submissions(cluster.files);
  submissions.front().cancelled = true;
  save_submissions(cluster.files, submissions);
  cluster.notes.clear();
  SlurmJobs next = cluster.jobs(2);
  next.start(4);
  CHECK(cluster.notes == std::vector<std::string>{"cancelled agents that are still exiting: 2",
                                                  "submitted 2 agents as Slurm job 12"});
}

TEST_CASE("Jobs are found by every name they were submitted under") {
  tests::ScriptedCluster cluster;
  cluster.jobs(2).start(4);
  auto submissions = load_submissions(cluster.files);
  submissions.front().name = "firesweep-renamed-since";
  save_submissions(cluster.files, submissions);
  cluster.jobs(2).start(4);
  const auto& question = cluster.slurm.commands.back();
  CHECK_THAT(question[5], Catch::Contains("firesweep-renamed-since") && Catch::Contains(","));
}

}  // namespace
}  // namespace firesweep::runners::cluster

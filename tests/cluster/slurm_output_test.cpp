// Lines as Slurm 22.05 prints them.
#include "runners/cluster/slurm/slurm_output.h"

#include <catch2/catch.hpp>

namespace firesweep::runners::cluster {
namespace {

TEST_CASE("squeue's lines") {
  const auto tasks = parse_queue(
      "7_0|RUNNING|None\n"
      "7_1|PENDING|(Resources)\n"
      "8_[2-5]|PENDING|launch failed requeued held\n"
      "slurm_load_jobs error: nonsense\n"
      "7_2|FAILED|NonZeroExitCode\n"
      "7_3|CANCELLED by 0|None");
  REQUIRE(tasks.size() == 5);
  CHECK(tasks[0].job == "7_0");
  CHECK(tasks[1].reason == "(Resources)");
  CHECK(is_launch_failure(tasks[2]));
  CHECK_FALSE(is_launch_failure(tasks[1]));
  CHECK_FALSE(has_ended(tasks[0]));
  CHECK(has_ended(tasks[3]));
  CHECK(has_ended(tasks[4]));
  CHECK(summary_of(tasks) ==
        "1 running, 1 waiting ((Resources)), 1 waiting (launch failed requeued held)");
  CHECK(summary_of(parse_queue("")).empty());
}

TEST_CASE("sbatch's answer") {
  CHECK(parse_submission("123\n") == "123");
  CHECK(parse_submission("123;big\n") == "123");
  CHECK(parse_submission("sbatch: something to know\n124\n") == "124");
  CHECK_FALSE(parse_submission(""));
  CHECK_FALSE(parse_submission("Submitted batch job 1\n"));
}

TEST_CASE("MaxArraySize") {
  CHECK(parse_max_array_size(
            "Licenses = (null)\nMaxArraySize            = 20001\nMaxDBDMsgs = 2\n") == 20001);
  CHECK(parse_max_array_size("") == 1001);
}

TEST_CASE("A refusal names the setting to fix") {
  ExecutorSpec spec;
  spec.partition = "gone";
  CHECK(
      explain_refusal(
          "sbatch: error: invalid partition specified: gone\n"
          "sbatch: error: Batch job submission failed: Invalid partition name specified",
          spec) ==
      "Slurm refuses executor.partition 'gone': sbatch: error: invalid partition specified: gone\n"
      "sbatch: error: Batch job submission failed: Invalid partition name specified; "
      "'sinfo' "
      "lists the partitions");
  CHECK_THAT(explain_refusal("Batch job submission failed: Invalid account or account/partition "
                             "combination specified",
                             spec),
             Catch::StartsWith("Slurm refuses executor.account: "));
  CHECK(explain_refusal("no idea\n", spec) == "Slurm refuses the job: no idea");
}

TEST_CASE("Reasons to wait that don't resolve on their own come with a hint") {
  CHECK_THAT(std::string(hint_for("(PartitionConfig)")), Catch::Contains("executor.cpus"));
  CHECK_THAT(std::string(hint_for("QOSMaxCpuPerUserLimit")), Catch::Contains("quality of service"));
  CHECK(hint_for("Resources").empty());
  CHECK(hint_for("Priority").empty());
}

TEST_CASE("A controller that does not answer is distinguished from a wrong request") {
  CHECK(is_controller_trouble(
      "slurm_load_jobs error: Unable to contact slurm controller (connect failure)"));
  CHECK_FALSE(is_controller_trouble("Invalid partition name specified"));
}

}  // namespace
}  // namespace firesweep::runners::cluster

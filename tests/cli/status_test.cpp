#include "cli/status.h"

#include <chrono>
#include <filesystem>
#include <optional>
#include <string>

#include <catch2/catch.hpp>
#include <fmt/format.h>
#include <nlohmann/json.hpp>
#include <unistd.h>

#include "base/printable.h"
#include "runners/run/existing_run.h"
#include "runners/run/status_snapshot.h"
#include "runners/run/trial_view.h"
#include "runners/schedule/run_lock.h"
#include "sweep/store/trial_log.h"
#include "tests/cli/support.h"

namespace firesweep::cli {
namespace {

using sweep::TrialState;

runners::run::Status status_of(const SampleRun& run) {
  return runners::run::StatusReader(run.directory().root()).read();
}

nlohmann::json json_of(const SampleRun& run) {
  return nlohmann::json::parse(status_json(status_of(run)));
}

}  // namespace

TEST_CASE("A directory that is not a run is one clear error") {
  const tests::ScratchDirectory scratch;
  const std::string path = scratch.path().string();
  CHECK(message_of([&] { runners::run::StatusReader reader(scratch.path()); }) ==
        path + ": is not a run directory (no manifest.json in it)");
  write_text(scratch.path() / "my.yaml", "SR: 0.25\n");
  CHECK(message_of([&] { runners::run::StatusReader reader(scratch.path() / "my.yaml"); }) ==
        path + "/my.yaml: is a file; expected a run directory");
  CHECK(message_of([&] { runners::run::StatusReader reader(scratch.path() / "nowhere"); }) ==
        path + "/nowhere: is not a run directory (there is nothing of this name)");
}

TEST_CASE("Trials are counted by state and listed with what is worth a look") {
  const SampleRun run;
  run.complete(0);
  run.fail(1, "no such layer\nat some place");
  run.write_epochs(2, 1);
  const runners::run::Status status = status_of(run);
  CHECK(status.trials == 4);
  CHECK(status.count(TrialState::kCompleted) == 1);
  CHECK(status.count(TrialState::kFailed) == 1);
  CHECK(status.count(TrialState::kPending) == 2);
  CHECK_FALSE(status.coordinator);
  CHECK_FALSE(status.seconds_left);
  const std::string text = status_table(status);
  CAPTURE(text);
  CHECK_THAT(text, Catch::Contains("no process works on it\n") &&
                       Catch::Contains("interrupted:\n  " + run.id(2) +
                                       " SR=0.5 seed=1  1/2 epochs, val 30.0 %\n") &&
                       Catch::Contains("not completed:\n  " + run.id(1) +
                                       " SR=0.25 seed=2  failed: no such layer\n"));
}

TEST_CASE("Lines fit the width of a terminal, except for commands") {
  const SampleRun run;
  run.complete(0);
  run.fail(1, std::string("a reason of many words ") + std::string(80, 'x') + " and more of them");
  const std::string text = status_table(status_of(run), 40);
  CAPTURE(text);
  CHECK_THAT(text, Catch::Contains("\n    failed: a reason of many words\n    xxx") &&
                       Catch::Contains("xxx\n    and more of them\n"));
}

TEST_CASE("Paused, pruned and created trials are shown as such") {
  const SampleRun run;
  run.write_epochs(0, 1);
  run.write_epochs(1, 1);
  run.write_epochs(2, 1);
  sweep::TrialLog log(run.directory().trial_log_path());
  sweep::Create created{"00000000000000aa", 1, run.directory().load_manifest().points.front()};
  const std::vector<sweep::Decision> decisions = {sweep::Pause{run.id(0), 1},
                                                  sweep::Pause{run.id(1), 1},
                                                  sweep::Pause{run.id(2), 1},
                                                  sweep::Promote{run.id(1), 2},
                                                  sweep::Prune{run.id(2), 1, "the worst of 3"},
                                                  created};
  log.append(decisions);
  run.directory().write_result(run.directory().pruned_result(run.id(2), "the worst of 3"));
  const runners::run::Status status = status_of(run);
  CHECK(status.trials == 5);
  CHECK(status.count(TrialState::kPaused) == 1);
  CHECK(status.count(TrialState::kPruned) == 1);
  CHECK(status.count(TrialState::kPending) == 3);
  CHECK_THAT(status_table(status),
             Catch::Contains("paused:\n  " + run.id(0) + " SR=0.25 seed=1  1/2 epochs"));
  const nlohmann::json json = json_of(run);
  CHECK(json.at("schema_version") == 2);  // paused trials counted as pending in version 1
  CHECK(json.at("states").at("paused") == 1);
  CHECK(json.at("states").at("pruned") == 1);
  REQUIRE(json.at("paused").size() == 1);
  CHECK(json.at("paused")[0].at("id") == run.id(0));
  CHECK(runners::run::view_trial(run.directory(), run.id(0)).state == TrialState::kPaused);
  CHECK(runners::run::view_trial(run.directory(), "00000000000000aa").trial.seed == 1);
  CHECK(run.directory().load_result(run.id(2))->epochs == 1);
}

TEST_CASE("A failed trial comes with the commands to look into it and to train it again") {
  const SampleRun run;
  CHECK_THAT(status_table(status_of(run)), !Catch::Contains("firesweep logs"));
  run.fail(3, "broken");
  CHECK_THAT(
      status_table(status_of(run)),
      Catch::Contains("firesweep logs " + run.directory().root().string() + " " + run.id(3)) &&
          Catch::Contains("firesweep run 'my sample.yaml' --out " +
                          run.directory().root().string() + " --retry-failed\n"));
}

TEST_CASE("The command to resume is for the directory as it is now, and for every trial") {
  runners::run::Status status;
  status.directory = "copied to/here";
  status.counts[TrialState::kPending] = 1;
  status.command_line = {
      "firesweep",   "run",     "a.yaml", "--out",  "there", "--set",     "epochs=2",
      "--only",      "0123",    "4567",   "--jobs", "2",     "--dry-run", "--trial-timeout=2s",
      "--fail-fast", "--seeds", "5"};
  CHECK_THAT(status_table(status),
             Catch::EndsWith(
                 "resume: firesweep run a.yaml --set epochs=2 --jobs 2 --out 'copied to/here'\n"));
}

TEST_CASE("Damaged files are reported and hide nothing else") {
  const SampleRun run;
  run.complete(0);
  run.complete(1);
  write_text(run.directory().result_path(run.id(0)), "{\"id\": ");
  run.write_epochs(2, 1);
  write_text(run.directory().attempts_path(run.id(2)), "no JSON\nat all\n");
  const runners::run::Status status = status_of(run);
  CHECK(status.count(TrialState::kCompleted) == 1);
  CHECK(status.count(TrialState::kPending) == 3);
  REQUIRE(status.problems.size() == 2);
  CHECK_THAT(status_table(status),
             Catch::Contains("problem: " + run.directory().result_path(run.id(0)).string() +
                             ": not valid JSON"));
  CHECK(json_of(run).at("problems").size() == 2);
}

TEST_CASE("The JSON has every unsuccessful trial with its failure") {
  const SampleRun run;
  run.write_log(1, "loading\nbad alloc\n");
  run.fail(1, "no such layer\nat some place");
  sweep::TrialResult diverged;
  diverged.id = run.id(2);
  diverged.state = TrialState::kDiverged;
  diverged.reason = "loss is NaN";
  REQUIRE(run.directory().write_result(diverged));
  const nlohmann::json json = json_of(run);
  REQUIRE(json.at("unsuccessful").size() == 2);
  const nlohmann::json& failed = json.at("unsuccessful")[0];
  CHECK(failed.at("id") == run.id(1));
  CHECK(failed.at("reason") == "no such layer\nat some place");
  CHECK(failed.at("failure").at("cause") == "exception");
  CHECK(failed.at("failure").at("log") == nlohmann::json({"loading", "bad alloc"}));
  CHECK(json.at("unsuccessful")[1].at("state") == "diverged");
  CHECK(json.at("unsuccessful")[1].at("failure").is_null());
  CHECK(json.at("states").at("failed") == 1);
  CHECK(json.at("coordinator").is_null());
}

TEST_CASE("A trial runs if its files are newer than the lock that is held") {
  const SampleRun run;
  const sweep::RunDirectory& directory = run.directory();
  run.write_log(0, "trial to epoch 2: worker 1 on here\n");
  run.write_epochs(1, 1);
  SampleRun::make_old(directory.epochs_path(run.id(1)));
  SECTION("no agent holds it") {
    CHECK(status_of(run).running.empty());
  }
  SECTION("it is held") {
    const runners::schedule::RunLock lock(directory.lock_path());
    run.write_log(0, "trial to epoch 2: worker 1 on here\n");
    const runners::run::Status status = status_of(run);
    REQUIRE(status.coordinator);
    CHECK(status.coordinator->pid == ::getpid());
    REQUIRE(status.running.size() == 1);
    CHECK(status.running[0].id == run.id(0));
    CHECK(status.count(TrialState::kRunning) == 1);
    REQUIRE(status.interrupted.size() == 1);
    CHECK(status.interrupted[0].id == run.id(1));
  }
}

TEST_CASE("A trial whose worker was lost waits until another one takes it up") {
  const SampleRun run;
  const runners::schedule::RunLock lock(run.directory().lock_path());
  run.write_log(0, "trial to epoch 2: worker 1 on here\n");
  run.directory().add_attempt(run.id(0), {"2026-01-02T03:04:05Z", sweep::FailureCause::kSignal,
                                          "killed by signal 9 (Killed)"});
  const auto attempt_time =
      std::filesystem::last_write_time(run.directory().attempts_path(run.id(0)));
  std::filesystem::last_write_time(run.directory().attempts_path(run.id(0)),
                                   attempt_time + std::chrono::seconds(1));
  runners::run::Status status = status_of(run);
  CHECK(status.running.empty());
  REQUIRE(status.interrupted.size() == 1);
  CHECK_THAT(status_table(status),
             Catch::Contains("0/2 epochs; worker crashed once (killed by signal 9 (Killed))\n"));
  CHECK(json_of(run).at("interrupted")[0].at("lost_attempts")[0].at("cause") == "signal");

  std::filesystem::last_write_time(run.directory().log_path(run.id(0)),
                                   attempt_time + std::chrono::seconds(2));
  CHECK(status_of(run).running.size() == 1);
}

TEST_CASE("The time left is estimated from what is done, in hours if there are any") {
  const SampleRun run;
  const runners::schedule::RunLock lock(run.directory().lock_path());
  run.complete(0);
  runners::run::Status status = status_of(run);
  REQUIRE(status.seconds_left);
  CHECK(*status.seconds_left > 14.0);  // three more; those of SR 0.5 are larger
  status.seconds_left = 7384.0;
  CHECK_THAT(status_table(status), Catch::Contains("about 2:03:04 left\n"));
}

TEST_CASE("A long list is cut in the table and whole in the JSON") {
  runners::run::Status status;
  status.sweep = "s";
  for (int i = 0; i < 30; ++i) {
    status.unsuccessful.push_back(
        {fmt::format("{:016x}", i), "seed=1", TrialState::kDiverged, "loss is NaN", std::nullopt});
  }
  const std::string text = status_table(status);
  CHECK_THAT(text, Catch::Contains("0000000000000013 seed=1") &&
                       !Catch::Contains("0000000000000014 seed=1") &&
                       Catch::Contains("  and 10 more, see --format json\n"));
  CHECK(nlohmann::json::parse(status_json(status)).at("unsuccessful").size() == 30);
}

TEST_CASE("Results are read once, but one that was set aside is noticed") {
  const SampleRun run;
  run.complete(0);
  run.fail(1, "broken");
  runners::run::StatusReader reader(run.directory().root());
  CHECK(reader.read().count(TrialState::kFailed) == 1);
  write_text(run.directory().result_path(run.id(0)), "no JSON any more");
  CHECK(reader.read().count(TrialState::kCompleted) == 1);
  run.directory().set_result_aside(run.id(1));
  CHECK(reader.read().count(TrialState::kFailed) == 0);
  CHECK(reader.read().count(TrialState::kPending) == 3);
}

TEST_CASE("A sweep that grows while it is watched is read again") {
  const SampleRun run;
  runners::run::StatusReader reader(run.directory().root());
  CHECK(reader.read().trials == 4);
  sweep::Manifest smaller = run.manifest();
  smaller.trials.pop_back();
  run.directory().update(smaller, "");
  std::filesystem::last_write_time(
      run.directory().manifest_path(),
      std::filesystem::file_time_type::clock::now() + std::chrono::seconds(5));
  CHECK(reader.read().trials == 3);
}

TEST_CASE("Reasons can't move the cursor") {
  CHECK(base::first_line("a\x1b[2Jb\tc\nd") == "a [2Jb c");
}

}  // namespace firesweep::cli

#include "cli/show.h"

#include <string>

#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>

#include "runners/run/trial_document.h"
#include "tests/cli/command.h"
#include "tests/cli/support.h"

namespace firesweep::cli {
namespace {

runners::run::TrialView view_of(const SampleRun& run, std::size_t trial) {
  return runners::run::view_trial(run.directory(), run.id(trial));
}

nlohmann::json json_of(const SampleRun& run, std::size_t trial) {
  return nlohmann::json::parse(runners::run::trial_json(view_of(run, trial)));
}

}  // namespace

TEST_CASE("A trial's design is shown layer by layer and adds up to the manifest's") {
  const SampleRun run;
  const nlohmann::json json = json_of(run, 2);
  CHECK(json.at("axes") == nlohmann::json({{"SR", 0.5}}));
  CHECK(json.at("seed") == 1);
  std::int64_t parameters = 0;
  for (const nlohmann::json& layer : json.at("layers")) {
    parameters += layer.at("parameters").get<std::int64_t>();
    CHECK(layer.at("output").size() == 3);
  }
  CHECK(parameters == run.manifest().points[1].complexity.parameters);
  CHECK(json.at("parameters") == parameters);
  CHECK(json.at("training").at("epochs") == 2);
  CHECK_THAT(trial_text(view_of(run, 2)),
             Catch::Contains("trial " + run.id(2) + " of sample: SR=0.5 seed=1\n") &&
                 Catch::Contains("\nfire2 ") && Catch::Contains(" epochs=2"));
}

TEST_CASE("A final seed is shown as such") {
  const SampleRun run;
  CHECK(json_of(run, 2).at("final") == false);
  sweep::Manifest manifest = run.manifest();
  manifest.trials[2].is_final_seed = true;
  run.directory().update(manifest, "name: sample\n");
  CHECK(json_of(run, 2).at("final") == true);
  CHECK_THAT(trial_text(view_of(run, 2)), Catch::Contains(" seed=1 (a final seed: no part in "));
}

TEST_CASE("A trial that has not started is pending and shows how to train it") {
  const SampleRun run;
  const nlohmann::json json = json_of(run, 0);
  CHECK(json.at("state") == "pending");
  CHECK(json.at("result").is_null());
  CHECK(json.at("checkpoint_bytes").is_null());
  CHECK(json.at("epochs").empty());
  CHECK(json.at("command") == run.directory().command_to_train(run.id(0)));
  CHECK_THAT(
      trial_text(view_of(run, 0)),
      Catch::Contains("state: pending\n") && Catch::Contains("no epoch finished\n") &&
          Catch::Contains("checkpoint: none\n") &&
          Catch::EndsWith("train it again: " + run.directory().command_to_train(run.id(0)) + "\n"));
}

TEST_CASE("A completed trial has its learning curve and result") {
  const SampleRun run;
  run.complete(1);
  write_text(run.directory().checkpoint_path(run.id(1)), std::string(1234567, 'x'));
  const std::string text = trial_text(view_of(run, 1));
  CAPTURE(text);
  CHECK_THAT(text, Catch::Contains("state: completed\n") &&
                       Catch::Contains("    2      0.7500           0.6250    60.00           0.05 "
                                       "     7.0\n") &&
                       Catch::Contains("validation top-1  ▁█\ntrain loss        █▁\n") &&
                       Catch::Contains("result: validation top-1 60.00 %, top-5 90.00 %; test "
                                       "top-1 59.00 %, top-5 89.00 %\n") &&
                       Catch::Contains("  libtorch: 1.13.1\n") &&
                       Catch::Contains("checkpoint: 1.2 MB\n"));
  const nlohmann::json json = json_of(run, 1);
  CHECK(json.at("result").at("test_top1") == 0.59);
  CHECK(json.at("epochs")[1].at("train_loss") == 0.75);
  CHECK(json.at("checkpoint_bytes") == 1234567);
}

TEST_CASE("A failed trial has its reason, cause, attempts and the end of its log") {
  const SampleRun run;
  run.write_log(3, "loading\nbad \x1b[2J alloc\n");
  run.directory().add_attempt(run.id(3), {"2026-01-02T03:04:05Z", sweep::FailureCause::kSignal,
                                          "killed by signal 9 (Killed)"});
  run.fail(3, "it threw\nin layer 3");
  const std::string text = trial_text(view_of(run, 3));
  CAPTURE(text);
  CHECK_THAT(text,
             Catch::Contains("state: failed\n  it threw\n  in layer 3\n"
                             "cause: exception; 2 attempts\n"
                             "worker crashed at 2026-01-02T03:04:05Z: killed by signal 9 (Killed)\n"
                             "end of the log:\n  loading\n  bad  [2J alloc\n"));
  const nlohmann::json json = json_of(run, 3);
  CHECK(json.at("result").at("failure").at("cause") == "exception");
  CHECK(json.at("lost_attempts")[0].at("cause") == "signal");
  CHECK(json.at("log").size() == 2);
}

TEST_CASE("A curve has a block a value from the lowest to the highest, and a bounded width") {
  CHECK(curve_text({}, 10).empty());
  CHECK(curve_text({0.5, 0.5}, 10) == "▁▁");
  CHECK(curve_text({0.0, 0.5, 1.0}, 10) == "▁▅█");
  CHECK(curve_text({0.0, 0.0, 1.0, 1.0}, 2) == "▁█");
}

TEST_CASE("show takes the beginning of an id and names one that is not there") {
  const SampleRun run;
  const std::string directory = run.directory().root().string();
  const Answer answer = command({"show", directory, run.id(0).substr(0, 8), "--format", "json"});
  CHECK(answer.exit_code == 0);
  CHECK(nlohmann::json::parse(answer.output).at("id") == run.id(0));
  const Answer unknown = command({"show", directory, "zz"});
  CHECK(unknown.exit_code == 2);
  CHECK(unknown.errors ==
        "firesweep: trial 'zz': no id of the 4 trials of this sweep starts with it\n");
}

}  // namespace firesweep::cli

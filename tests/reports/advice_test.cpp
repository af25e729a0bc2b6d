#include "reports/advice.h"

#include <string>
#include <vector>

#include <catch2/catch.hpp>

#include "reports/writers/page_summary.h"
#include "reports/writers/terminal.h"
#include "tests/reports/sample.h"

namespace firesweep::reports {
namespace {

using sweep::TrialState;

/// A row for each state, of a sweep of 6,000 images, batch 64, 1 epoch: 94 steps.
ResultsTable table_of(const std::vector<TrialState>& states) {
  ResultsTable table = empty_table();
  add_point(table, 1000, std::vector<double>(states.size(), 0.1));
  for (std::size_t i = 0; i < states.size(); ++i) {
    table.rows[i].state = states[i];
    table.rows[i].reason = states[i] == TrialState::kCompleted ? "" : "as it is";
  }
  table.dataset = {{"name", "mnist"}, {"train", 6000}};
  table.fixed_model = {{"final_relu", true},
                       {"dropout", 0.5},
                       {"batch_norm", false},
                       {"weight_init", "kaiming"},
                       {"freq", 2}};
  table.fixed_training = {{"epochs", 1},       {"batch_size", 64},          {"learning_rate", 0.05},
                          {"warmup_steps", 0}, {"gradient_clip_norm", 0.0}, {"adaptive_clip", 0.0}};
  table.command_line = {"firesweep", "run",   "my sweeps/a.yaml",           "--jobs", "2", "--set",
                        "SR=0.5",    "--set", "training.learning_rate=0.05"};
  table.runs = {{"runs/a/", "a", "2026-01-02T03:04:05Z", table.command_line}};
  return table;
}

std::vector<std::string> settings_of(const LearningAdvice& advice) {
  std::vector<std::string> settings;
  for (const RecipeChange& change : advice.changes) {
    settings.push_back(change.setting);
  }
  return settings;
}

}  // namespace

TEST_CASE("A recipe that lets trials diverge gets what it lacks, as a command to paste") {
  const auto advice = learning_advice(
      table_of({TrialState::kDiverged, TrialState::kDiverged, TrialState::kDidNotLearn,
                TrialState::kCompleted, TrialState::kPending}));
  REQUIRE(advice);
  CHECK(settings_of(*advice) ==
        std::vector<std::string>{"weight_init=data_dependent", "gradient_clip_norm=1",
                                 "adaptive_clip=0.1", "warmup_steps=9", "final_relu=false",
                                 "dropout=0", "learning_rate=0.02", "epochs=3"});
  const std::string words =
      "'my sweeps/a.yaml' --set SR=0.5 --set weight_init=data_dependent --set gradient_clip_norm=1 "
      "--set adaptive_clip=0.1 --set warmup_steps=9 --set final_relu=false --set dropout=0 --set "
      "learning_rate=0.02 --set epochs=3";
  CHECK(advice->run == "firesweep run " + words + " --out runs/a-2");
  CHECK(advice->bench == "firesweep bench " + words + " --learning-rate");
  CHECK(advice_sentence(*advice) ==
        "3 of 4 finished trials diverged (2) or did not learn (1). The sweep has initial "
        "weights that do not depend on the images, no gradient clipping, no adaptive clipping, no "
        "warm-up, a ReLU on the logits, dropout in a short training, a learning rate "
        "of 0.05, at which most of them diverge, only 94 steps.");
}

TEST_CASE("Half of the finished trials is enough, less is not, and pruned ones do not count") {
  using States = std::vector<TrialState>;
  CHECK(learning_advice(table_of(States{TrialState::kDidNotLearn, TrialState::kCompleted,
                                        TrialState::kPruned, TrialState::kPruned})));
  CHECK_FALSE(learning_advice(
      table_of(States{TrialState::kDidNotLearn, TrialState::kCompleted, TrialState::kFailed})));
  CHECK_FALSE(learning_advice(table_of(States{TrialState::kFailed, TrialState::kPending})));
  CHECK_FALSE(learning_advice(table_of({})));
  CHECK_FALSE(learning_advice(sample_table()));
}

TEST_CASE("Only keys with one value are changed, and the networks only as a last resort") {
  ResultsTable table = table_of({TrialState::kDidNotLearn});
  table.fixed_model = {{"batch_norm", false}};  // the others are axes
  table.fixed_training = {{"learning_rate", 0.05}, {"gradient_clip_norm", 1.0}};
  auto advice = learning_advice(table);
  REQUIRE(advice);
  CHECK(settings_of(*advice) == std::vector<std::string>{"batch_norm=true"});
  // Batch normalisation makes the initial weights' scale irrelevant.
  table.fixed_model = {{"batch_norm", true}, {"weight_init", "kaiming"}};
  advice = learning_advice(table);
  REQUIRE(advice);
  CHECK(advice->changes.empty());
  CHECK(advice_sentence(*advice) == "1 of 1 finished trials diverged (0) or did not learn (1).");
}

TEST_CASE("Advice for normalised networks has no adaptive clipping, and the default rate") {
  ResultsTable table = table_of({TrialState::kDidNotLearn, TrialState::kDidNotLearn});
  table.fixed_model = {{"batch_norm", true}, {"weight_init", "data_dependent"}};
  table.fixed_training = {{"batch_size", 32},
                          {"learning_rate", 60},
                          {"gradient_clip_norm", 1.0},
                          {"adaptive_clip", 0.0}};
  auto advice = learning_advice(table);
  REQUIRE(advice);
  CHECK(settings_of(*advice) == std::vector<std::string>{"learning_rate=0.2"});
  table.fixed_model["batch_norm"] = false;
  advice = learning_advice(table);
  REQUIRE(advice);
  CHECK(settings_of(*advice) ==
        std::vector<std::string>{"adaptive_clip=0.1", "learning_rate=0.05"});
  table.fixed_training["learning_rate"] = 0.1;
  advice = learning_advice(table);
  REQUIRE(advice);
  CHECK(settings_of(*advice) == std::vector<std::string>{"adaptive_clip=0.1"});
}

TEST_CASE("Terminal and page end with the same advice") {
  const ResultsTable table = table_of({TrialState::kDiverged, TrialState::kDidNotLearn});
  const auto advice = learning_advice(table);
  REQUIRE(advice);
  const Analysis analysis = analyze(table);
  CHECK_THAT(writers::front_table(table, analysis),
             Catch::Contains(advice_sentence(*advice)) &&
                 Catch::Contains("\n    " + advice->run + "\n") &&
                 Catch::Contains("\n    " + advice->bench + "\n"));
  const std::string page = writers::page_summary(table, analysis, {}).dump();
  CHECK_THAT(page, Catch::Contains(advice->run) && Catch::Contains(advice->bench));
}

}  // namespace firesweep::reports

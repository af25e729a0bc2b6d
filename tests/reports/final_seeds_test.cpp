#include "reports/final_seeds.h"

#include <string>

#include <catch2/catch.hpp>

#include "reports/leading_designs.h"
#include "reports/writers/csv_writer.h"
#include "reports/writers/front_document.h"
#include "reports/writers/json_writer.h"
#include "reports/writers/recommendation.h"
#include "reports/writers/terminal.h"
#include "tests/reports/sample.h"
#include "tests/support/message_of.h"

namespace firesweep::reports {
namespace {

using Catch::Matchers::Contains;
using Catch::Matchers::StartsWith;

/// Designs of 100, 200 and 300 bytes with two seeds; the last has the highest mean, 0.90 with a
/// standard error of 0.01, and the one before is within it.
ResultsTable three_designs() {
  ResultsTable table = empty_table();
  add_point(table, 100, {0.70, 0.72});
  add_point(table, 200, {0.895, 0.895});
  add_point(table, 300, {0.89, 0.91});
  return table;
}

/// Seeds from 3 on.
void add_finals(ResultsTable& table, std::size_t design, const std::vector<double>& top1) {
  for (const double value : top1) {
    Row row = table.rows.front();
    row.id = "000000000000f" + std::to_string(100 + table.final_rows.size());
    row.design = design;
    row.seed = 3 + table.final_rows.size();
    row.is_final = true;
    row.metrics.at("validation_top1") = value;
    row.metrics.at("test_top1") = value - 0.02;
    table.final_rows.push_back(row);
  }
}

constexpr const char* kSentence =
    "On 3 final seeds, which had no part in the choice: validation 86.00 ± 1.00 %";

}  // namespace

TEST_CASE("final seeds change neither the choice nor any mean that it is made by") {
  ResultsTable table = three_designs();
  const Analysis before = analyze(table);
  add_finals(table, 2, {0.10, 0.10, 0.10});
  add_finals(table, 0, {0.99, 0.99, 0.99});
  const Analysis after = analyze(table);
  CHECK(most_accurate(table, after, {}) == 2U);
  CHECK(after.recommended == before.recommended);
  CHECK(after.front.on_front == before.front.on_front);
  CHECK(after.front_probability == before.front_probability);
  for (std::size_t i = 0; i < 3; ++i) {
    CHECK(summary_of(after.points[i], "validation_top1").mean ==
          summary_of(before.points[i], "validation_top1").mean);
    CHECK(after.points[i].n() == 2);
  }
  CHECK(summary_of(*finals_of(after, 2), "validation_top1").mean == Approx(0.10));
  CHECK(finals_of(after, 1) == nullptr);
  CHECK(finals_of(before, 2) == nullptr);
  CHECK(count_states(table).total() == 6);
  CHECK(count_final_states(table).completed == 6);
}

TEST_CASE("wherever the chosen design is named, the mean over final seeds and the test stand by") {
  ResultsTable table = three_designs();
  add_finals(table, 2, {0.85, 0.86, 0.87});
  const Analysis analysis = analyze(table);
  const std::string sentence = final_seeds_sentence(table, analysis, 2);
  CHECK_THAT(sentence, StartsWith(kSentence));
  CHECK_THAT(sentence, Contains("test 84.00 ± 1.00 %."));
  CHECK_THAT(sentence, Contains("95 % interval 8"));
  CHECK(final_seeds_sentence(table, analysis, 1).empty());
  CHECK_THAT(writers::recommend(table, analysis, {}, {}).at(0).text, Contains(kSentence));
  const std::string later = std::string(kSentence).substr(1);
  CHECK_THAT(writers::front_table(table, analysis),
             Contains("2: on 3 final seeds, which had no part in the choice: validation 86.00 ± "
                      "1.00 % (95 % interval "));
  const std::string narrow = writers::front_table(table, analysis, 60);
  CHECK_THAT(narrow, Contains("the choice: validation\n    86.00 ± 1.00 % (95 % interval") ||
                         Contains("the choice:\n    validation 86.00 ± 1.00 % (95 % interval"));
  CHECK_THAT(writers::front_table(table, analysis), Contains("3 final trials: 3 completed"));
  CHECK_THAT(writers::front_markdown(table, analysis), Contains(later));
  CHECK_THAT(
      writers::front_latex(table, analysis),
      Contains("3 final seeds, which had no part in the choice: validation 86.00 $\\pm$ 1.00"));
}

TEST_CASE("final seeds without a result are not passed over") {
  ResultsTable table = three_designs();
  add_finals(table, 2, {0.85});
  table.final_rows.front().state = sweep::TrialState::kPending;
  CHECK(final_seeds_sentence(table, analyze(table), 2) ==
        "On final seeds (0 of 1 trial), which had no part in the choice: no result yet.");
}

TEST_CASE("files mark final trials, and have nothing of them in a run without") {
  ResultsTable table = three_designs();
  const std::string without = writers::results_json(table, analyze(table));
  CHECK(without.find("final") == without.npos);
  CHECK_THAT(writers::results_csv(table, analyze(table)), !Contains("final"));
  add_finals(table, 2, {0.85, 0.86, 0.87});
  const Analysis analysis = analyze(table);
  const auto json = nlohmann::json::parse(writers::results_json(table, analysis));
  CHECK(json["trials"].size() == 6);
  CHECK(json["states"]["completed"] == 6);
  CHECK(json["final_trials"].size() == 3);
  CHECK(json["final_states"]["completed"] == 3);
  CHECK(json["points"][2]["n"] == 2);
  CHECK(json["points"][2]["final"]["n"] == 3);
  CHECK(json["points"][2]["final"]["validation_top1_mean"].get<double>() == Approx(0.86));
  CHECK(json["points"][2]["final"]["test_top1_mean"].get<double>() == Approx(0.84));
  CHECK_FALSE(json["points"][1].contains("final"));
  const std::string csv = writers::results_csv(table, analysis);
  CHECK_THAT(csv, Contains("reason,final\r\n") && Contains(",true\r\n") && Contains(",false\r\n"));
  CHECK_THAT(writers::points_csv(table, analysis), Contains(",final_n,final_validation_top1_mean"));
}

TEST_CASE("best, front and smallest are the designs that reports name so") {
  const ResultsTable table = three_designs();
  CHECK(chosen_designs(table, ChoiceOfDesigns::kBest) == std::vector<std::size_t>{2});
  CHECK(chosen_designs(table, ChoiceOfDesigns::kSmallest) == std::vector<std::size_t>{1});
  CHECK(chosen_designs(table, ChoiceOfDesigns::kFront) == std::vector<std::size_t>{0, 1, 2});
  CHECK(choice_named("smallest") == ChoiceOfDesigns::kSmallest);
  CHECK_FALSE(choice_named("Best"));
}

TEST_CASE("a metric's name is in small letters within the sentence") {
  ResultsTable table = empty_table();
  table.metrics = sweep::metrics();
  table.objectives = {"validation_balanced_accuracy", "weight_bytes"};
  add_point(table, 100, {0.70});
  add_finals(table, 0, {0.80});
  for (std::vector<Row>* const rows : {&table.rows, &table.final_rows}) {
    rows->front().metrics.at("validation_balanced_accuracy") = 0.25;
  }
  CHECK_THAT(final_seeds_sentence(table, analyze(table), 0),
             Contains("in the choice: balanced validation accuracy 25.00 %"));
}

TEST_CASE("a choice that results do not allow yet says what to do") {
  ResultsTable table = empty_table();
  add_point(table, 100, {0.70});
  CHECK_THAT(tests::message_of([&] { (void)chosen_designs(table, ChoiceOfDesigns::kSmallest); }),
             Contains("a single trial") && Contains("--only best"));
  table.rows.front().state = sweep::TrialState::kPending;
  CHECK_THAT(tests::message_of([&] { (void)chosen_designs(table, ChoiceOfDesigns::kFront); }),
             Contains("no trial has completed yet; first run the sweep without --only"));
}

TEST_CASE("a best design of several seeds without a standard error says why it has none") {
  ResultsTable table = empty_table();
  table.metrics = sweep::metrics();
  table.objectives = {"validation_balanced_accuracy", "weight_bytes"};
  add_point(table, 100, {0.70, 0.72});
  for (Row& row : table.rows) {
    row.metrics.at("validation_balanced_accuracy") = 0.25;
  }
  CHECK(tests::message_of([&] { (void)chosen_designs(table, ChoiceOfDesigns::kSmallest); }) ==
        "--only smallest: the balanced validation accuracy of the best design has no standard "
        "error, as a trial has no confusion matrix, or a class a single image; use --only best");
}

}  // namespace firesweep::reports

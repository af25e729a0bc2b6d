// Designs are judged by the accuracy that the sweep's objectives name, everywhere.
#include "reports/accuracy_metric.h"

#include <string>
#include <vector>

#include <catch2/catch.hpp>

#include "reports/budget.h"
#include "reports/charts/charts.h"
#include "reports/writers/csv_writer.h"
#include "reports/writers/front_document.h"
#include "reports/writers/json_writer.h"
#include "reports/writers/page_data.h"
#include "reports/writers/terminal.h"
#include "tests/reports/sample.h"

namespace firesweep::reports {
namespace {

using Catch::Contains;

/// Of 90 and 10 images; `right` of each.
sweep::Confusion confusion_of(std::int64_t common, std::int64_t rare) {
  return {2, {{0, 0, common}, {0, 1, 90 - common}, {1, 0, 10 - rare}, {1, 1, rare}}};
}

/// Two designs with three seeds: x=0 is right more often, x=1 finds the rare class.
ResultsTable lopsided_table(const std::vector<std::string>& objectives) {
  ResultsTable table = empty_table();
  table.metrics = sweep::metrics();
  table.objectives = objectives;
  table.classes = 2;
  table.dataset = {{"validation", 100}, {"test", 100}};
  add_point(table, 1000, {0.89, 0.90, 0.91});
  add_point(table, 2000, {0.83, 0.84, 0.85});
  for (std::size_t i = 0; i < table.rows.size(); ++i) {
    Row& row = table.rows[i];
    const std::int64_t more = static_cast<std::int64_t>(i % 3);
    row.validation_confusion = i < 3 ? confusion_of(87 + more, 2) : confusion_of(74 + more, 9);
    row.metrics.at("validation_balanced_accuracy") = row.validation_confusion->balanced_accuracy();
    row.metrics.at("validation_macro_f1") = row.validation_confusion->macro_f1();
    row.metrics.at("test_balanced_accuracy") = i < 3 ? 0.5 : 0.75;
    row.metrics.at("test_macro_f1") = i < 3 ? 0.25 : 0.625;
  }
  return table;
}

const std::vector<std::string> kBalanced{"validation_balanced_accuracy", "weight_bytes"};

}  // namespace

TEST_CASE("the first accuracy among the objectives is what designs are judged by") {
  struct Case {
    std::vector<std::string> objectives;
    std::string accuracy;
    std::string test;
  };
  const auto example = GENERATE(values<Case>({
      {{"validation_top1", "weight_bytes"}, "validation_top1", "test_top1"},
      {{"weight_bytes", "macs"}, "validation_top1", "test_top1"},
      {{"validation_error", "validation_macro_f1"}, "validation_top1", "test_top1"},
      {{"macs", "validation_top5"}, "validation_top5", "test_top5"},
      {{"train_seconds", "validation_macro_f1"}, "validation_macro_f1", "test_macro_f1"},
      {kBalanced, "validation_balanced_accuracy", "test_balanced_accuracy"},
  }));
  const ResultsTable table = lopsided_table(example.objectives);
  CHECK(accuracy_metric(table).name == example.accuracy);
  CHECK(test_metric(table)->name == example.test);
}

TEST_CASE("texts show the accuracy of the objectives under its own name") {
  const ResultsTable table = lopsided_table(kBalanced);
  const Analysis analysis = analyze(table);
  for (const std::string& text :
       {writers::front_table(table, analysis), writers::front_markdown(table, analysis),
        writers::front_latex(table, analysis)}) {
    CAPTURE(text);
    CHECK_THAT(text, Contains("balanced ") && Contains("test balanced ") &&
                         Contains("chosen by balanced validation accuracy"));
    CHECK_THAT(text, Contains("58.89") && Contains("86.67") && Contains("50.00") &&
                         Contains("75.00") && !Contains("top-1") && !Contains("90.00"));
  }
  const ResultsTable f1 = lopsided_table({"validation_macro_f1", "weight_bytes"});
  CHECK_THAT(writers::front_table(f1, analyze(f1)),
             Contains("macro F1 %") && Contains("test macro F1 %") &&
                 Contains("chosen by validation macro F1") && Contains("62.50"));
}

TEST_CASE("a budget, comparisons, effects and the distribution use the objectives' accuracy") {
  const ResultsTable table = lopsided_table(kBalanced);
  AnalysisOptions options;
  options.budget.max_bytes = 5000;
  const Analysis analysis = analyze(table, options);
  CHECK(analysis.budget_choice->best == std::size_t{1});
  CHECK_THAT(writers::front_table(table, analysis),
             Contains("the most accurate is x=1 with 86.67 ± 0.56 % balanced over 3 seeds (test "
                      "balanced 75.00 ± 0.00 %)"));
  REQUIRE(analysis.comparisons.size() == 1);
  CHECK(analysis.comparisons[0].metric == "validation_balanced_accuracy");
  CHECK(analysis.comparisons[0].against_baseline[0].wins == 3);
  CHECK(*analysis.axes.effects->effects[0][1].effect ==
        Approx((0.86667 - 0.58889) / 2.0).epsilon(1e-4));
  CHECK(analysis.distribution.steps.back().value == Approx(0.866667));
  CHECK(nlohmann::json::parse(writers::results_json(table, analysis))
            .at("distribution")
            .at("metric") == "validation_balanced_accuracy");
  CHECK(compare(table, {.axis = "x", .baseline = {}}).metric == "validation_balanced_accuracy");
  CHECK(compare(lopsided_table({"macs"}), {.axis = "x", .baseline = {}}).metric ==
        "validation_top1");
}

TEST_CASE("points.csv has the error, interval and test of the objectives' accuracy") {
  ResultsTable table = lopsided_table(kBalanced);
  table.final_rows = {table.rows[3], table.rows[4], table.rows[5]};
  const std::string csv = writers::points_csv(table, analyze(table));
  const std::string metric = ",validation_balanced_accuracy";
  CHECK_THAT(csv, Contains(metric + "_mean" + metric + "_sd,") &&
                      Contains(metric + "_se" + metric + "_low" + metric + "_high,"));
  CHECK_THAT(csv, Contains(",test_balanced_accuracy_mean,test_balanced_accuracy_sd,"));
  CHECK_THAT(csv, Contains(",final_validation_balanced_accuracy_mean,final_validation_balanced_"
                           "accuracy_sd,final_validation_balanced_accuracy_low,final_validation_"
                           "balanced_accuracy_high,"));
  CHECK_THAT(csv, Contains(",final_test_top1_mean,final_test_balanced_accuracy_mean\r\n"));
  CHECK_THAT(csv, Contains(",0.75\r\n"));
  CHECK_THAT(csv, Contains(",validation_top1_mean,validation_top1_sd,") &&
                      Contains(",validation_top1_se,validation_top1_low,"));
  const ResultsTable top1 = lopsided_table({"validation_top1", "weight_bytes"});
  CHECK_THAT(writers::points_csv(top1, analyze(top1)),
             !Contains("balanced_accuracy_sd") && !Contains("balanced_accuracy_low"));
}

TEST_CASE("a budget leaves out designs without the objectives' accuracy") {
  ResultsTable table = lopsided_table(kBalanced);
  for (std::size_t i = 3; i < 6; ++i) {
    table.rows[i].metrics.at("validation_balanced_accuracy").reset();
  }
  const BudgetChoice choice = choose_within(table, summarize_points(table), {}, {});
  CHECK(choice.best == std::size_t{0});
  CHECK(choice.without_results == 1);
}

TEST_CASE("the page's figures and tables use the objectives' accuracy") {
  const ResultsTable table = lopsided_table(kBalanced);
  const Analysis analysis = analyze(table);
  for (const charts::Chart& chart : charts::all_charts(table, analysis)) {
    CAPTURE(chart.id);
    if (chart.section != "training" && chart.section != "details") {
      CHECK_THAT(chart.spec.dump(), !Contains("validation_top1"));
      CHECK_THAT(chart.caption, !Contains("top-1"));
    }
  }
  const auto page = writers::page_data(table, analysis, {});
  CHECK(page.at("sets").at("parallel_labels").dump().find("top-1") == std::string::npos);
  CHECK(page.at("tables").dump().find("percentage points of balanced validation accuracy") !=
        std::string::npos);
}

TEST_CASE("measures of classes have intervals from confusion matrices, and say if they have none") {
  const auto objective =
      GENERATE(as<std::string>(), "validation_balanced_accuracy", "validation_macro_f1");
  ResultsTable table = lopsided_table({objective, "weight_bytes"});
  const std::vector<PointSummary> points = summarize_points(table);
  for (const PointSummary& point : points) {
    const SeedSummary& summary = summary_of(point, objective);
    REQUIRE(summary.interval);
    CHECK(summary.interval->low > 0.0);
    CHECK(summary.interval->low < *summary.mean - 0.05);  // ten images of the rare class
    CHECK(summary.interval->high > *summary.mean + 0.02);
    CHECK(summary.interval->high < 1.0);
  }
  CHECK(no_interval_sentence(table, points).empty());
  CHECK(analyze(table).comparisons[0].against_baseline[0].image_basis == ImageBasis::kUnpaired);
  table.rows[0].validation_confusion.reset();
  CHECK_FALSE(summary_of(summarize_points(table)[0], objective).interval);
  CHECK_THAT(writers::front_markdown(table, analyze(table)),
             Contains("has no interval where a trial has no confusion matrix"));
  CHECK(analyze(table).comparisons[0].against_baseline[0].image_basis == ImageBasis::kIgnored);
}

}  // namespace firesweep::reports

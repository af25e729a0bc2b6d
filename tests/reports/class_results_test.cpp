#include "reports/class_results.h"

#include <algorithm>

#include <catch2/catch.hpp>

#include "reports/analysis.h"
#include "reports/charts/charts.h"
#include "reports/charts/class_charts.h"
#include "reports/writers/csv_writer.h"
#include "reports/writers/front_document.h"
#include "reports/writers/json_writer.h"
#include "reports/writers/page_data.h"
#include "reports/writers/terminal.h"
#include "tests/reports/sample.h"

namespace firesweep::reports {
namespace {

using Catch::Matchers::Contains;
using sweep::Confusion;

constexpr const char* kPng =
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAAAAAA6fptVAAAACklEQVR4nGNgAAAAAgABSK+kcQAAAABJRU5ErkJggg==";

std::string page_text(const ResultsTable& table, const char* member) {
  return writers::page_data(table, analyze(table), {}).at(member).dump();
}

/// One design of `classes` classes in which each is taken for the next once in ten images.
ResultsTable many_classes(std::int32_t classes) {
  ResultsTable table = empty_table();
  add_point(table, 1000, {0.9});
  std::vector<sweep::ConfusionCell> cells;
  for (std::int32_t i = 0; i < classes; ++i) {
    const std::int32_t next = (i + 1) % classes;
    cells.push_back({i, std::min(i, next), next < i ? 1 : 9});
    cells.push_back({i, std::max(i, next), next < i ? 9 : 1});
  }
  table.rows[0].validation_confusion = Confusion(classes, cells);
  return table;
}

struct BalanceCase {
  std::vector<std::int64_t> images;
  bool unbalanced;
};

}  // namespace

TEST_CASE(
    "confusion matrices of a design are summed over the trials that were trained to the end") {
  ResultsTable table = empty_table();
  add_point(table, 1000, {0.75, 0.5, 0.5});
  table.rows[0].validation_confusion = Confusion(3, {{0, 0, 2}, {0, 1, 1}, {1, 1, 1}});
  table.rows[1].validation_confusion = Confusion(3, {{0, 0, 1}, {0, 1, 1}, {0, 2, 1}, {1, 1, 1}});
  table.rows[2].validation_confusion = Confusion(3, {{0, 2, 3}, {1, 0, 1}});
  table.rows[1].state = sweep::TrialState::kDidNotLearn;
  table.rows[2].state = sweep::TrialState::kFailed;
  const auto results = class_results(table, std::vector<std::size_t>{0});
  REQUIRE(results.size() == 1);
  CHECK(results[0].trials == 2);
  CHECK(results[0].confusion == Confusion(3, {{0, 0, 3}, {0, 1, 2}, {0, 2, 1}, {1, 1, 2}}));
  REQUIRE(results[0].recall.size() == 3);
  CHECK(*results[0].recall[0].mean == Approx(0.5));
  CHECK(*results[0].recall[0].sd == Approx(0.2357022603955158));  // of 2/3 and 1/3
  CHECK(*results[0].recall[1].mean == 1.0);
  CHECK_FALSE(results[0].recall[2].mean);  // has no images
  CHECK(*results[0].balanced_accuracy.mean == Approx(0.75));
}

TEST_CASE("a trial with another number of classes is left out of the sum") {
  ResultsTable table = empty_table();
  add_point(table, 1000, {1.0, 1.0});
  table.rows[0].validation_confusion = Confusion(2, {{0, 0, 1}});
  table.rows[1].validation_confusion = Confusion(3, {{0, 0, 1}});
  const auto results = class_results(table, std::vector<std::size_t>{0});
  REQUIRE(results.size() == 1);
  CHECK(results[0].trials == 1);
  CHECK(results[0].recall.size() == 2);
}

TEST_CASE("classes are unbalanced if the largest is more than twice the smallest") {
  const auto example = GENERATE(values<BalanceCase>({{{10, 20}, false},
                                                     {{10, 21}, true},
                                                     {{0, 10, 20}, false},
                                                     {{5, 5, 5}, false},
                                                     {{95, 5}, true},
                                                     {{0}, false},
                                                     {{7}, false},
                                                     {{}, false}}));
  CHECK(is_unbalanced(example.images) == example.unbalanced);
}

TEST_CASE("class names are on one line and no two the same") {
  ResultsTable table = empty_table();
  CHECK(class_names(table, 2) == std::vector<std::string>{"class 0", "class 1"});
  table.data = sweep::DataSummary{.classes = {"cat", "a\nb", "cat", ""},
                                  .train = {1, 1, 1, 1},
                                  .validation = {1, 1, 1, 1},
                                  .test = {1, 1, 1, 1}};
  CHECK(class_names(table, 4) == std::vector<std::string>{"cat", "a\\nb", "cat (2)", "class 3"});
  CHECK(class_names(table, 2) == std::vector<std::string>{"class 0", "class 1"});
}

TEST_CASE("the most confused pairs are sentences") {
  const std::vector<std::string> names{"cat", "dog", "cow"};
  const Confusion confusion(3, {{0, 0, 106}, {0, 1, 14}, {1, 1, 1}, {2, 0, 1}});
  CHECK(confused_pairs(confusion, names, 5) ==
        std::vector<std::string>{"Of 120 images of 'cat', 14 were taken for 'dog' (11.7 %).",
                                 "Of 1 image of 'cow', 1 was taken for 'cat' (100.0 %)."});
  CHECK(confused_pairs(confusion, names, 1).size() == 1);
  CHECK(confused_pairs(Confusion(3, {{0, 0, 5}}), names, 5).empty());
}

TEST_CASE("the recommended design's classes come first, then those of the front by size") {
  const ResultsTable table = sample_table_with_classes();
  const Analysis analysis = analyze(table);
  REQUIRE(analysis.recommended);
  REQUIRE(analysis.classes.size() >= 2);
  CHECK(analysis.classes.front().design == *analysis.recommended);
  for (std::size_t i = 1; i < analysis.classes.size(); ++i) {
    CHECK(analysis.classes[i].design != *analysis.recommended);
    CHECK(analysis.front.on_front[analysis.classes[i].design]);
  }
}

TEST_CASE("a table without data.json and confusion matrices has nothing about classes") {
  const ResultsTable table = sample_table();
  const Analysis analysis = analyze(table);
  CHECK(analysis.classes.empty());
  CHECK(writers::classes_csv(table, analysis).empty());
  CHECK(page_text(table, "images") == "null");
  CHECK(page_text(table, "class_results") == "[]");
  CHECK_THAT(writers::front_table(table, analysis), !Contains("confused"));
  CHECK_THAT(page_text(table, "tables"), !Contains("Balanced"));
  for (const charts::Chart& chart : charts::all_charts(table, analysis)) {
    CHECK(chart.section != "classes");
  }
}

TEST_CASE("results.json has class names, counts, recall of trials and summed matrices") {
  const ResultsTable table = sample_table_with_classes();
  const auto json = nlohmann::json::parse(writers::results_json(table, analyze(table)));
  CHECK(json.at("classes").dump() == R"(["screw","bolt","<b>nut</b>"])");
  CHECK(json.at("class_counts").dump() ==
        R"({"test":[20,4,4],"train":[90,10,10],"validation":[8,2,2]})");
  CHECK(json.at("bad_files") == 3);
  CHECK(json.at("skipped_files") == 1);
  CHECK(json.at("trials")[0].at("validation_recall").dump() == "[0.75,0.5,1.0]");
  CHECK(json.at("trials")[3].at("validation_recall").is_null());  // failed
  const auto& results = json.at("class_results");
  CHECK(results.size() == analyze(table).classes.size());
  CHECK(results[0].at("recommended") == true);
  CHECK(results[1].at("recommended") == false);
  CHECK(results[0].at("recall_mean").size() == 3);
}

TEST_CASE("classes.csv has images of each part and recall of the recommended design") {
  ResultsTable table = sample_table_with_classes();
  table.data->classes[1] = "=1+1";
  const Analysis analysis = analyze(table);
  const DesignClasses& classes = analysis.classes.front();
  const std::string text = writers::classes_csv(table, analysis);
  CHECK_THAT(text,
             Catch::StartsWith(
                 "label,class,train,validation,test,recall_mean,recall_sd,n\r\n0,screw,90,8,20,"));
  CHECK_THAT(text, Contains("\r\n1,'=1+1,10,2,4,"));
  CHECK_THAT(text, Contains(fmt::format("{}\r\n1,", classes.trials)));
  table.data.reset();
  CHECK_THAT(writers::classes_csv(table, analyze(table)), Contains("\r\n0,,,,,"));
}

TEST_CASE("terminal and Markdown name at most three pairs, and files left out") {
  const ResultsTable table = sample_table_with_classes();
  const Analysis analysis = analyze(table);
  const std::string text = writers::front_table(table, analysis);
  CHECK_THAT(text,
             Contains("Most confused classes of SR ") &&
                 Contains("\n  Of 16 images of 'screw', 2 were taken for 'bolt' (12.5 %).\n"));
  CHECK_THAT(text,
             Contains("3 image files could not be read and were left out (data_problems.csv)."));
  std::size_t pairs = 0;
  for (std::size_t at = text.find("  Of "); at != text.npos; at = text.find("  Of ", at + 1)) {
    ++pairs;
  }
  CHECK(pairs <= 3);
  const std::string markdown = writers::front_markdown(table, analysis);
  CHECK_THAT(markdown,
             Contains("\nMost confused classes of SR ") && Contains("data\\_problems.csv"));
  CHECK_THAT(markdown, !Contains("<b>"));
}

TEST_CASE("measures that count every class alike are shown where classes are unbalanced") {
  ResultsTable table = sample_table_with_classes();
  CHECK_THAT(page_text(table, "tables"), Contains("Balanced accuracy %") && Contains("Macro F1 %"));
  CHECK_THAT(page_text(table, "class_results"), Contains("macro F1"));
  CHECK_THAT(page_text(table, "images"), Contains("The classes are unbalanced: 'screw' has 90 "
                                                  "training images, 'bolt' only 10."));
  table.data->train = {30, 30, 20};
  CHECK_THAT(page_text(table, "tables"), !Contains("Balanced accuracy"));
  CHECK_THAT(page_text(table, "class_results"), !Contains("macro F1"));
  CHECK_THAT(
      page_text(table, "images"),
      Contains("Each class has 20 to 30 training, 2 to 8 validation and 4 to 20 test images."));
}

TEST_CASE("a page has pictures of the classes it shows, as many as there is room for") {
  ResultsTable table = sample_table_with_classes();
  const auto cards = [&] {
    return writers::page_data(table, analyze(table), {}).at("images").at("classes");
  };
  CHECK(cards()[0].at("pictures").size() == 2);
  CHECK(cards()[1].at("pictures").size() == 1);
  CHECK(cards()[2].at("pictures").empty());
  const std::string large = kPng + std::string(300'000, 'A');
  table.data->samples = {{0, large}, {0, large}, {1, large}, {2, kPng}};
  CHECK(cards()[0].at("pictures").size() == 1);
  CHECK(cards()[1].at("pictures").empty());
  CHECK(cards()[2].at("pictures").size() == 1);
}

TEST_CASE("more than 20 classes are counted, more than 30 have no matrix") {
  for (const std::int32_t classes : {30, 31}) {
    ResultsTable table = many_classes(classes);
    const std::vector<std::int64_t> images(static_cast<std::size_t>(classes), 7);
    table.data = sweep::DataSummary{.train = images, .validation = images, .test = images};
    const Analysis analysis = analyze(table);
    const auto data = writers::page_data(table, analysis, {});
    CHECK(data.at("images").at("classes").size() == 20);
    CHECK(data.at("images").at("more") == classes - 20);
    CHECK(data.at("class_results")[0].at("rows").size() == 30);
    CHECK(data.at("class_results")[0].at("more") == classes - 30);
    CHECK(charts::has_drawable_confusion(analysis) == (classes == 30));
    CHECK(data.at("sets").at("confusion").at("truth").size() == (classes == 30 ? 60 : 0));
  }
}

TEST_CASE("the confusion matrix has a choice for each design, and fractions of its rows") {
  const ResultsTable table = sample_table_with_classes();
  const Analysis analysis = analyze(table);
  const auto all = charts::all_charts(table, analysis);
  const auto chart = std::ranges::find(all, "confusion", &charts::Chart::id);
  REQUIRE(chart != all.end());
  CHECK(chart->controls.at(0).options.size() == analysis.classes.size());
  const auto columns = writers::page_data(table, analysis, {}).at("sets").at("confusion");
  double sum = 0.0;
  for (std::size_t i = 0; i < columns.at("choice").size(); ++i) {
    if (columns.at("choice")[i] == 0 && columns.at("truth")[i] == 0) {
      sum += columns.at("fraction")[i].get<double>();
    }
  }
  CHECK(sum == Approx(1.0));
}

}  // namespace firesweep::reports

#include "sweep/store/confusion.h"

#include <limits>

#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>

#include "base/error.h"
#include "tests/sweep/support.h"

namespace firesweep::sweep {
namespace {

using Cells = std::vector<ConfusionCell>;
using Recall = std::vector<std::optional<double>>;

/// Values of scikit-learn 1.2.1: balanced_accuracy_score, f1_score(average='macro') and
/// recall_score(average=None) of images drawn at random.
struct Reference {
  std::string name;
  std::int64_t classes;
  Cells cells;
  double balanced_accuracy;
  double macro_f1;
  Recall recall;
};

struct BadConfusion {
  std::string name;
  Cells cells;
  std::string error;
};

struct BadText {
  std::string name;
  std::string cells;
  std::string recall;
  std::string error;
};

}  // namespace

TEST_CASE("Recall, balanced accuracy and macro F1 are scikit-learn's, missing classes included") {
  const auto reference = GENERATE(values<Reference>({
      {"four classes",
       4,
       {{0, 0, 4},
        {0, 1, 1},
        {0, 2, 3},
        {0, 3, 2},
        {1, 0, 3},
        {1, 1, 11},
        {1, 2, 2},
        {1, 3, 2},
        {2, 0, 1},
        {2, 1, 1},
        {2, 2, 13},
        {2, 3, 3},
        {3, 0, 1},
        {3, 1, 3},
        {3, 2, 1},
        {3, 3, 9}},
       0.59404761904761905,
       0.59270353945276555,
       {0.4, 0.61111111111111116, 0.72222222222222221, 0.6428571428571429}},
      {"95 to 5",
       2,
       {{0, 0, 187}, {0, 1, 3}, {1, 0, 5}, {1, 1, 5}},
       0.74210526315789471,
       0.7673065735892961,
       {0.98421052631578942, 0.5}},
      {"classes without images, one of them predicted",
       6,
       {{0, 0, 9},
        {0, 1, 3},
        {0, 3, 9},
        {1, 0, 3},
        {1, 1, 8},
        {1, 3, 5},
        {2, 0, 4},
        {2, 1, 1},
        {2, 2, 2},
        {2, 3, 6}},
       0.36080586080586086,
       0.33114543114543116,
       {0.42857142857142855, 0.5, 0.15384615384615385, std::nullopt, std::nullopt, std::nullopt}},
      {"a class that is never predicted",
       3,
       {{0, 0, 17}, {0, 1, 2}, {1, 0, 14}, {1, 1, 3}, {2, 0, 4}},
       0.35706914344685242,
       0.30078563411896747,
       {0.89473684210526316, 0.17647058823529413, 0.0}},
      {"a constant prediction", 2, {{0, 0, 19}, {1, 0, 1}}, 0.5, 0.48717948717948717, {1.0, 0.0}},
      {"all wrong", 3, {{0, 1, 1}, {0, 2, 1}, {1, 2, 1}}, 0.0, 0.0, {0.0, 0.0, std::nullopt}},
  }));
  CAPTURE(reference.name);
  const Confusion confusion(reference.classes, reference.cells);
  CHECK(confusion.balanced_accuracy() == Approx(reference.balanced_accuracy).epsilon(1e-15));
  CHECK(confusion.macro_f1() == Approx(reference.macro_f1).epsilon(1e-15));
  CHECK(confusion.recall() == reference.recall);
}

TEST_CASE("A confusion matrix counts pairs of true and predicted classes") {
  const std::vector<std::int32_t> truth = {2, 0, 0, 2, 1, 0, 0};
  const std::vector<std::int32_t> predicted = {0, 0, 1, 0, 1, 0, 1};
  const Confusion confusion = Confusion::of(4, truth, predicted);
  CHECK(confusion.cells() == Cells{{0, 0, 2}, {0, 1, 2}, {1, 1, 1}, {2, 0, 2}});
  CHECK(confusion.images() == 7);
  CHECK(confusion.correct() == 3);
  const std::vector<ClassCounts> counts = confusion.per_class();
  REQUIRE(counts.size() == 4);
  CHECK(counts[0].images == 4);
  CHECK(counts[0].predicted == 4);
  CHECK(counts[0].correct == 2);
  CHECK(counts[3].images + counts[3].predicted + counts[3].correct == 0);
}

TEST_CASE("The most confused pairs are the most frequent errors, equal ones in class order") {
  const Confusion confusion(3,
                            {{0, 0, 90}, {0, 1, 2}, {0, 2, 5}, {1, 0, 5}, {1, 1, 80}, {2, 1, 1}});
  CHECK(confusion.most_confused(3) == Cells{{0, 2, 5}, {1, 0, 5}, {0, 1, 2}});
  CHECK(confusion.most_confused(10).size() == 4);
  CHECK(Confusion(2, {{0, 0, 1}, {1, 1, 1}}).most_confused(3).empty());
}

TEST_CASE("A confusion matrix that breaks a rule is rejected") {
  constexpr std::int64_t kHuge = std::numeric_limits<std::int64_t>::max();
  const auto bad = GENERATE_COPY(values<BadConfusion>({
      {"empty", {}, "confusion has no images; expected at least one"},
      {"class too high", {{0, 3, 1}}, "confusion has [0, 3, 1]; expected classes from 0 to 2"},
      {"negative class", {{-1, 0, 1}}, "confusion has [-1, 0, 1]; expected classes from 0 to 2"},
      {"zero",
       {{0, 0, 0}},
       "confusion has [0, 0, 0]; expected counts of 1 or more, together at most 9007199254740992"},
      {"overflow",
       {{0, 0, 1}, {0, 1, kHuge}},
       "confusion has [0, 1, 9223372036854775807]; expected counts of 1 or more, together at most "
       "9007199254740992"},
      {"twice",
       {{0, 1, 1}, {0, 1, 1}},
       "confusion has [0, 1, 1]; expected it before [0, 1, ...], and each pair of classes once"},
      {"order",
       {{1, 0, 1}, {0, 2, 1}},
       "confusion has [0, 2, 1]; expected it before [1, 0, ...], and each pair of classes once"},
  }));
  CAPTURE(bad.name);
  CHECK(message_of([&] { static_cast<void>(Confusion(3, bad.cells)); }) == bad.error);
  CHECK(message_of([] {
          static_cast<void>(Confusion(0, {{0, 0, 1}}));
        }) == "confusion has 0 classes; expected 1 to 65536");
}

TEST_CASE("A confusion matrix read from its own JSON is the same") {
  const Confusion confusion(3, {{0, 0, 2}, {0, 2, 1}, {2, 1, 7}});
  CHECK(to_json(confusion).dump() == "[[0,0,2],[0,2,1],[2,1,7]]");
  CHECK(recall_to_json(confusion).dump() == "[0.6666666666666666,null,0.0]");
  CHECK(confusion_from_json(nlohmann::json::parse(to_json(confusion).dump()),
                            nlohmann::json::parse(recall_to_json(confusion).dump())) == confusion);
}

TEST_CASE("JSON that is no confusion matrix, or contradicts its recall, is rejected") {
  const auto bad = GENERATE(values<BadText>({
      {"no list", "{}", "[1.0]", "confusion and recall are object and array; expected lists"},
      {"no row", "[7]", "[1.0]",
       "confusion has 7; expected three integers: true class, predicted class, number of images"},
      {"a pair", "[[0, 0]]", "[1.0]",
       "confusion has [0,0]; expected three integers: true class, predicted class, number of "
       "images"},
      {"a fraction", "[[0, 0, 1.5]]", "[1.0]",
       "confusion has [0,0,1.5]; expected three integers: true class, predicted class, number of "
       "images"},
      {"a class that would wrap around", "[[4294967296, 0, 1]]", "[1.0]",
       "confusion has [4294967296,0,1]; expected classes from 0 to 65535"},
      {"other recall", "[[0, 0, 1], [0, 1, 1]]", "[0.25, null]",
       "recall of class 0 is 0.25; expected 0.5, which its confusion has"},
      {"recall of no image", "[[0, 0, 1]]", "[1.0, 0.0]",
       "recall of class 1 is 0.0; expected null, which its confusion has"},
      {"too few classes", "[[0, 0, 1], [1, 1, 1]]", "[1.0]",
       "confusion has [1, 1, 1]; expected classes from 0 to 0"},
  }));
  CAPTURE(bad.name);
  CHECK(message_of([&] {
          static_cast<void>(confusion_from_json(nlohmann::json::parse(bad.cells),
                                                nlohmann::json::parse(bad.recall)));
        }) == bad.error);
}

}  // namespace firesweep::sweep

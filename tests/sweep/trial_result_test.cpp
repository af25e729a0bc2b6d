#include "sweep/store/trial_result.h"

#include <functional>
#include <limits>
#include <optional>

#include <catch2/catch.hpp>

#include "base/error.h"
#include "tests/sweep/support.h"

namespace firesweep::sweep {
namespace {

TrialResult completed() {
  TrialResult result;
  result.id = "0123456789abcdef";
  result.state = TrialState::kCompleted;
  result.validation_top1 = 0.75;
  result.validation_top5 = 1.0;
  result.test_top1 = 0.1 + 0.2;  // no short decimal
  result.test_top5 = 0.0;
  result.epochs = 2;
  result.train_seconds = 12.5;
  result.images_per_second = 800.0;
  result.environment = {{"host", "here"}};
  return result;
}

TrialResult ended(TrialState state) {
  TrialResult result;
  result.id = "0123456789abcdef";
  result.state = state;
  result.reason = "because";
  return result;
}

/// With three of four validation images and no test image classified correctly.
TrialResult with_confusion() {
  TrialResult result = completed();
  result.validation_confusion = Confusion(3, {{0, 0, 1}, {0, 2, 1}, {2, 2, 2}});
  result.test_top1 = 0.0;
  result.test_confusion = Confusion(3, {{1, 2, 5}});
  result.validation_correct = CorrectImages(4, {0b1011U});
  result.test_correct = CorrectImages(5, {0});
  return result;
}

struct Flaw {
  std::string name;
  std::function<void(TrialResult&)> make;
  std::string error;
};

std::string epoch_line(int epoch, double loss) {
  return R"({"epoch":)" + std::to_string(epoch) + R"(,"train_loss":)" + std::to_string(loss) +
         R"(,"validation_loss":1.5,"validation_top1":0.5,"validation_top5":0.9,)"
         R"("learning_rate":0.05,"seconds":1.0})" +
         "\n";
}

std::vector<std::pair<std::int64_t, double>> epochs_and_losses(const std::string& text) {
  std::vector<std::pair<std::int64_t, double>> found;
  for (const EpochMetrics& metrics : parse_epochs(text)) {
    found.emplace_back(metrics.epoch, metrics.train_loss);
  }
  return found;
}

using Losses = std::vector<std::pair<std::int64_t, double>>;

}  // namespace

TEST_CASE("A result read from its own JSON is the same to the last bit") {
  const TrialResult before = completed();
  const TrialResult after = trial_result_from_json(nlohmann::json::parse(to_json(before).dump()));
  CHECK(after.id == before.id);
  CHECK(after.state == before.state);
  CHECK(after.test_top1 == before.test_top1);
  CHECK(after.validation_top5 == before.validation_top5);
  CHECK(after.epochs == 2);
  CHECK(after.train_seconds == 12.5);
  CHECK(after.environment == before.environment);
}

TEST_CASE("Confusion matrices and recall are written, read back, and absent in older files") {
  const TrialResult before = with_confusion();
  const nlohmann::json json = to_json(before);
  CHECK(json.at("confusion").dump() ==
        R"({"test":[[1,2,5]],"validation":[[0,0,1],[0,2,1],[2,2,2]]})");
  CHECK(json.at("recall").dump() == R"({"test":[null,0.0,null],"validation":[0.5,null,1.0]})");
  const TrialResult after = trial_result_from_json(json);
  CHECK(after.validation_confusion == before.validation_confusion);
  CHECK(after.test_confusion == before.test_confusion);
  CHECK(after.validation_correct == before.validation_correct);
  CHECK(after.test_correct == before.test_correct);
  const nlohmann::json older = to_json(completed());
  CHECK_FALSE(older.contains("correct_images"));
  CHECK_FALSE(trial_result_from_json(older).validation_correct.has_value());
  CHECK_FALSE(older.contains("confusion"));
  CHECK_FALSE(older.contains("recall"));
  CHECK_FALSE(trial_result_from_json(older).validation_confusion.has_value());
}

TEST_CASE("The scale of pixels is written, read back, and absent in older files") {
  TrialResult before = completed();
  CHECK_FALSE(to_json(before).contains("normalization"));
  CHECK_FALSE(trial_result_from_json(to_json(before)).normalization);
  before.normalization = PixelScale{{0.5, 1.0 / 3.0}, {0.25, 0.125}};
  nlohmann::json json = to_json(before);
  CHECK(json.at("normalization").at("mean").at(1) == 1.0 / 3.0);
  CHECK(trial_result_from_json(json).normalization == before.normalization);
  const auto error_of = [&] {
    return message_of([&] { static_cast<void>(trial_result_from_json(json)); });
  };
  json["normalization"]["mean"] = {0.5};
  CHECK(error_of() ==
        "normalization has 1 means and 2 deviations; expected one of each per channel");
  json["normalization"]["mean"] = {0.5, nullptr};
  CHECK(error_of() == "normalization.mean has null; expected numbers");
}

TEST_CASE("A confusion matrix comes with its recall, and a recall with its confusion matrix") {
  nlohmann::json json = to_json(with_confusion());
  const auto error_of = [&] {
    return message_of([&] { static_cast<void>(trial_result_from_json(json)); });
  };
  SECTION("no recall") {
    json.erase("recall");
    CHECK(error_of() == "field 'recall' is missing");
  }
  SECTION("no confusion") {
    json.erase("confusion");
    CHECK(error_of() == "field 'confusion' is missing");
  }
  SECTION("no recall of the test") {
    json["recall"].erase("test");
    CHECK(error_of() == "field 'test' is missing");
  }
  SECTION("type") {
    json["confusion"] = nlohmann::json::array();
    CHECK(error_of() == "field 'confusion' is []; expected an object");
  }
}

TEST_CASE("Absent accuracies stay absent") {
  const TrialResult after = trial_result_from_json(to_json(ended(TrialState::kDiverged)));
  CHECK_FALSE(after.validation_top1.has_value());
  CHECK_FALSE(after.test_top5.has_value());
  CHECK(after.reason == "because");
}

TEST_CASE("Every state's name reads back, and no other name is a state") {
  const auto state = GENERATE(values(
      {TrialState::kPending, TrialState::kRunning, TrialState::kPaused, TrialState::kCompleted,
       TrialState::kFailed, TrialState::kDiverged, TrialState::kDidNotLearn, TrialState::kPruned}));
  CHECK(trial_state_from(to_string(state)) == state);
  CHECK(is_final(state) == (state != TrialState::kPending && state != TrialState::kRunning &&
                            state != TrialState::kPaused));
  CHECK(message_of([] { static_cast<void>(trial_state_from("done")); }) ==
        "unknown trial state 'done'; expected one of pending, running, paused, completed, "
        "failed, diverged, did_not_learn, pruned");
}

TEST_CASE("A result whose fields don't fit its state is rejected") {
  const auto flaw = GENERATE(values<Flaw>({
      {"NaN", [](TrialResult& r) { r.validation_top1 = std::numeric_limits<double>::quiet_NaN(); },
       "validation_top1 is nan; expected a fraction from 0 to 1"},
      {"percent", [](TrialResult& r) { r.test_top5 = 99.0; },
       "test_top5 is 99; expected a fraction from 0 to 1"},
      {"infinite time",
       [](TrialResult& r) { r.train_seconds = std::numeric_limits<double>::infinity(); },
       "train_seconds is inf; expected a finite number of 0 or more"},
      {"no test accuracy", [](TrialResult& r) { r.test_top1.reset(); },
       "a completed trial needs test_top1 and test_top5"},
      {"no validation accuracy", [](TrialResult& r) { r.validation_top5.reset(); },
       "a completed trial needs validation_top1 and validation_top5"},
      {"no epoch", [](TrialResult& r) { r.epochs = 0; },
       "epochs is 0; a completed trial has at least 1"},
      {"a reason", [](TrialResult& r) { r.reason = "why"; },
       "a completed trial can't have a reason"},
      {"unfinished", [](TrialResult& r) { r.state = TrialState::kRunning; },
       "state is running; only a finished trial has a result"},
      {"diverged with test accuracy",
       [](TrialResult& r) {
         r.state = TrialState::kDiverged;
         r.reason = "NaN";
       },
       "a diverged trial can't have test accuracies"},
      {"diverged with a confusion matrix",
       [](TrialResult& r) {
         const std::optional<Confusion> confusion = r.validation_confusion;
         r = ended(TrialState::kDiverged);
         r.validation_confusion = confusion;
       },
       "a diverged trial can't have a confusion matrix"},
      {"another accuracy than the confusion matrix has",
       [](TrialResult& r) { r.validation_top1 = 0.5; },
       "validation_top1 is 0.5; expected 3 of 4 images, which its confusion has"},
      {"failed without reason",
       [](TrialResult& r) {
         r = ended(TrialState::kFailed);
         r.reason.clear();
       },
       "a failed trial needs a reason"},
      {"did not learn, without accuracies",
       [](TrialResult& r) { r = ended(TrialState::kDidNotLearn); },
       "a did_not_learn trial needs validation_top1 and validation_top5"},
      {"correct images of another accuracy",
       [](TrialResult& r) { r.validation_correct = CorrectImages(4, {0b0011U}); },
       "validation_top1 is 0.75; expected 2 of 4 images, which its list of correct images has"},
      {"correct images of other images",
       [](TrialResult& r) { r.validation_correct = CorrectImages(8, {0b00111111U}); },
       "confusion has 4 validation images; expected 8, as correct images has"},
      {"correct images of a diverged trial",
       [](TrialResult& r) {
         r = ended(TrialState::kDiverged);
         r.validation_correct = CorrectImages(4, {0});
       },
       "a diverged trial can't have correct images"},
  }));
  CAPTURE(flaw.name);
  TrialResult result = with_confusion();
  flaw.make(result);
  CHECK(message_of([&] { validate(result); }) == "trial 0123456789abcdef: " + flaw.error);
}

TEST_CASE("A result of another version, or with a missing or ill-typed field, is rejected") {
  nlohmann::json json = to_json(completed());
  SECTION("version") {
    json["schema_version"] = 2;
    CHECK(message_of([&] { static_cast<void>(trial_result_from_json(json)); }) ==
          "schema_version is 2; this firesweep reads version 1");
  }
  SECTION("missing") {
    json.erase("epochs");
    CHECK(message_of([&] { static_cast<void>(trial_result_from_json(json)); }) ==
          "field 'epochs' is missing");
  }
  SECTION("type") {
    json["epochs"] = "two";
    CHECK(message_of([&] { static_cast<void>(trial_result_from_json(json)); }) ==
          "field 'epochs' is \"two\"; expected an integer");
  }
}

TEST_CASE("Epoch metrics survive JSON, and NaN is never written") {
  const EpochMetrics metrics{3, 0.1, 0.2, 0.3, 0.4, 1e-8, 2.5};
  const EpochMetrics after = epoch_metrics_from_json(to_json(metrics));
  CHECK(after.epoch == 3);
  CHECK(after.learning_rate == 1e-8);
  EpochMetrics bad = metrics;
  bad.train_loss = std::numeric_limits<double>::quiet_NaN();
  CHECK(message_of([&] { static_cast<void>(to_json(bad)); }) ==
        "epoch 3: train_loss is nan; expected a finite number");
}

TEST_CASE("A truncated last line of epochs is dropped") {
  const std::string whole = epoch_line(1, 2.0) + epoch_line(2, 1.0);
  const std::string third = epoch_line(3, 0.5);
  for (std::size_t kept = 0; kept < third.size(); ++kept) {
    CHECK(epochs_and_losses(whole + third.substr(0, kept)) == Losses{{1, 2.0}, {2, 1.0}});
  }
  CHECK(epochs_and_losses(whole + third).size() == 3);
  CHECK(epochs_and_losses(whole + "{\"epoch\": 3, \n") == Losses{{1, 2.0}, {2, 1.0}});
  CHECK(epochs_and_losses("").empty());
}

TEST_CASE("Lines of a resumed trial replace the lines they repeat") {
  CHECK(epochs_and_losses(epoch_line(1, 2.0) + epoch_line(2, 1.0) + epoch_line(3, 0.5) +
                          epoch_line(2, 0.9)) == Losses{{1, 2.0}, {2, 0.9}});
}

TEST_CASE("An invalid line of epochs before the last is an error with its number") {
  CHECK(message_of([] { static_cast<void>(parse_epochs("{\n" + epoch_line(1, 2.0))); }) ==
        "line 1: not valid JSON");
  CHECK(message_of([] { static_cast<void>(parse_epochs(epoch_line(1, 2.0) + "{}\n")); }) ==
        "line 2: field 'epoch' is missing");
}

}  // namespace firesweep::sweep

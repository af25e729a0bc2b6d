#include "sweep/store/data_summary.h"

#include <functional>
#include <limits>

#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>

#include "base/atomic_file.h"
#include "base/error.h"
#include "sweep/store/run_directory.h"
#include "tests/sweep/support.h"

namespace firesweep::sweep {
namespace {

constexpr const char* kPng =
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAAAAAA6fptVAAAACklEQVR4nGNgAAAAAgABSK+kcQAAAABJRU5ErkJggg==";

DataSummary two_classes() {
  return {.classes = {"cat", "dog \xc3\xa9"},
          .train = {90, 10},
          .validation = {9, 1},
          .test = {18, 2},
          .mean = {0.5, 0.25, 1.0},
          .deviation = {0.125, 0.0, 0.5},
          .bad_files = 3,
          .skipped_files = 4,
          .samples = {{0, kPng}, {1, kPng}}};
}

struct BadSummary {
  std::function<void(DataSummary&)> change;
  std::string error;
};

struct BadDataText {
  const char* path;
  const char* value;
  std::string error;
};

}  // namespace

TEST_CASE("A data summary read from its own file is the same") {
  const ScratchDirectory scratch;
  const RunDirectory directory(scratch.path());
  CHECK_FALSE(directory.load_data_summary());
  for (const DataSummary& summary :
       {two_classes(), DataSummary{.train = {1}, .validation = {0}, .test = {0}}}) {
    directory.write_data_summary(summary);
    CHECK(directory.load_data_summary() == summary);
  }
  CHECK(directory.data_summary_path() == scratch.path() / "data.json");
  CHECK(directory.data_problems_path() == scratch.path() / "data_problems.csv");
}

TEST_CASE("A data summary that breaks a rule is neither written nor read") {
  const auto bad = GENERATE(values<BadSummary>({
      {[](DataSummary& s) { s.train.clear(); }, "images.train has no class; expected at least one"},
      {[](DataSummary& s) { s.test.pop_back(); },
       "images.test has 1 classes; expected 2 as in images.train"},
      {[](DataSummary& s) { s.validation[1] = -1; },
       "images.validation has -1; expected counts from 0 to 9007199254740992"},
      {[](DataSummary& s) { s.classes.pop_back(); },
       "classes has 1 names; expected one for each of the 2 classes"},
      {[](DataSummary& s) { s.mean.pop_back(); },
       "mean has 2 channels and deviation 3; expected as many"},
      {[](DataSummary& s) { s.mean[0] = 1.5; }, "mean has 1.5; expected numbers from 0 to 1"},
      {[](DataSummary& s) { s.deviation[1] = -0.5; },
       "deviation has -0.5; expected numbers from 0 to 1"},
      {[](DataSummary& s) { s.bad_files = -3; },
       "bad_files has -3; expected counts from 0 to 9007199254740992"},
      {[](DataSummary& s) { s.samples[1].label = 2; },
       "samples has label 2; expected one from 0 to 1"},
      {[](DataSummary& s) { s.samples[0].png = "iVBORw0KGgo=\" onload="; },
       "samples has \"iVBORw0KGgo=\" onload=\"; expected a PNG file in base64"},
      {[](DataSummary& s) { s.samples[0].png = "R0lGODlh"; },
       "samples has \"R0lGODlh\"; expected a PNG file in base64"},
  }));
  DataSummary summary = two_classes();
  bad.change(summary);
  CHECK(message_of([&] { validate(summary); }) == bad.error);
  CHECK(message_of([&] { static_cast<void>(data_summary_from_json(to_json(summary))); }) ==
        bad.error);
  const ScratchDirectory scratch;
  CHECK_THROWS_AS(RunDirectory(scratch.path()).write_data_summary(summary), Error);
  CHECK_FALSE(std::filesystem::exists(scratch.path() / "data.json"));
}

TEST_CASE("A mean that is not a number is rejected") {
  DataSummary summary = two_classes();
  summary.mean[2] = std::numeric_limits<double>::quiet_NaN();
  CHECK(message_of([&] { validate(summary); }) == "mean has nan; expected numbers from 0 to 1");
}

TEST_CASE("JSON of another form is no data summary") {
  const auto bad = GENERATE(values<BadDataText>({
      {"/classes", "[1]", "classes has 1; expected texts"},
      {"/images", "[]", "field 'images' is []; expected an object"},
      {"/images/train", "[0.5, 1]", "images.train has 0.5; expected integers"},
      {"/images/test", "[1e300, 1]", "images.test has 1e+300; expected integers"},
      {"/mean", "[null, 0, 0]", "mean has null; expected numbers"},
      {"/samples", "[7]", "got number; expected an object with field 'label'"},
      {"/samples/0/png", "7", "field 'png' is 7; expected a string"},
      {"/schema_version", "2", "schema_version"},
  }));
  nlohmann::json json = to_json(two_classes());
  json[nlohmann::json::json_pointer(bad.path)] = nlohmann::json::parse(bad.value);
  CAPTURE(bad.path);
  CHECK_THAT(message_of([&] { static_cast<void>(data_summary_from_json(json)); }),
             Catch::Matchers::Contains(bad.error));
}

TEST_CASE("A damaged data.json is named") {
  const ScratchDirectory scratch;
  base::write_file_atomically(scratch.path() / "data.json", "{\"schema_version\": 1,");
  CHECK_THAT(
      message_of([&] { static_cast<void>(RunDirectory(scratch.path()).load_data_summary()); }),
      Catch::Matchers::StartsWith((scratch.path() / "data.json").string() + ": "));
}

}  // namespace firesweep::sweep

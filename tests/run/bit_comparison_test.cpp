#include "runners/run/bit_comparison.h"

#include <cmath>

#include <catch2/catch.hpp>

#include "tests/cli/support.h"

namespace firesweep::cli {
namespace {

runners::run::TrialRecord record() {
  return {{sample_epoch(1), sample_epoch(2)}, completed_result("00000000000000aa")};
}

}  // namespace

TEST_CASE("A trial with the recorded metrics is bit-identical, whatever time it took") {
  const runners::run::TrialRecord recorded = record();
  runners::run::TrialRecord now = record();
  now.epochs[0].seconds = 99.0;
  now.result->train_seconds = 99.0;
  const runners::run::BitComparison comparison = runners::run::compare_bits(recorded, now);
  CHECK(comparison.same());
  CHECK(runners::run::comparison_text(comparison, recorded, now) ==
        "bit-identical to what is recorded (2 epochs and the result)\n");
}

TEST_CASE("The last bit counts, and the field is named") {
  const runners::run::TrialRecord recorded = record();
  runners::run::TrialRecord now = record();
  now.epochs[1].train_loss = std::nextafter(0.75, 1.0);
  now.result->test_top1 = 0.5;
  now.result->environment["libtorch"] = "2.1.0";
  const runners::run::BitComparison comparison = runners::run::compare_bits(recorded, now);
  CHECK(runners::run::comparison_text(comparison, recorded, now) ==
        "not as recorded (2 epochs and the result compared):\n"
        "  epoch 2 train_loss: recorded 0.75, now 0.7500000000000001\n"
        "  test_top1: recorded 0.59, now 0.5\n"
        "trained in a different environment:\n"
        "  libtorch: recorded \"1.13.1\", now \"2.1.0\"\n");
}

TEST_CASE("A metric that the recorded result lacks is no difference, one that it has is compared") {
  runners::run::TrialRecord now = record();
  now.result->metrics["validation_balanced_accuracy"] = 0.5;
  CHECK(runners::run::compare_bits(record(), now).same());
  CHECK(runners::run::compare_bits(now, record()).differences ==
        std::vector<std::string>{"validation_balanced_accuracy: recorded 0.5, now none"});
}

TEST_CASE("A trial that ended differently differs in its state") {
  runners::run::TrialRecord now = record();
  now.result->state = sweep::TrialState::kDiverged;
  now.result->validation_top1.reset();
  const runners::run::BitComparison comparison = runners::run::compare_bits(record(), now);
  REQUIRE(comparison.differences.size() == 2);
  CHECK(comparison.differences[0] == "state: recorded completed, now diverged");
  CHECK(comparison.differences[1] == "validation_top1: recorded 0.6, now none");
}

TEST_CASE("Of a trial recorded as failed only the finished epochs are compared") {
  runners::run::TrialRecord recorded = record();
  recorded.epochs.pop_back();
  recorded.result->state = sweep::TrialState::kFailed;
  const runners::run::BitComparison comparison = runners::run::compare_bits(recorded, record());
  CHECK(comparison.same());
  CHECK(runners::run::comparison_text(comparison, recorded, record()) ==
        "bit-identical to what is recorded (1 epoch)\n");
}

TEST_CASE("A recorded epoch that is no longer reached is a difference") {
  runners::run::TrialRecord now = record();
  now.epochs.pop_back();
  CHECK_FALSE(runners::run::compare_bits(record(), now).same());
}

TEST_CASE("Nothing recorded is reported, and differs in nothing") {
  const runners::run::BitComparison comparison = runners::run::compare_bits({}, record());
  CHECK(comparison.same());
  CHECK(runners::run::comparison_text(comparison, {}, record()) ==
        "nothing is recorded of this trial to compare with\n");
}

}  // namespace firesweep::cli

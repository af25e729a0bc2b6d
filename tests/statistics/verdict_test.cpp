#include "reports/statistics/verdict.h"

#include <cstddef>
#include <random>
#include <string>
#include <vector>

#include <catch2/catch.hpp>

#include "tests/statistics/support.h"

using firesweep::reports::statistics::adjusted_together;
using firesweep::reports::statistics::ComparisonWords;
using firesweep::reports::statistics::holds_across_designs;
using firesweep::reports::statistics::judge;
using firesweep::reports::statistics::p_in_words;
using firesweep::reports::statistics::PairedTest;
using firesweep::reports::statistics::test_pairs;
using firesweep::reports::statistics::Verdict;
using firesweep::reports::statistics::verdict_sentence;

namespace {

constexpr ComparisonWords kWords = {.subject = "simple", .baseline = "none"};

const std::vector<double> kSixGains = {0.004, 0.006, 0.007, 0.008, 0.010, 0.013};

std::vector<double> turned(std::vector<double> values) {
  for (double& value : values) {
    value = -value;
  }
  return values;
}

}  // namespace

TEST_CASE("a difference that interval and p show is reported with both") {
  const PairedTest test = test_pairs(kSixGains);
  CHECK(judge(test) == Verdict::kBetter);
  CHECK(verdict_sentence(test, kWords) ==
        "simple is better than none by 0.8 percentage points (95 % interval 0.5 to 1.1, p = 0.031, "
        "the "
        "minimum attainable, 6 pairs)");
}

TEST_CASE("a loss is reported as a loss, in positive numbers") {
  const PairedTest test = test_pairs(turned(kSixGains));
  CHECK(judge(test) == Verdict::kWorse);
  CHECK(verdict_sentence(test, kWords) ==
        "simple is worse than none by 0.8 percentage points (95 % interval 0.5 to 1.1, p = 0.031, "
        "the "
        "minimum attainable, 6 pairs)");
}

TEST_CASE("where less is better, a negative difference is better") {
  const PairedTest test = test_pairs(turned(kSixGains));
  CHECK(judge(test, false) == Verdict::kBetter);
  ComparisonWords words = kWords;
  words.higher_is_better = false;
  words.unit = "s";
  words.scale = 1.0;
  words.decimals = 3;
  CHECK(
      verdict_sentence(test, words) ==
      "simple is better than none by 0.008 s (95 % interval 0.005 to 0.011, p = 0.031, the minimum "
      "attainable, 6 pairs)");
}

TEST_CASE("too few pairs to reach alpha are called too few") {
  const PairedTest test = test_pairs(std::vector{0.005, 0.008, 0.009, 0.010});
  CHECK(judge(test) == Verdict::kTooFewPairs);
  CHECK(verdict_sentence(test, kWords) ==
        "too few pairs: with 4 pairs the minimum attainable p is 0.12 (simple minus none: 0.8 "
        "percentage "
        "points on average)");
  const PairedTest ties = test_pairs(std::vector{0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.01});
  CHECK(judge(ties) == Verdict::kTooFewPairs);
  CHECK(
      verdict_sentence(ties, kWords)
          .starts_with("too few pairs: with 1 pair that differs the minimum attainable p is 1 ("));
}

TEST_CASE("pairs that would do for one comparison can be too few for two") {
  const auto tests = adjusted_together({test_pairs(kSixGains), test_pairs(kSixGains)});
  CHECK(judge(tests[0]) == Verdict::kTooFewPairs);
  CHECK(
      verdict_sentence(tests[0], kWords)
          .starts_with(
              "too few pairs: with 6 pairs the minimum attainable p is 0.062, Holm-adjusted for 2 "
              "comparisons ("));
}

TEST_CASE("no difference shown is not called equal") {
  const PairedTest test = test_pairs(std::vector{0.01, -0.01, 0.02, -0.005, 0.0, -0.01, 0.012});
  CHECK(judge(test) == Verdict::kNoDifferenceShown);
  const std::string sentence = verdict_sentence(test, kWords);
  CHECK(sentence.starts_with(
      "no difference shown: simple minus none is 0.2 percentage points (95 % interval -"));
  CHECK(sentence.find("equal") == std::string::npos);
}

TEST_CASE("pairs that all tie are reported as ties") {
  const PairedTest test = test_pairs(std::vector{0.0, 0.0, 0.0});
  CHECK(judge(test) == Verdict::kNoDifferenceShown);
  CHECK(verdict_sentence(test, kWords) ==
        "no difference shown: simple and none tie in all 3 pairs");
}

TEST_CASE("no pair at all is reported") {
  CHECK(judge(test_pairs({})) == Verdict::kNoPairs);
  CHECK(verdict_sentence(test_pairs({}), kWords) ==
        "no pair of simple and none has two finished trials");
}

TEST_CASE("a difference that designs as units do not show is kept to these designs") {
  const std::vector<std::size_t> two = {0, 0, 0, 1, 1, 1};
  const PairedTest narrow = test_pairs(kSixGains, two);
  CHECK(judge(narrow) == Verdict::kBetter);
  CHECK_FALSE(holds_across_designs(narrow));
  CHECK(verdict_sentence(narrow, kWords) ==
        "simple is better than none by 0.8 percentage points on these 2 designs (95 % interval 0.5 "
        "to 1.1, p "
        "= 0.031, the minimum attainable, 6 pairs of 2 designs)");
  const std::vector<std::size_t> six = {0, 1, 2, 3, 4, 5};
  const PairedTest wide = test_pairs(kSixGains, six);
  CHECK(holds_across_designs(wide));
  CHECK(verdict_sentence(wide, kWords) ==
        "simple is better than none by 0.8 percentage points (95 % interval 0.5 to 1.1, p = 0.031, "
        "the "
        "minimum attainable, 6 pairs of "
        "6 designs)");
  const std::vector<std::size_t> one(6, 3);
  CHECK(verdict_sentence(test_pairs(kSixGains, one), kWords).find("on this design (") !=
        std::string::npos);
}

TEST_CASE("a verdict needs interval and p to agree") {
  std::mt19937 random(61);
  std::size_t claims = 0;
  for (int round = 0; round < 300; ++round) {
    std::vector<double> differences = random_fractions(random, 6 + random() % 6);
    for (double& difference : differences) {
      difference -= 0.3;
    }
    const PairedTest test = test_pairs(differences);
    const Verdict verdict = judge(test);
    const auto& interval = test.pairs.interval->interval;
    if (verdict == Verdict::kBetter || verdict == Verdict::kWorse) {
      ++claims;
      CHECK(test.pairs.adjusted->p <= 0.05);
      CHECK(interval.low * interval.high > 0.0);
      CHECK((verdict == Verdict::kBetter) == (*test.pairs.mean > 0.0));
    } else if (test.pairs.adjusted->p <= 0.05) {
      CHECK(interval.low <= 0.0);
      CHECK(interval.high >= 0.0);
    }
  }
  CHECK(claims > 20);
}

TEST_CASE("an interval's end that is not zero is not printed as zero") {
  PairedTest test = test_pairs(kSixGains);
  test.pairs.interval->interval = {0.00012, 0.012};
  CHECK(verdict_sentence(test, kWords).find("interval 0.01 to 1.20,") != std::string::npos);
  test.pairs.interval->interval = {-0.0004, 0.012};
  CHECK(verdict_sentence(test, kWords).find("interval -0.04 to 1.20,") != std::string::npos);
}

TEST_CASE("a p-value is never rounded over alpha") {
  CHECK(p_in_words(0.0156) == "p = 0.016");
  CHECK(p_in_words(0.0502) == "p = 0.0502");
  CHECK(p_in_words(0.05) == "p = 0.05");
  CHECK(p_in_words(0.4) == "p = 0.4");
  CHECK(p_in_words(1.0) == "p = 1");
  CHECK(p_in_words(0.00001) == "p < 0.0001");
}

// firesweep bench --learning-rate: which learning rates the designs of a sweep can be trained with.
#pragma once

#include <cstddef>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "runners/run/rate_tests.h"
#include "sweep/study/range_test.h"

namespace firesweep::cli {

struct BenchRatesOptions {
  std::filesystem::path config;
  std::vector<std::string> overrides;
  std::string format = "table";
  std::size_t designs = 3;
  std::size_t jobs = 0;  // 0: one per processor
  std::string affinity = "auto";
  std::optional<std::filesystem::path> worker;
};

/// Tests, and prints to standard output. Returns the exit status.
int bench_rates(const BenchRatesOptions& options);

/// The smoothed loss over the logarithm of the rate, in plain characters, within 80 columns; a
/// column of colons at the suggested rate.
[[nodiscard]] std::string rate_curve_text(const sweep::RangeTest& test,
                                          const sweep::RangeCurve& curve);
/// All curves, what each design may be trained with, and what to paste.
[[nodiscard]] std::string rate_tests_text(const runners::run::RateTestsOfSweep& tests);

}  // namespace firesweep::cli

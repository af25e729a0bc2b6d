// Learning-rate range tests of a sweep's designs, and their JSON (docs/learning-rate.md).
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include <nlohmann/json.hpp>

#include "runners/run/sweep_input.h"
#include "runners/schedule/rate_workers.h"
#include "sweep/study/range_test.h"

namespace firesweep::runners::run {

inline constexpr int kRateSchemaVersion = 1;

struct RateDesign {
  std::string label;  // "SR=0.125 bypass=none"; "the only design"
  std::int64_t macs = 0;
  std::int64_t batch_size = 0;
  std::int64_t classes = 2;
  double learning_rate = 0.0;  // as the sweep has it
  jobs::RateJob job;
  jobs::RateLosses losses;
  sweep::RangeCurve curve;
  std::string error;  // why nothing was tested; empty if it was
};

struct RateTestsOfSweep {
  std::string sweep;
  nlohmann::json host;  // see base/host.h
  std::vector<RateDesign> designs;
  /// The smallest of the designs'; nothing if one of them has none.
  std::optional<double> suggested_rate;
};

/// Of `count` designs that differ in more than learning rate, schedule, warm-up and epochs, with
/// the sweep's first seed. `dataset_checksum`: of the prepared data.
[[nodiscard]] RateTestsOfSweep planned_rate_tests(const SweepInput& input, std::size_t count,
                                                  const std::string& dataset_checksum);
[[nodiscard]] std::vector<jobs::RateJob> rate_jobs(const RateTestsOfSweep& tests);
/// Enters the answers, in the order of the designs.
void finish_rate_tests(RateTestsOfSweep& tests, std::vector<schedule::RateAnswer> answers);

/// One JSON object and a newline.
[[nodiscard]] std::string rate_tests_json(const RateTestsOfSweep& tests);

}  // namespace firesweep::runners::run

// What `firesweep bench --learning-rate` asks a worker to find out, and the answer.
#pragma once

#include <string>
#include <vector>

#include <nlohmann/json.hpp>

#include "sweep/study/range_test.h"
#include "sweep/study/trial.h"

namespace firesweep::runners::jobs {

/// Train a design from scratch on the data of its sweep while the learning rate rises. Nothing of
/// it is kept.
struct RateJob {
  sweep::TrialContent content;  // its learning rate, schedule, warm-up and epochs are not used
  /// Of the data that the coordinator has prepared; empty: any data.
  std::string dataset_checksum{};
  sweep::RangeTest test{};
};

struct RateLosses {
  std::string engine;  // what ran, and why not something faster
  /// Of the mini-batches, finite, one per step. Fewer than the test's steps if it ended early.
  std::vector<double> losses;
  sweep::RangeEnd end = sweep::RangeEnd::kLastRate;
  double seconds = 0.0;
};

[[nodiscard]] nlohmann::json to_json(const sweep::RangeTest& test);
[[nodiscard]] nlohmann::json to_json(const RateLosses& losses);
/// Throw Error naming what is wrong with the JSON.
[[nodiscard]] sweep::RangeTest range_test_from_json(const nlohmann::json& json);
[[nodiscard]] RateLosses rate_losses_from_json(const nlohmann::json& json);

}  // namespace firesweep::runners::jobs

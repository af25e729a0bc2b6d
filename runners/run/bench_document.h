// What `firesweep bench` measured, and its JSON.
#pragma once

#include <string>
#include <vector>

#include <nlohmann/json.hpp>

#include "runners/jobs/bench_job.h"
#include "runners/run/bench_analysis.h"

namespace firesweep::runners::run {

inline constexpr int kBenchSchemaVersion = 1;

struct Bench {
  std::string sweep;
  nlohmann::json host;  // see base/host.h
  std::vector<BenchedDesign> designs;
};

/// Of all designs measured: the largest of each.
[[nodiscard]] jobs::MachineLimits limits_of(const Bench& bench);

/// One JSON object and a newline (docs/performance.md).
[[nodiscard]] std::string bench_json(const Bench& bench);

}  // namespace firesweep::runners::run

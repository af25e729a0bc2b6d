// What `firesweep bench` prints: tables and words for people, JSON for programs.
#pragma once

#include <string>
#include <vector>

#include <nlohmann/json.hpp>

#include "runners/run/bench_analysis.h"

namespace firesweep::cli {

inline constexpr int kBenchSchemaVersion = 1;

struct Bench {
  std::string sweep;
  nlohmann::json host;  // see runners/schedule/host.h
  std::vector<runners::run::BenchedDesign> designs;
};

/// Of all designs measured: the largest of each.
[[nodiscard]] runners::jobs::MachineLimits limits_of(const Bench& bench);

[[nodiscard]] std::string bench_table(const Bench& bench);
[[nodiscard]] std::string bench_json(const Bench& bench);

}  // namespace firesweep::cli

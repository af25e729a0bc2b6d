// A sweep file with the command line's overrides, read, checked and expanded.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "sweep/expand.h"
#include "sweep/sweep_spec.h"
#include "sweep/trial.h"

namespace firesweep::cli {

struct SweepInput {
  sweep::SweepSpec spec;
  sweep::DatasetShape shape;
  sweep::Expansion expansion;
};

/// `overrides`: the texts of `--set`. Warnings go to standard error. Throws Error for bad input.
[[nodiscard]] SweepInput read_sweep(const std::filesystem::path& config,
                                    const std::vector<std::string>& overrides);

/// "SR=0.125 bypass=none seed=1".
[[nodiscard]] std::string trial_label(const std::vector<std::string>& axis_keys,
                                      const sweep::Point& point, std::uint64_t seed);

}  // namespace firesweep::cli

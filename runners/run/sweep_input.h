// A sweep file with the command line's overrides, read, checked and expanded.
#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "runners/cluster/slurm/executor_spec.h"
#include "runners/schedule/progress_sink.h"
#include "sweep/spec/sweep_spec.h"
#include "sweep/study/expand.h"
#include "sweep/study/trial.h"

namespace firesweep::runners::run {

struct SweepInput {
  sweep::SweepSpec spec;
  sweep::DatasetShape shape;
  sweep::DatasetClasses classes{};
  sweep::Expansion expansion;
  /// Where trials are to be trained, with the overrides; nothing if the sweep has no executor.
  std::optional<cluster::ExecutorSpec> executor{};
};

/// `overrides`: the texts of `--set`. Warnings are in `expansion`. `note` takes lines while images
/// are decoded, which is done here only if bad files are to be skipped: how many are left decides
/// the trials. Throws Error for bad input.
[[nodiscard]] SweepInput read_sweep(const std::filesystem::path& config,
                                    const std::vector<std::string>& overrides,
                                    const schedule::Note& note = {});

/// The same of a sweep that is in no file.
[[nodiscard]] SweepInput read_sweep_text(const std::string& text,
                                         const std::vector<std::string>& overrides);

/// "SR=0.125 bypass=none seed=1".
[[nodiscard]] std::string trial_label(const std::vector<std::string>& axis_keys,
                                      const sweep::Point& point, std::uint64_t seed);

/// The trial whose id starts with `beginning`. Throws Error if there is none or more than one.
[[nodiscard]] const sweep::Trial& find_trial(const std::vector<sweep::Trial>& trials,
                                             std::string_view beginning);

}  // namespace firesweep::runners::run

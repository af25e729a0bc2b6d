#include <cstdint>
#include <string>

#include "runners/data/source_registry.h"
#include "sweep/spec/sweep_spec.h"
#include "sweep/store/run_directory.h"
#include "sweep/study/combinations.h"
#include "sweep/study/expand.h"
#include "tests/fuzz/targets.h"

namespace firesweep::fuzz {
namespace {

/// The program allows many more trials. A fuzzer that expands them all finds nothing else.
constexpr double kMaxExpanded = 300;

double count_combinations(const sweep::SweepSpec& spec) {
  double combinations = 1;
  for (const sweep::Axis& axis : spec.axes) {
    combinations *= static_cast<double>(axis.values.size());
  }
  return combinations + static_cast<double>(spec.include.size());
}

/// The shape as in `firesweep plan`, except that idx files have the maximum size.
sweep::DatasetShape shape_of(const sweep::DatasetSpec& dataset) {
  const auto source = runners::data::built_in_sources().open(dataset);
  if (dataset.name == "idx") {
    return {{1, 4096, 4096}, 256, 100'000'000, 100'000'000};
  }
  return source->describe().shape;
}

void require_same_manifest(const sweep::SweepSpec& spec, const sweep::DatasetShape& shape,
                           sweep::Expansion expansion) {
  sweep::Manifest manifest;
  manifest.sweep = spec.name;
  manifest.dataset = spec.dataset;
  manifest.dataset_shape = shape;
  manifest.objectives = spec.objectives;
  manifest.axis_keys = std::move(expansion.axis_keys);
  manifest.points = std::move(expansion.points);
  manifest.trials = std::move(expansion.trials);
  const nlohmann::json json = to_json(manifest);
  require(to_json(sweep::manifest_from_json(json)) == json,
          "the manifest of a sweep reads back unchanged");
}

}  // namespace

void sweep_file(std::string_view bytes) {
  const auto spec = accepted([&] { return sweep::parse_sweep_spec(std::string(bytes), "s.yaml"); });
  if (!spec) {
    return;
  }
  const auto shape = accepted([&] { return shape_of(spec->dataset); });
  const double combinations = count_combinations(*spec);
  const double trials = combinations * static_cast<double>(spec->seeds.size());
  const bool too_many = combinations > static_cast<double>(sweep::kMaxCombinations) ||
                        trials > static_cast<double>(sweep::kMaxTrials);
  if (!shape || (trials > kMaxExpanded && !too_many)) {
    return;
  }
  auto expansion = accepted([&] { return sweep::expand(*spec, *shape); });
  if (!expansion) {
    return;
  }
  require(!too_many, "a sweep beyond the limit is rejected");
  require(!expansion->trials.empty(), "an accepted sweep has trials");
  for (const std::string& warning : expansion->warnings) {
    require_clear(warning);
  }
  for (const sweep::Point& point : expansion->points) {
    require(point.complexity.macs > 0 && point.complexity.parameters > 0,
            "a design has parameters and multiply-accumulates");
  }
  require_same_manifest(*spec, *shape, std::move(*expansion));
}

}  // namespace firesweep::fuzz

// A point is a design with its training recipe. A trial is a point with a seed. A trial's id is a
// hash of everything that determines its result, and nothing else.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include <nlohmann/json_fwd.hpp>

#include "models/architecture.h"
#include "models/complexity.h"
#include "models/family.h"
#include "models/parameter.h"
#include "sweep/spec/sweep_spec.h"

namespace firesweep::sweep {

/// The properties of a data set that a design depends on, known before any image is read.
struct DatasetShape {
  models::Shape image;  // [C, H, W]
  std::int64_t classes = 0;
  std::int64_t train = 0;  // images of the training part
  std::int64_t test = 0;   // 0: test images are held out of `train`
  /// Images in the data set's own validation part; 0: validation images are held out of `train`.
  std::int64_t validation = 0;
};

struct Point {
  /// One value per key of Expansion::axis_keys, in that order.
  std::vector<models::ParameterValue> axis_values;
  /// Axis values of other combinations with the identical design. It is trained once, as this one.
  std::vector<std::vector<models::ParameterValue>> aliases;
  models::ParameterMap model;     // every key, including family and preset
  models::ParameterMap training;  // every key
  models::Complexity complexity;
};

struct Trial {
  std::string id;  // 16 lower-case hexadecimal digits
  std::size_t point = 0;
  std::uint64_t seed = 0;
  /// Added to a design after it was chosen: its result has no part in choosing designs, so it is an
  /// honest estimate of the chosen one.
  bool is_final_seed = false;
};

/// Everything that a worker needs to train a trial, and that its id is computed from.
struct TrialContent {
  DatasetSpec dataset;
  models::ParameterMap model;
  models::ParameterMap training;
  std::uint64_t seed = 0;
};

/// The design of resolved model values. Throws ConfigError if it is impossible, which expansion
/// rules out for the trials of a manifest.
[[nodiscard]] models::Architecture architecture_of(const models::ParameterMap& model,
                                                   const DatasetShape& shape);

/// `dataset` with missing counts filled in from `shape`, so that an absent count and the same
/// explicit count give the same trials.
[[nodiscard]] DatasetSpec resolved(const DatasetSpec& dataset, const DatasetShape& shape);

/// Part of every trial id. Raise it whenever the same content would train to different bits.
inline constexpr int kTrainingSemantics = 5;
/// The same for trials with batch normalisation and `engine: fused`, which the fused engine trained
/// later than the others. At least kTrainingSemantics.
inline constexpr int kFusedBatchNormSemantics = 6;

/// The text that is hashed: architecture after rounding, recipe, data split, seed, and
/// kTrainingSemantics. Excludes names, the order of the file, and the path of the data. `dataset`
/// must be resolved.
[[nodiscard]] std::string canonical_content(const models::Architecture& architecture,
                                            const models::ParameterMap& training,
                                            const DatasetSpec& dataset, std::uint64_t seed);
/// XXH3 (64 bits) of canonical_content, as hexadecimal digits.
[[nodiscard]] std::string trial_id(std::string_view canonical);
/// canonical_content without its last line, the seed: common to all trials of a point.
[[nodiscard]] std::string canonical_point(const models::Architecture& architecture,
                                          const models::ParameterMap& training,
                                          const DatasetSpec& dataset);
[[nodiscard]] std::string canonical_trial(std::string_view canonical_point, std::uint64_t seed);

[[nodiscard]] nlohmann::json to_json(const models::ParameterValue& value);
[[nodiscard]] nlohmann::json to_json(const models::ParameterMap& map);
[[nodiscard]] nlohmann::json to_json(const DatasetSpec& dataset);
/// Throw Error for JSON of another form.
[[nodiscard]] models::ParameterValue parameter_value_from_json(const nlohmann::json& json);
[[nodiscard]] models::ParameterMap parameter_map_from_json(const nlohmann::json& json);
[[nodiscard]] DatasetSpec dataset_spec_from_json(const nlohmann::json& json);

}  // namespace firesweep::sweep

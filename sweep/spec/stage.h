// Stages after training: what a sweep file may ask to be made of every trained model, or measured
// on it. This table says which keys a stage has; runners/train/stage_runner.h has the code that
// carries it out in a worker.
#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "models/parameter.h"

namespace firesweep::sweep {

/// A kind of stage. Its name is a top-level key of sweep files: `NAME: {KEY: VALUE or LIST, ...}`.
struct Stage {
  std::string_view name;
  std::string_view description;               // one line, without a full stop
  std::vector<models::Parameter> parameters;  // its keys
  models::ParameterMap defaults;              // a value for every key
};

/// A further stage while it lives, for tests: known by its name like those of the program. Made and
/// ended while no other thread looks for stages.
class ScopedStage {
 public:
  /// `stage` must outlive it. Throws std::invalid_argument if the name is taken.
  explicit ScopedStage(const Stage& stage);
  ScopedStage(const ScopedStage&) = delete;
  ScopedStage& operator=(const ScopedStage&) = delete;
  ~ScopedStage();

 private:
  const Stage* stage_;
};

/// Null if there is no such stage.
[[nodiscard]] const Stage* find_stage(std::string_view name);
[[nodiscard]] std::vector<std::string_view> stage_names();

/// What a sweep file asks of one stage: for each key its values. Every combination makes a variant
/// of every trained model.
struct StageRequest {
  std::string stage;
  std::map<std::string, std::vector<models::ParameterValue>, std::less<>> values;

  friend bool operator==(const StageRequest&, const StageRequest&) = default;
};

/// Every combination of the values, the last key fastest.
[[nodiscard]] std::vector<models::ParameterMap> combinations_of(const StageRequest& request);

}  // namespace firesweep::sweep

// A stage after training that the program lacks: it measures what its setting says.
#pragma once

#include "sweep/spec/stage.h"

namespace firesweep::tests {

/// `probe: {scale: NUMBER or LIST, mode: fast|exact}`; measures `latency_ms`
/// (tests/support/fake_metric.h).
[[nodiscard]] inline const sweep::Stage& fake_stage() {
  static const sweep::Stage stage{
      .name = "probe",
      .description = "measures what it is told",
      .parameters = {{"scale", models::ParameterType::kNumber, 0.0, 100.0, {}, "what it measures"},
                     {"mode", models::ParameterType::kChoice, 0, 0, {"fast", "exact"}, "how"}},
      .defaults = {{"scale", 1.0}, {"mode", std::string("fast")}}};
  return stage;
}

}  // namespace firesweep::tests

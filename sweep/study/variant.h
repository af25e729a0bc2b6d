// A variant is what a stage after training makes of one trained model, or measures on it. Like a
// trial's id, a variant's is a hash of everything that decides its result.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "models/parameter.h"
#include "sweep/spec/stage.h"

namespace firesweep::sweep {

struct Variant {
  std::string id{};  // 16 lower-case hexadecimal digits
  std::string trial_id{};
  std::string stage{};
  models::ParameterMap settings{};  // a value for every key of the stage
};

[[nodiscard]] Variant make_variant(std::string_view trial_id, std::string_view stage,
                                   models::ParameterMap settings);
/// All that are asked for of one trial: stages in their order, then combinations of settings.
[[nodiscard]] std::vector<Variant> variants_of(std::string_view trial_id,
                                               const std::vector<StageRequest>& stages);

}  // namespace firesweep::sweep

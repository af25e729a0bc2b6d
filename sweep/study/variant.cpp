#include "sweep/study/variant.h"

#include <utility>

#include <fmt/format.h>

#include "sweep/study/trial.h"

namespace firesweep::sweep {

Variant make_variant(std::string_view trial_id, std::string_view stage,
                     models::ParameterMap settings) {
  std::string text = fmt::format("variant of {}\nstage {}", trial_id, stage);
  for (const auto& [key, value] : settings) {
    text += fmt::format(" {}={}", key, models::to_text(value));
  }
  return {sweep::trial_id(text), std::string(trial_id), std::string(stage), std::move(settings)};
}

std::vector<Variant> variants_of(std::string_view trial_id,
                                 const std::vector<StageRequest>& stages) {
  std::vector<Variant> variants;
  for (const StageRequest& request : stages) {
    for (models::ParameterMap& settings : combinations_of(request)) {
      variants.push_back(make_variant(trial_id, request.stage, std::move(settings)));
    }
  }
  return variants;
}

}  // namespace firesweep::sweep

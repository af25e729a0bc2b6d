// What became of a variant: variants/<id>.json in the directory of its trial.
#pragma once

#include <map>
#include <string>

#include <nlohmann/json.hpp>

#include "sweep/study/variant.h"

namespace firesweep::sweep {

struct VariantResult {
  Variant variant;
  bool completed = true;  // else it failed
  std::string reason{};   // why it failed
  /// What the stage measured, by the metric's name (sweep/spec/metric.h), in that metric's unit.
  std::map<std::string, double, std::less<>> metrics{};
  double seconds = 0.0;                                   // it took
  nlohmann::json environment = nlohmann::json::object();  // where and with what it was made
};

[[nodiscard]] nlohmann::json to_json(const Variant& variant);
/// Throws Error naming the missing or ill-typed field, or an id that is not that of the content.
[[nodiscard]] Variant variant_from_json(const nlohmann::json& json);

/// Throws Error for a metric that is NaN or infinite, a failure without a reason, and the reverse.
void validate(const VariantResult& result);
[[nodiscard]] nlohmann::json to_json(const VariantResult& result);
/// Throws Error naming the missing or ill-typed field. Also validates.
[[nodiscard]] VariantResult variant_result_from_json(const nlohmann::json& json);

}  // namespace firesweep::sweep

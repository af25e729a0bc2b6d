#include "sweep/store/variant_result.h"

#include <cmath>

#include <fmt/format.h>

#include "base/error.h"
#include "base/json_fields.h"
#include "base/printable.h"
#include "sweep/study/trial.h"

namespace firesweep::sweep {
namespace {

constexpr std::int64_t kVariantSchemaVersion = 1;

}  // namespace

nlohmann::json to_json(const Variant& variant) {
  return {{"id", variant.id},
          {"trial", variant.trial_id},
          {"stage", variant.stage},
          {"settings", to_json(variant.settings)}};
}

Variant variant_from_json(const nlohmann::json& json) {
  Variant variant = make_variant(base::text_field(json, "trial"), base::text_field(json, "stage"),
                                 parameter_map_from_json(base::field(json, "settings")));
  const std::string id = base::text_field(json, "id");
  if (id != variant.id) {
    throw Error(
        fmt::format("field 'id' is \"{}\"; expected \"{}\" for this trial, stage and settings",
                    base::shortened(id), variant.id));
  }
  return variant;
}

void validate(const VariantResult& result) {
  if (result.completed != result.reason.empty()) {
    throw Error(result.completed ? "a completed variant has a reason; expected none"
                                 : "a failed variant has no reason");
  }
  for (const auto& [name, value] : result.metrics) {
    if (!std::isfinite(value)) {
      throw Error(fmt::format("metric '{}' is not finite", base::shortened(name)));
    }
  }
}

nlohmann::json to_json(const VariantResult& result) {
  validate(result);
  nlohmann::json json = to_json(result.variant);
  json["schema_version"] = kVariantSchemaVersion;
  json["state"] = result.completed ? "completed" : "failed";
  if (!result.completed) {
    json["reason"] = result.reason;
  }
  json["metrics"] = result.metrics;
  json["seconds"] = result.seconds;
  json["environment"] = result.environment;
  return json;
}

VariantResult variant_result_from_json(const nlohmann::json& json) {
  base::check_schema_version(json, kVariantSchemaVersion);
  VariantResult result;
  result.variant = variant_from_json(json);
  const std::string state = base::text_field(json, "state");
  if (state != "completed" && state != "failed") {
    throw Error(fmt::format("field 'state' is \"{}\"; expected completed or failed",
                            base::shortened(state)));
  }
  result.completed = state == "completed";
  if (json.contains("reason")) {
    result.reason = base::text_field(json, "reason");
  }
  const nlohmann::json& metrics = base::object_field(json, "metrics");
  for (const auto& [name, value] : metrics.items()) {
    result.metrics.emplace(name, base::number_field(metrics, name));
  }
  result.seconds = base::number_field(json, "seconds");
  result.environment = base::object_field(json, "environment");
  validate(result);
  return result;
}

}  // namespace firesweep::sweep

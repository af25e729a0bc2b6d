#include "reports/writers/comparison_json.h"

#include <optional>

#include "reports/writers/json_writer.h"
#include "reports/writers/statistics_json.h"
#include "sweep/study/trial.h"

namespace firesweep::reports::writers {
namespace {

/// One kind of unit; p Holm-adjusted for all values of the axis.
Json unit_json(const statistics::UnitTest& unit) {
  Json json = {{"n", unit.n}};
  put_interval(json, "difference",
               unit.interval ? std::optional(unit.interval->interval) : std::nullopt);
  json["p"] = unit.sign_flip ? Json(unit.sign_flip->p) : Json(nullptr);
  json["p_exact"] = unit.sign_flip ? Json(unit.sign_flip->resampling.exact) : Json(nullptr);
  json["p_corrected"] = unit.adjusted ? Json(unit.adjusted->p) : Json(nullptr);
  json["smallest_p"] = unit.adjusted ? Json(unit.adjusted->min_p) : Json(nullptr);
  return json;
}

Json paired_json(const PairedDifferences& paired) {
  return {{"value", sweep::to_json(paired.value)},
          {"n", paired.summary.n},
          {"mean_difference", base::or_null(paired.summary.mean)},
          {"sd", base::or_null(paired.summary.sd)},
          {"standard_error", base::or_null(paired.standard_error)},
          {"pairs", unit_json(paired.test.pairs)},
          {"designs", paired.test.designs ? unit_json(*paired.test.designs) : Json(nullptr)},
          {"verdict", paired.verdict},
          {"wins", paired.wins},
          {"ties", paired.ties},
          {"losses", paired.losses},
          {"dropped", paired.dropped},
          {"same_trial", paired.same_trial},
          {"unmatched", paired.unmatched}};
}

}  // namespace

Json to_json(const Comparison& comparison) {
  Json values = Json::array();
  for (const PairedDifferences& paired : comparison.against_baseline) {
    values.push_back(paired_json(paired));
  }
  return {{"axis", comparison.axis},
          {"baseline", sweep::to_json(comparison.baseline)},
          {"metric", comparison.metric},
          {"comparisons", values}};
}

std::string comparison_json(const Comparison& comparison) {
  base::JsonDocument document;
  document.member("schema_version", kResultsSchemaVersion);
  document.member("sweep", comparison.sweep);
  document.member("axis", comparison.axis);
  document.member("baseline", sweep::to_json(comparison.baseline));
  document.member("metric", comparison.metric);
  document.member("unit", comparison.unit);
  document.array("comparisons", comparison.against_baseline, paired_json);
  return document.finish();
}

}  // namespace firesweep::reports::writers

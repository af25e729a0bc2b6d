#include "reports/writers/analysis_json.h"

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "reports/accuracy_metric.h"
#include "sweep/study/trial.h"

namespace firesweep::reports::writers {
namespace {

using base::Json;

/// Adds NAME_low and NAME_high, null without an interval.
void put_interval(Json& json, const std::string& name,
                  const std::optional<statistics::Interval>& interval) {
  json[name + "_low"] = interval ? Json(interval->low) : Json(nullptr);
  json[name + "_high"] = interval ? Json(interval->high) : Json(nullptr);
}

std::string_view name_of(ImageBasis basis) {
  switch (basis) {
    case ImageBasis::kNone:
      return "none";
    case ImageBasis::kShared:
      return "shared";
    case ImageBasis::kUnpaired:
      return "unpaired";
    case ImageBasis::kIgnored:
      break;
  }
  return "ignored";
}

/// One kind of unit; p Holm-adjusted for all values of the axis.
Json unit_json(const statistics::UnitTest& unit) {
  Json json = {{"n", unit.n}};
  put_interval(json, "difference",
               unit.interval ? std::optional(unit.interval->interval) : std::nullopt);
  json["p"] = unit.sign_flip ? Json(unit.sign_flip->p) : Json(nullptr);
  json["p_exact"] = unit.sign_flip ? Json(unit.sign_flip->resampling.exact) : Json(nullptr);
  json["p_interval"] = base::or_null(unit.interval_p);
  json["p_corrected"] = unit.adjusted ? Json(unit.adjusted->p) : Json(nullptr);
  json["smallest_p"] = unit.adjusted ? Json(unit.adjusted->min_p) : Json(nullptr);
  return json;
}

const std::string& name_of(const ResultsTable& table, const AxisStatistics& statistics,
                           std::size_t axis) {
  return table.axis_keys[statistics.axes[axis].key];
}

Json values_json(const SweptAxis& axis) {
  Json values = Json::array();
  for (const models::ParameterValue& value : axis.values) {
    values.push_back(Json(sweep::to_json(value)));
  }
  return values;
}

Json level_json(const models::ParameterValue& value, const statistics::LevelEffect& level) {
  Json json = {{"value", sweep::to_json(value)},
               {"designs", level.designs},
               {"trials", level.observations},
               {"effect", base::or_null(level.effect)}};
  put_interval(json, "effect", level.interval);
  return json;
}

Json steps_json(const std::vector<statistics::EdfStep>& steps) {
  Json json = Json::array();
  for (const statistics::EdfStep& step : steps) {
    json.push_back({step.value, step.fraction});
  }
  return json;
}

Json cells_json(const std::vector<std::vector<statistics::InteractionCell>>& cells,
                std::optional<double> statistics::InteractionCell::*field) {
  Json rows = Json::array();
  for (const std::vector<statistics::InteractionCell>& row : cells) {
    Json values = Json::array();
    for (const statistics::InteractionCell& cell : row) {
      values.push_back(base::or_null(cell.*field));
    }
    rows.push_back(values);
  }
  return rows;
}

}  // namespace

Json paired_json(const PairedDifferences& paired) {
  return {{"value", sweep::to_json(paired.value)},
          {"n", paired.summary.n},
          {"mean_difference", base::or_null(paired.summary.mean)},
          {"sd", base::or_null(paired.summary.sd)},
          {"standard_error", base::or_null(paired.standard_error)},
          {"images", paired.images},
          {"image_basis", name_of(paired.image_basis)},
          {"pairs", unit_json(paired.test.pairs)},
          {"designs", paired.test.designs ? unit_json(*paired.test.designs) : Json(nullptr)},
          {"verdict", paired.verdict},
          {"wins", paired.wins},
          {"ties", paired.ties},
          {"losses", paired.losses},
          {"marked", paired.marked},
          {"dropped", paired.dropped},
          {"same_trial", paired.same_trial},
          {"unmatched", paired.unmatched}};
}

Json axis_comparison_json(const Comparison& comparison) {
  Json values = Json::array();
  for (const PairedDifferences& paired : comparison.against_baseline) {
    values.push_back(paired_json(paired));
  }
  return {{"axis", comparison.axis},
          {"baseline", sweep::to_json(comparison.baseline)},
          {"metric", comparison.metric},
          {"comparisons", values}};
}

Json effects_json(const ResultsTable& table, const AxisStatistics& statistics) {
  Json axes = Json::array();
  if (!statistics.effects) {
    return axes;
  }
  for (std::size_t axis = 0; axis < statistics.axes.size(); ++axis) {
    Json values = Json::array();
    for (std::size_t level = 0; level < statistics.axes[axis].values.size(); ++level) {
      values.push_back(level_json(statistics.axes[axis].values[level],
                                  statistics.effects->effects[axis][level]));
    }
    axes.push_back({{"axis", name_of(table, statistics, axis)}, {"values", values}});
  }
  return axes;
}

Json importance_json(const ResultsTable& table, const AxisStatistics& statistics) {
  if (!statistics.importance) {
    return nullptr;
  }
  const statistics::Importance& importance = *statistics.importance;
  Json main = Json::object();
  for (std::size_t axis = 0; axis < importance.main.size(); ++axis) {
    main[name_of(table, statistics, axis)] = importance.main[axis];
  }
  Json pairs = Json::array();
  for (const statistics::PairFraction& pair : importance.pairs) {
    pairs.push_back(
        {{"axes",
          {name_of(table, statistics, pair.first), name_of(table, statistics, pair.second)}},
         {"share", pair.fraction}});
  }
  return {{"main", main},
          {"pairs", pairs},
          {"other_interactions", importance.other_interactions},
          {"seeds", base::or_null(importance.seeds)},
          {"shared", importance.shared},
          {"pairs_fitted", importance.pairs_fitted}};
}

Json interactions_json(const ResultsTable& table, const AxisStatistics& statistics) {
  Json json = Json::array();
  for (const AxisInteraction& pair : statistics.interactions) {
    json.push_back(
        {{"axes",
          {name_of(table, statistics, pair.first), name_of(table, statistics, pair.second)}},
         {"values",
          {values_json(statistics.axes[pair.first]), values_json(statistics.axes[pair.second])}},
         {"mean", cells_json(pair.cells, &statistics::InteractionCell::mean)},
         {"interaction", cells_json(pair.cells, &statistics::InteractionCell::interaction)}});
  }
  return json;
}

Json distribution_json(const ResultsTable& table, const AccuracyDistribution& distribution) {
  Json band = Json::array();
  if (distribution.band) {
    for (std::size_t i = 0; i < distribution.band_at.size(); ++i) {
      const statistics::Interval& fractions = distribution.band->fractions[i];
      band.push_back({distribution.band_at[i], fractions.low, fractions.high});
    }
  }
  return {{"metric", accuracy_metric(table).name},
          {"over", "the grid"},
          {"steps", steps_json(distribution.steps)},
          {"size_normalised", steps_json(distribution.size_normalised)},
          {"band", band}};
}

Json agreement_json(const RankAgreement& agreement) {
  return {{"epoch", agreement.epoch},
          {"points", agreement.points},
          {"tau_b", base::or_null(agreement.tau)}};
}

}  // namespace firesweep::reports::writers

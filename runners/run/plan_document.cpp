#include "runners/run/plan_document.h"

#include <iterator>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "models/parameter.h"
#include "reports/writers/csv_writer.h"
#include "sweep/study/resolution.h"

namespace firesweep::runners::run {
namespace {

using nlohmann::ordered_json;

ordered_json number_or_null(const std::optional<double>& number) {
  return number ? ordered_json(*number) : ordered_json(nullptr);
}

ordered_json axes_to_json(const std::vector<std::string>& keys,
                          const std::vector<models::ParameterValue>& values) {
  ordered_json axes = ordered_json::object();
  for (std::size_t i = 0; i < keys.size(); ++i) {
    axes[keys[i]] = std::visit([](const auto& held) { return ordered_json(held); }, values[i]);
  }
  return axes;
}

/// Written without a tree of values, which would take most of the time of a plan. Layer names are
/// plain words.
void append_layers(std::string& text, const models::Complexity& complexity) {
  auto out = std::back_inserter(text);
  const char* separator = "";
  text += '[';
  for (const models::LayerComplexity& layer : complexity.layers) {
    fmt::format_to(out, R"({}{{"name":"{}","parameters":{},"macs":{},"output":[{},{},{}]}})",
                   separator, layer.name, layer.parameters, layer.macs, layer.output.channels,
                   layer.output.height, layer.output.width);
    separator = ",";
  }
  text += ']';
}

/// Everything of a trial that its point decides, as the inside of a JSON object.
std::string point_members(const Plan& plan, std::size_t index) {
  const sweep::Point& point = plan.expansion.points[index];
  const std::vector<std::string>& keys = plan.expansion.axis_keys;
  std::string text = fmt::format(
      R"("axes":{},"parameters":{},"macs":{},"weight_bytes":{},"training_macs":{},)"
      R"("estimated_seconds":{},)",
      axes_to_json(keys, point.axis_values).dump(), point.complexity.parameters,
      point.complexity.macs, point.complexity.weight_bytes, plan.costs[index].training_macs,
      number_or_null(plan.costs[index].seconds).dump());
  if (!point.aliases.empty()) {
    ordered_json aliases = ordered_json::array();
    for (const auto& alias : point.aliases) {
      aliases.push_back(axes_to_json(keys, alias));
    }
    text += "\"aliases\":" + aliases.dump() + ",";
  }
  text += "\"layers\":";
  append_layers(text, point.complexity);
  return text;
}

ordered_json totals_to_json(const Plan& plan) {
  const PlanTotals totals = totals_of(plan);
  ordered_json json{{"points", plan.expansion.points.size()},
                    {"trials", plan.expansion.trials.size()},
                    {"training_images", totals.training_images},
                    {"training_macs", totals.training_macs},
                    {"estimated_seconds", number_or_null(totals.seconds)}};
  if (plan.validation_images > 0) {
    json["validation_images"] = plan.validation_images;
    json["resolved_difference"] = sweep::resolved_difference(plan.validation_images);
  }
  if (totals.variants > 0) {
    json["variants"] = totals.variants;
  }
  return json;
}

}  // namespace

std::string plan_json(const Plan& plan) {
  // A point's members are written once and repeated for its seeds.
  std::string text = "{\"schema_version\": " + std::to_string(kPlanSchemaVersion) +
                     ",\n \"sweep\": " + ordered_json(plan.spec.name).dump() + ",\n \"trials\": [";
  std::size_t written_point = plan.expansion.points.size();
  std::string members;
  const char* separator = "\n  ";
  for (const sweep::Trial& trial : plan.expansion.trials) {
    if (trial.point != written_point) {
      written_point = trial.point;
      members = point_members(plan, trial.point);
    }
    text += separator;
    text += "{\"id\":\"" + trial.id + "\",\"seed\":" + std::to_string(trial.seed) + ',';
    text += members;
    text += '}';
    separator = ",\n  ";
  }
  return text + "\n ],\n \"totals\": " + totals_to_json(plan).dump() + "}\n";
}

std::string plan_csv(const Plan& plan) {
  std::vector<std::string> header{"id"};
  header.insert(header.end(), plan.expansion.axis_keys.begin(), plan.expansion.axis_keys.end());
  header.insert(header.end(), {"seed", "parameters", "macs", "weight_bytes", "training_images",
                               "training_macs", "estimated_seconds"});
  std::string text = reports::writers::csv_line(header);
  for (const sweep::Trial& trial : plan.expansion.trials) {
    const sweep::Point& point = plan.expansion.points[trial.point];
    const PointCost& cost = plan.costs[trial.point];
    std::vector<std::string> row{trial.id};
    for (const models::ParameterValue& value : point.axis_values) {
      row.push_back(models::to_text(value));
    }
    row.insert(row.end(), {std::to_string(trial.seed), std::to_string(point.complexity.parameters),
                           std::to_string(point.complexity.macs),
                           std::to_string(point.complexity.weight_bytes),
                           std::to_string(cost.images.trained), models::to_text(cost.training_macs),
                           cost.seconds ? models::to_text(*cost.seconds) : ""});
    text += reports::writers::csv_line(row);
  }
  return text;
}

}  // namespace firesweep::runners::run

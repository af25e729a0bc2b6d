#include "reports/json_writer.h"

#include <cstddef>
#include <optional>
#include <string_view>
#include <utility>
#include <vector>

#include "reports/comparison_json.h"
#include "reports/json_document.h"
#include "reports/statistics_json.h"
#include "sweep/trial.h"

namespace firesweep::reports {
namespace {

Json axes_json(const std::vector<std::string>& keys, const AxisValues& values) {
  Json axes = Json::object();
  for (std::size_t i = 0; i < keys.size(); ++i) {
    axes[keys[i]] = sweep::to_json(values[i]);
  }
  return axes;
}

Json objective_json(const sweep::Objective& objective) {
  return {{"name", objective.name},
          {"direction", sweep::to_string(objective.direction)},
          {"unit", objective.unit}};
}

Json epoch_json(const sweep::EpochMetrics& epoch) {
  return {{"epoch", epoch.epoch},
          {"train_loss", epoch.train_loss},
          {"validation_loss", epoch.validation_loss},
          {"validation_top1", epoch.validation_top1},
          {"validation_top5", epoch.validation_top5},
          {"learning_rate", epoch.learning_rate},
          {"seconds", epoch.seconds},
          {"finished_at", or_null(epoch.finished_at)},
          {"worker", epoch.worker.empty() ? Json(nullptr) : Json(epoch.worker)}};
}

/// An empty log means that nothing was printed.
Json failure_json(const sweep::Failure& failure) {
  return {{"cause", sweep::to_string(failure.cause)},
          {"attempts", failure.attempts},
          {"log", failure.log},
          {"command", failure.command}};
}

Json trial_json(const ResultsTable& table, const Row& row) {
  const Design& design = table.designs[row.design];
  Json json = {{"id", row.id},
               {"state", sweep::to_string(row.state)},
               {"axes", axes_json(table.axis_keys, design.axes)},
               {"seed", row.seed},
               {"parameters", design.parameters},
               {"macs", design.macs},
               {"weight_bytes", design.weight_bytes},
               {"peak_activation_bytes", design.peak_activation_bytes}};
  for (const Metric& metric : metrics()) {
    json[std::string(metric.name)] = or_null(row.*(metric.value));
  }
  json["train_seconds"] = or_null(row.train_seconds);
  json["images_per_second"] = or_null(row.images_per_second);
  json["test_seconds"] = or_null(row.test_seconds);
  json["reason"] = row.reason.empty() ? Json(nullptr) : Json(row.reason);
  json["failure"] = row.failure ? failure_json(*row.failure) : Json(nullptr);
  json["epochs"] = Json::array();
  for (const sweep::EpochMetrics& epoch : row.history) {
    json["epochs"].push_back(epoch_json(epoch));
  }
  return json;
}

/// Of a cell of `fits`, null means: not even int8.
Json deployment_json(const Deployment& deployment) {
  Json fits = Json::array();
  for (const std::optional<NumberFormat>& format : deployment.fits) {
    fits.push_back(format ? Json(to_string(*format)) : Json(nullptr));
  }
  return {{"bytes_fp32", deployment.bytes_fp32},
          {"bytes_fp16", deployment.bytes_fp16},
          {"bytes_int8", deployment.bytes_int8},
          {"fits", fits},
          {"update_seconds", deployment.update_seconds},
          {"all_reduce_bytes", deployment.all_reduce_bytes}};
}

Json settings_json(const DeploymentSettings& settings) {
  return {{"on_chip_megabytes", settings.on_chip_megabytes},
          {"bandwidth_bits_per_second", settings.bandwidth_bits_per_second}};
}

Json run_json(const RunSource& run) {
  return {{"sweep", run.sweep}, {"created", run.created}, {"command_line", run.command_line}};
}

Json counts_json(const StateCounts& counts) {
  return {{"pending", counts.pending},
          {"completed", counts.completed},
          {"failed", counts.failed},
          {"diverged", counts.diverged},
          {"did_not_learn", counts.did_not_learn},
          {"pruned", counts.pruned}};
}

Json point_json(const ResultsTable& table, const Analysis& analysis, std::size_t index) {
  const Design& design = table.designs[index];
  const PointSummary& point = analysis.points[index];
  Json json = {{"axes", axes_json(table.axis_keys, design.axes)}, {"n", point.n()}};
  for (const Metric& metric : metrics()) {
    const SeedSummary& summary = summary_of(point, metric.name);
    const std::string name(metric.name);
    json[name + "_mean"] = or_null(summary.mean);
    json[name + "_sd"] = or_null(summary.sd);
    put_interval(json, name, summary.bca);
    put_interval(json, name + "_t", summary.student);
  }
  for (const Property& property : properties()) {
    json[std::string(property.name)] = design.*(property.value);
  }
  json["on_front"] = static_cast<bool>(analysis.front.on_front[index]);
  json["front_probability"] =
      point.n() > 0 ? Json(analysis.front_probability[index]) : Json(nullptr);
  json["deployment"] = deployment_json(deployment_of(design, analysis.options.deployment));
  json["trials"] = counts_json(point.counts);
  json["aliases"] = Json::array();
  for (const AxisValues& alias : design.aliases) {
    json["aliases"].push_back(axes_json(table.axis_keys, alias));
  }
  return json;
}

Json reference_json(const Front& front) {
  if (front.reference_point.empty()) {
    return nullptr;
  }
  Json json = Json::object();
  for (std::size_t i = 0; i < front.objectives.size(); ++i) {
    json[std::string(front.objectives[i].name)] = front.reference_point[i];
  }
  return json;
}

void write_front_measure(DocumentWriter& document, const Front& front) {
  document.member("hypervolume", or_null(front.hypervolume));
  document.member("hypervolume_scale", "linear");
  document.member("reference_point", reference_json(front));
}

std::vector<std::size_t> all_points(const Analysis& analysis) {
  std::vector<std::size_t> indices;
  for (std::size_t i = 0; i < analysis.points.size(); ++i) {
    indices.push_back(i);
  }
  return indices;
}

/// Null if no budget was given.
Json budget_json(const ResultsTable& table, const Analysis& analysis) {
  if (!analysis.budget_choice) {
    return nullptr;
  }
  const BudgetChoice& choice = *analysis.budget_choice;
  return {{"limits", describe(analysis.options.budget)},
          {"designs_within", choice.within},
          {"best", choice.best ? axes_json(table.axis_keys, table.designs[*choice.best].axes)
                               : Json(nullptr)}};
}

}  // namespace

std::string results_json(const ResultsTable& table, const Analysis& analysis) {
  DocumentWriter document;
  document.member("schema_version", kResultsSchemaVersion);
  document.member("sweep", table.sweep);
  document.member("created", table.created);
  document.member("command_line", table.command_line);
  document.member("environment", table.environment);
  document.member("worker_environments", table.worker_environments);
  document.member("dataset", table.dataset);
  document.member("dataset_checksum", table.dataset_checksum);
  document.member("model", table.fixed_model);
  document.member("training", table.fixed_training);
  document.member("axes", table.axis_keys);
  document.array("runs", table.runs, run_json);
  document.member("notes", table.notes);
  document.member("deployment", settings_json(analysis.options.deployment));
  document.array("objectives", analysis.front.objectives, objective_json);
  document.member("states", counts_json(count_states(table)));
  document.array("trials", table.rows, [&](const Row& row) { return trial_json(table, row); });
  document.array("points", all_points(analysis),
                 [&](std::size_t i) { return point_json(table, analysis, i); });
  write_front_measure(document, analysis.front);
  document.member("budget", budget_json(table, analysis));
  document.array("comparisons", analysis.comparisons,
                 [](const Comparison& comparison) { return to_json(comparison); });
  document.member("axis_effects", effects_json(table, analysis.axes));
  document.member("importance", importance_json(table, analysis.axes));
  document.member("interactions", interactions_json(table, analysis.axes));
  document.member("distribution", distribution_json(analysis.distribution));
  document.array("rank_agreement", analysis.rank_agreement, agreement_json);
  return document.finish();
}

std::string front_json(const ResultsTable& table, const Analysis& analysis) {
  DocumentWriter document;
  document.member("schema_version", kResultsSchemaVersion);
  document.member("sweep", table.sweep);
  document.array("objectives", analysis.front.objectives, objective_json);
  document.member("states", counts_json(count_states(table)));
  document.array("points", analysis.front_by_size,
                 [&](std::size_t i) { return point_json(table, analysis, i); });
  write_front_measure(document, analysis.front);
  document.member("budget", budget_json(table, analysis));
  return document.finish();
}

}  // namespace firesweep::reports

#include "reports/writers/json_writer.h"

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/json_writer.h"
#include "reports/class_results.h"
#include "reports/final_seeds.h"
#include "reports/writers/analysis_json.h"
#include "reports/writers/networks_text.h"
#include "sweep/study/trial.h"

namespace firesweep::reports::writers {
namespace {

using base::Json;

Json axes_json(const std::vector<std::string>& keys, const AxisValues& values) {
  Json axes = Json::object();
  for (std::size_t i = 0; i < keys.size(); ++i) {
    axes[keys[i]] = sweep::to_json(values[i]);
  }
  return axes;
}

Json objective_json(const sweep::Metric& objective) {
  return {{"name", objective.name},
          {"direction", sweep::to_string(objective.direction)},
          {"unit", objective.unit}};
}

std::optional<std::string_view> text_or_null(std::string_view text) {
  return text.empty() ? std::nullopt : std::optional(text);
}

void append_epoch(std::string& text, const sweep::EpochMetrics& epoch) {
  base::JsonObject json(text);
  json.member("epoch", epoch.epoch);
  for (const sweep::EpochField& field : sweep::kEpochFields) {
    json.member(field.name, epoch.*(field.member));
  }
  json.member("finished_at", epoch.finished_at);
  json.member("worker", text_or_null(epoch.worker));
  json.finish();
}

/// An empty log means that nothing was printed.
Json failure_json(const sweep::Failure& failure) {
  return {{"cause", sweep::to_string(failure.cause)},
          {"attempts", failure.attempts},
          {"log", failure.log},
          {"command", failure.command}};
}

void append_recall(std::string& text, const std::optional<sweep::Confusion>& confusion) {
  if (!confusion) {
    text += "null";
    return;
  }
  text += '[';
  for (const std::optional<double>& recall : confusion->recall()) {
    text += text.back() == '[' ? "" : ",";
    base::append_json(text, recall);
  }
  text += ']';
}

/// Axis values of each design as JSON: a design's trials share them.
std::vector<std::string> axes_texts(const ResultsTable& table) {
  std::vector<std::string> texts;
  texts.reserve(table.designs.size());
  for (const Design& design : table.designs) {
    texts.push_back(base::text_of(axes_json(table.axis_keys, design.axes)));
  }
  return texts;
}

void append_epochs(std::string& text, const std::vector<sweep::EpochMetrics>& epochs) {
  text += '[';
  for (const sweep::EpochMetrics& epoch : epochs) {
    text += &epoch == &epochs.front() ? "" : ",";
    append_epoch(text, epoch);
  }
  text += ']';
}

void append_trial(std::string& text, const ResultsTable& table, std::string_view axes,
                  const Row& row) {
  const Design& design = table.designs[row.design];
  base::JsonObject json(text);
  json.member("id", std::string_view(row.id));
  json.member("state", sweep::to_string(row.state));
  json.raw_member("axes", axes);
  json.member("seed", row.seed);
  for_each_design_metric(table.metrics, [&](const sweep::Metric& metric) {
    json.member(metric.name, metric.of_design(design.complexity));
  });
  for (std::size_t i = 0; i < table.metrics.size(); ++i) {
    if (table.metrics[i].source == sweep::MetricSource::kResult) {
      json.member(table.metrics[i].name, row.metrics[i]);
    }
  }
  json.member("reason", text_or_null(row.reason));
  json.raw_member("failure", row.failure ? base::text_of(failure_json(*row.failure)) : "null");
  append_recall(json.begin_member("validation_recall"), row.validation_confusion);
  append_epochs(json.begin_member("epochs"), row.history);
  json.finish();
}

/// A variant without a result is pending.
Json variant_json(const ResultsTable& table, const VariantRow& row) {
  Json metrics = Json::object();
  std::string_view state = "pending";
  if (row.result) {
    state = row.result->completed ? "completed" : "failed";
    for (const auto& [name, value] : row.result->metrics) {
      metrics[name] = value;
    }
  }
  return {{"id", row.variant.id},
          {"trial", row_of(table, row).id},
          {"stage", row.variant.stage},
          {"settings", sweep::to_json(row.variant.settings)},
          {"state", state},
          {"metrics", metrics},
          {"reason",
           row.result && !row.result->reason.empty() ? Json(row.result->reason) : Json(nullptr)}};
}

/// Of a cell of `fits`, null means: not even int8.
Json deployment_json(const Deployment& deployment) {
  Json fits = Json::array();
  for (const std::optional<Precision>& format : deployment.fits) {
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

void append_interval(base::JsonObject& json, const std::string& name,
                     const std::optional<statistics::Interval>& interval) {
  json.member(name + "_low", interval ? std::optional(interval->low) : std::nullopt);
  json.member(name + "_high", interval ? std::optional(interval->high) : std::nullopt);
}

/// Means, deviations, errors and intervals of every summarised metric.
void append_summaries(base::JsonObject& json, const ResultsTable& table,
                      const PointSummary& point) {
  for (const std::string_view metric : sweep::summarized_names(table.metrics)) {
    const SeedSummary& summary = summary_of(point, metric);
    const std::string name(metric);
    json.member(name + "_mean", summary.mean);
    json.member(name + "_sd", summary.sd);
    json.member(name + "_se", summary.standard_error());
    append_interval(json, name, summary.interval);
  }
}

/// Of the design's final seeds.
void append_finals(std::string& text, const ResultsTable& table, const PointSummary& finals) {
  base::JsonObject json(text);
  json.member("n", finals.n());
  append_summaries(json, table, finals);
  json.raw_member("trials", base::text_of(counts_json(finals.counts)));
  json.finish();
}

void append_point(std::string& text, const ResultsTable& table, const Analysis& analysis,
                  std::size_t index) {
  const Design& design = table.designs[index];
  const PointSummary& point = analysis.points[index];
  base::JsonObject json(text);
  json.raw_member("axes", base::text_of(axes_json(table.axis_keys, design.axes)));
  json.member("n", point.n());
  append_summaries(json, table, point);
  for (const sweep::Metric& metric : table.metrics) {
    if (metric.source == sweep::MetricSource::kDesign) {
      json.member(metric.name, metric.of_design(design.complexity));
    }
  }
  json.raw_member("on_front", analysis.front.on_front[index] ? "true" : "false");
  json.member("front_probability",
              point.n() > 0 ? std::optional(analysis.front_probability[index]) : std::nullopt);
  json.raw_member(
      "deployment",
      base::text_of(deployment_json(deployment_of(design, analysis.options.deployment))));
  json.raw_member("trials", base::text_of(counts_json(point.counts)));
  Json aliases = Json::array();
  for (const AxisValues& alias : design.aliases) {
    aliases.push_back(axes_json(table.axis_keys, alias));
  }
  json.raw_member("aliases", base::text_of(aliases));
  if (const PointSummary* const finals = finals_of(analysis, index)) {
    append_finals(json.begin_member("final"), table, *finals);
  }
  json.finish();
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

void write_front_measure(base::JsonDocument& document, const Front& front) {
  document.member("hypervolume", base::or_null(front.hypervolume));
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

/// Null without data.json.
Json class_counts_json(const std::optional<sweep::DataSummary>& data) {
  if (!data) {
    return nullptr;
  }
  return {{"train", data->train}, {"validation", data->validation}, {"test", data->test}};
}

Json class_results_json(const ResultsTable& table, const Analysis& analysis,
                        const DesignClasses& classes) {
  Json mean = Json::array();
  Json deviation = Json::array();
  for (const statistics::Summary& recall : classes.recall) {
    mean.push_back(base::or_null(recall.mean));
    deviation.push_back(base::or_null(recall.sd));
  }
  Json cells = Json::array();
  for (const sweep::ConfusionCell& cell : classes.confusion.cells()) {
    cells.push_back({cell.truth, cell.predicted, cell.images});
  }
  return {{"axes", axes_json(table.axis_keys, table.designs[classes.design].axes)},
          {"recommended", classes.design == analysis.recommended},
          {"n", classes.trials},
          {"recall_mean", std::move(mean)},
          {"recall_sd", std::move(deviation)},
          {"confusion", std::move(cells)}};
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

const sweep::Metric& top1_metric(const ResultsTable& table) {
  return table.metrics[sweep::metric_index("validation_top1", table.metrics)];
}

}  // namespace

std::string results_json(const ResultsTable& table, const Analysis& analysis) {
  base::JsonDocument document;
  document.member("schema_version", kResultsSchemaVersion);
  document.member("sweep", table.sweep);
  document.member("created", table.created);
  document.member("command_line", table.command_line);
  document.member("environment", table.environment);
  document.member("worker_environments", table.worker_environments);
  document.member("dataset", table.dataset);
  document.member("dataset_checksum", table.dataset_checksum);
  document.member("chance_level", base::or_null(chance_level(table, top1_metric(table))));
  document.member("classes", table.data ? table.data->classes : std::vector<std::string>());
  document.member("class_counts", class_counts_json(table.data));
  document.member("bad_files", table.data ? Json(table.data->bad_files) : Json(nullptr));
  document.member("skipped_files", table.data ? Json(table.data->skipped_files) : Json(nullptr));
  document.member("model", table.fixed_model);
  document.member("training", table.fixed_training);
  document.member("axes", table.axis_keys);
  document.array("runs", table.runs, run_json);
  document.member("notes", table.notes);
  document.member("deployment", settings_json(analysis.options.deployment));
  document.array("objectives", analysis.front.objectives, objective_json);
  document.member("states", counts_json(count_states(table)));
  const std::vector<std::string> axes = axes_texts(table);
  document.array_of_texts("trials", table.rows, [&](std::string& text, const Row& row) {
    append_trial(text, table, axes[row.design], row);
  });
  if (!table.final_rows.empty()) {
    document.member("final_states", counts_json(count_final_states(table)));
    document.array_of_texts("final_trials", table.final_rows,
                            [&](std::string& text, const Row& row) {
                              append_trial(text, table, axes[row.design], row);
                            });
  }
  document.array_of_texts("points", all_points(analysis), [&](std::string& text, std::size_t i) {
    append_point(text, table, analysis, i);
  });
  document.array("class_results", analysis.classes, [&](const DesignClasses& classes) {
    return class_results_json(table, analysis, classes);
  });
  if (table.has_stages) {
    document.array("variants", table.variants,
                   [&](const VariantRow& row) { return variant_json(table, row); });
  }
  write_front_measure(document, analysis.front);
  document.member("budget", budget_json(table, analysis));
  document.array("comparisons", analysis.comparisons, axis_comparison_json);
  document.member("axis_effects", effects_json(table, analysis.axes));
  document.member("importance", importance_json(table, analysis.axes));
  document.member("interactions", interactions_json(table, analysis.axes));
  document.member("distribution", distribution_json(table, analysis.distribution));
  document.array("rank_agreement", analysis.rank_agreement, agreement_json);
  return document.finish();
}

std::string front_json(const ResultsTable& table, const Analysis& analysis) {
  base::JsonDocument document;
  document.member("schema_version", kResultsSchemaVersion);
  document.member("sweep", table.sweep);
  document.array("objectives", analysis.front.objectives, objective_json);
  document.member("states", counts_json(count_states(table)));
  document.array_of_texts("points", analysis.front_by_size, [&](std::string& text, std::size_t i) {
    append_point(text, table, analysis, i);
  });
  write_front_measure(document, analysis.front);
  document.member("budget", budget_json(table, analysis));
  return document.finish();
}

std::string comparison_json(const Comparison& comparison) {
  base::JsonDocument document;
  document.member("schema_version", kResultsSchemaVersion);
  document.member("sweep", comparison.sweep);
  document.member("axis", comparison.axis);
  document.member("baseline", sweep::to_json(comparison.baseline));
  document.member("metric", comparison.metric);
  document.member("unit", comparison.unit);
  document.array("comparisons", comparison.against_baseline, [](const PairedDifferences& paired) {
    base::Json json = paired_json(paired);
    json["networks"] = networks_json(paired);
    return json;
  });
  return document.finish();
}

}  // namespace firesweep::reports::writers

#include "reports/json_writer.h"

#include <cstddef>
#include <optional>
#include <string_view>
#include <utility>
#include <vector>

#include "sweep/trial.h"

namespace firesweep::reports {
namespace {

using Json = nlohmann::ordered_json;  // fields in the order they are documented

Json or_null(const std::optional<double>& value) {
  return value ? Json(*value) : Json(nullptr);
}

/// Reasons quote what workers said, which need not be UTF-8.
std::string text_of(const Json& json) {
  return json.dump(-1, ' ', false, Json::error_handler_t::replace);
}

/// An object written member by member, so that only one trial at a time exists as a tree, and each
/// element of a long array has a line of its own.
class DocumentWriter {
 public:
  void member(std::string_view name, const Json& value) {
    begin(name);
    text_ += text_of(value);
  }

  template <typename Range, typename ToJson>
  void array(std::string_view name, const Range& elements, ToJson to_json) {
    begin(name);
    text_ += '[';
    std::string_view separator = "\n    ";
    for (const auto& element : elements) {
      text_ += separator;
      text_ += text_of(to_json(element));
      separator = ",\n    ";
    }
    text_ += separator.front() == ',' ? "\n  ]" : "]";
  }

  [[nodiscard]] std::string finish() { return std::move(text_) + "\n}\n"; }

 private:
  void begin(std::string_view name) {
    text_ += text_.empty() ? "{\n  " : ",\n  ";
    text_ += text_of(Json(name));
    text_ += ": ";
  }

  std::string text_;
};

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
    const Summary& summary = summary_of(point, metric.name);
    json[std::string(metric.name) + "_mean"] = or_null(summary.mean);
    json[std::string(metric.name) + "_sd"] = or_null(summary.sd);
  }
  for (const Property& property : properties()) {
    json[std::string(property.name)] = design.*(property.value);
  }
  json["on_front"] = static_cast<bool>(analysis.front.on_front[index]);
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

Json paired_json(const PairedDifferences& paired) {
  return {{"value", sweep::to_json(paired.value)},
          {"n", paired.summary.n},
          {"mean_difference", or_null(paired.summary.mean)},
          {"sd", or_null(paired.summary.sd)},
          {"standard_error", or_null(paired.standard_error)},
          {"wins", paired.wins},
          {"ties", paired.ties},
          {"losses", paired.losses},
          {"dropped", paired.dropped},
          {"same_trial", paired.same_trial},
          {"unmatched", paired.unmatched}};
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
  document.array("objectives", analysis.front.objectives, objective_json);
  document.member("states", counts_json(count_states(table)));
  document.array("trials", table.rows, [&](const Row& row) { return trial_json(table, row); });
  document.array("points", all_points(analysis),
                 [&](std::size_t i) { return point_json(table, analysis, i); });
  write_front_measure(document, analysis.front);
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
  return document.finish();
}

std::string comparison_json(const Comparison& comparison) {
  DocumentWriter document;
  document.member("schema_version", kResultsSchemaVersion);
  document.member("sweep", comparison.sweep);
  document.member("axis", comparison.axis);
  document.member("baseline", sweep::to_json(comparison.baseline));
  document.member("metric", comparison.metric);
  document.member("unit", "fraction");
  document.array("comparisons", comparison.against_baseline, paired_json);
  return document.finish();
}

}  // namespace firesweep::reports

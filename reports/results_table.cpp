#include "reports/results_table.h"

#include <algorithm>
#include <array>
#include <set>
#include <utility>

#include "sweep/trial.h"

namespace firesweep::reports {
namespace {

constexpr std::array<Metric, 4> kMetrics = {{
    {"validation_top1", &Row::validation_top1},
    {"validation_top5", &Row::validation_top5},
    {"test_top1", &Row::test_top1},
    {"test_top5", &Row::test_top5},
}};

constexpr std::array<Property, 4> kProperties = {{
    {"parameters", &Design::parameters},
    {"weight_bytes", &Design::weight_bytes},
    {"macs", &Design::macs},
    {"peak_activation_bytes", &Design::peak_activation_bytes},
}};

Design design_of(const sweep::Point& point) {
  return {.axes = point.axis_values,
          .aliases = point.aliases,
          .parameters = point.complexity.parameters,
          .macs = point.complexity.macs,
          .weight_bytes = point.complexity.weight_bytes,
          .peak_activation_bytes = point.complexity.peak_activation_bytes};
}

/// What all points have in common, so that a report says it once.
nlohmann::json fixed_values(const std::vector<sweep::Point>& points,
                            models::ParameterMap sweep::Point::*values) {
  if (points.empty()) {
    return nlohmann::json::object();
  }
  models::ParameterMap common = points.front().*values;
  for (const sweep::Point& point : points) {
    std::erase_if(common, [&](const auto& entry) {
      const auto found = (point.*values).find(entry.first);
      return found == (point.*values).end() || found->second != entry.second;
    });
  }
  return sweep::to_json(common);
}

void apply_result(Row& row, const sweep::TrialResult& result) {
  row.state = result.state;
  row.validation_top1 = result.validation_top1;
  row.validation_top5 = result.validation_top5;
  row.test_top1 = result.test_top1;
  row.test_top5 = result.test_top5;
  row.train_seconds = result.train_seconds;
  row.images_per_second = result.images_per_second;
  row.test_seconds = result.test_seconds;
  row.reason = result.reason;
  row.failure = result.failure;
}

ResultsTable table_without_rows(const sweep::Manifest& manifest) {
  ResultsTable table;
  table.sweep = manifest.sweep;
  table.created = manifest.created;
  table.environment = manifest.environment;
  table.dataset = sweep::to_json(manifest.dataset);
  table.dataset_checksum = manifest.dataset_checksum;
  table.fixed_model = fixed_values(manifest.points, &sweep::Point::model);
  table.fixed_training = fixed_values(manifest.points, &sweep::Point::training);
  table.command_line = manifest.command_line;
  table.objectives = manifest.objectives;
  table.axis_keys = manifest.axis_keys;
  table.designs.reserve(manifest.points.size());
  for (const sweep::Point& point : manifest.points) {
    table.designs.push_back(design_of(point));
  }
  return table;
}

}  // namespace

std::span<const Metric> metrics() {
  return kMetrics;
}

const Metric* find_metric(std::string_view name) {
  const auto* found = std::ranges::find(kMetrics, name, &Metric::name);
  return found == kMetrics.end() ? nullptr : found;
}

std::span<const Property> properties() {
  return kProperties;
}

const Property* find_property(std::string_view name) {
  const auto* found = std::ranges::find(kProperties, name, &Property::name);
  return found == kProperties.end() ? nullptr : found;
}

std::size_t epoch_count(const Row& row) {
  return row.history.size();
}

ResultsTable load_results(const sweep::RunDirectory& directory) {
  const sweep::Manifest manifest = directory.load_manifest();
  ResultsTable table = table_without_rows(manifest);
  table.rows.reserve(manifest.trials.size());
  std::set<std::string> worker_environments;
  for (const sweep::Trial& trial : manifest.trials) {
    Row& row = table.rows.emplace_back();
    row.id = trial.id;
    row.design = trial.point;
    row.seed = trial.seed;
    row.history = directory.load_epochs(trial.id);
    if (const auto result = directory.load_result(trial.id)) {
      apply_result(row, *result);
      worker_environments.insert(result->environment.dump());
    }
  }
  for (const std::string& text : worker_environments) {
    table.worker_environments.push_back(nlohmann::json::parse(text));
  }
  return table;
}

}  // namespace firesweep::reports

#include "reports/results_table.h"

#include <algorithm>
#include <iterator>
#include <map>
#include <set>
#include <utility>

#include <fmt/format.h>

#include "base/error.h"
#include "base/parallel.h"
#include "reports/merge.h"
#include "sweep/study/trial.h"

namespace firesweep::reports {
namespace {

Design design_of(const sweep::Point& point, const sweep::DatasetShape& shape) {
  Design design{
      .axes = point.axis_values, .aliases = point.aliases, .complexity = point.complexity};
  // A manifest has no layers.
  design.complexity.layers =
      models::complexity_of(sweep::architecture_of(point.model, shape)).layers;
  return design;
}

/// Keys with the same value in all designs, so that a report shows them once.
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
  for (std::size_t i = 0; i < row.metrics.table().size(); ++i) {
    if (row.metrics.table()[i].source == sweep::MetricSource::kResult) {
      row.metrics[i] = sweep::metric_value(result, row.metrics.table()[i].name);
    }
  }
  row.reason = result.reason;
  row.failure = result.failure;
  row.validation_confusion = result.validation_confusion;
  row.validation_correct = result.validation_correct;
  row.test_correct = result.test_correct;
}

ResultsTable table_without_rows(const sweep::Manifest& manifest,
                                std::span<const sweep::Metric> metrics) {
  ResultsTable table;
  table.metrics = metrics;
  table.sweep = manifest.sweep;
  table.created = manifest.created;
  table.environment = manifest.environment;
  table.dataset = sweep::to_json(manifest.dataset);
  table.dataset_checksum = manifest.dataset_checksum;
  table.classes = manifest.dataset_shape.classes;
  table.fixed_model = fixed_values(manifest.points, &sweep::Point::model);
  table.fixed_training = fixed_values(manifest.points, &sweep::Point::training);
  table.command_line = manifest.command_line;
  table.objectives = manifest.objectives;
  table.axis_keys = manifest.axis_keys;
  table.designs.reserve(manifest.points.size());
  for (const sweep::Point& point : manifest.points) {
    table.designs.push_back(design_of(point, manifest.dataset_shape));
  }
  return table;
}

/// Whether `result` replaces the one found before. Of two that count the first stays, whichever is
/// the better: else a design would be judged by its lucky machines.
bool is_better(const sweep::TrialResult& result, const Row& row) {
  return row.state == sweep::TrialState::kPending ||
         (!is_counted(row.state) && is_counted(result.state));
}

bool differs(const sweep::TrialResult& result, const Row& row) {
  return is_counted(result.state) && is_counted(row.state) &&
         (result.state != row.state ||
          result.validation_top1 != row.metrics.at("validation_top1") ||
          result.test_top1 != row.metrics.at("test_top1"));
}

/// "validation top-1 0.93", "diverged".
std::string outcome_words(sweep::TrialState state, const std::optional<double>& top1) {
  return is_trained(state) && top1 ? fmt::format("validation top-1 {}", *top1)
                                   : std::string(sweep::to_string(state));
}

/// Data about the source of a row that the row does not hold.
struct RowSource {
  std::optional<std::string> environment;  // of the result that counts, as JSON
  std::vector<std::string> notes;
};

/// Fills in the results of the runs that have the trial.
RowSource read_row(Row& row, std::span<const sweep::RunDirectory> directories,
                   const std::vector<std::size_t>& runs) {
  RowSource source;
  std::size_t chosen = runs.front();
  for (const std::size_t run : runs) {
    std::string problem;
    const auto result = directories[run].load_usable_result(row.id, problem);
    if (!problem.empty()) {
      source.notes.push_back(std::move(problem));
    }
    if (!result) {
      continue;
    }
    if (differs(*result, row)) {
      source.notes.push_back(fmt::format(
          "trial {} has different results in {} ({}) and {} ({}): the first is used", row.id,
          directories[chosen].root().string(),
          outcome_words(row.state, row.metrics.at("validation_top1")),
          directories[run].root().string(), outcome_words(result->state, result->validation_top1)));
    } else if (is_better(*result, row)) {
      apply_result(row, *result);
      source.environment = result->environment.dump();
      chosen = run;
    }
  }
  try {
    row.history = directories[chosen].load_epochs(row.id);
  } catch (const FileError&) {
    throw;
  } catch (const Error& error) {
    source.notes.emplace_back(error.what());  // the result counts without its curve
  }
  return source;
}

/// Reading takes most of a report's time, so all processors do it.
void read_rows(ResultsTable& table, std::span<const sweep::RunDirectory> directories,
               const MergedManifest& merged) {
  constexpr std::size_t kWorthAThread = 1'000;
  const std::vector<sweep::Trial>& trials = merged.manifest.trials;
  table.rows.resize(trials.size());
  std::vector<RowSource> sources(trials.size());
  base::parallel_for(trials.size(), kWorthAThread, [&](std::size_t begin, std::size_t end) {
    for (std::size_t i = begin; i < end; ++i) {
      Row& row = table.rows[i];
      row.id = trials[i].id;
      row.design = trials[i].point;
      row.seed = trials[i].seed;
      row.is_final = trials[i].is_final_seed;
      row.metrics = MetricValues(table.metrics);
      sources[i] = read_row(row, directories, merged.runs_of_trial[i]);
    }
  });
  std::set<std::string> environments;
  for (RowSource& source : sources) {
    if (source.environment) {
      environments.insert(*std::move(source.environment));
    }
    std::ranges::move(source.notes, std::back_inserter(table.notes));
  }
  for (const std::string& text : environments) {
    table.worker_environments.push_back(nlohmann::json::parse(text));
  }
}

/// What a stage with one variant a trial measured counts as measured on the trial: it can be an
/// objective, a column and an axis of the page. With several variants nothing says which counts.
void apply_measurements(Row& row, const sweep::VariantResult& result) {
  for (const auto& [name, value] : result.metrics) {
    if (sweep::find_metric(name, row.metrics.table()) != nullptr && !row.metrics.at(name)) {
      row.metrics.at(name) = value;
    }
  }
}

/// What the runs that have a trial ask for, each variant once.
std::vector<sweep::Variant> variants_of(const std::string& trial, const MergedManifest& merged,
                                        const std::vector<std::size_t>& runs) {
  std::vector<sweep::Variant> variants;
  for (const std::size_t run : runs) {
    for (sweep::Variant& variant : sweep::variants_of(trial, merged.stages_of_run[run])) {
      if (std::ranges::find(variants, variant.id, &sweep::Variant::id) == variants.end()) {
        variants.push_back(std::move(variant));
      }
    }
  }
  return variants;
}

/// As with trials the first completed result counts, else the first.
std::optional<sweep::VariantResult> variant_result(const sweep::Variant& variant,
                                                   std::span<const sweep::RunDirectory> directories,
                                                   const std::vector<std::size_t>& runs,
                                                   std::vector<std::string>& notes) {
  std::optional<sweep::VariantResult> chosen;
  for (const std::size_t run : runs) {
    try {
      auto result = directories[run].load_variant(variant);
      if (result && (!chosen || result->completed)) {
        chosen = std::move(result);
      }
    } catch (const FileError&) {
      throw;
    } catch (const Error& error) {
      notes.emplace_back(error.what());
    }
    if (chosen && chosen->completed) {
      break;
    }
  }
  return chosen;
}

void read_variants(ResultsTable& table, std::span<const sweep::RunDirectory> directories,
                   const MergedManifest& merged) {
  table.has_stages =
      std::ranges::any_of(merged.stages_of_run, [](const auto& stages) { return !stages.empty(); });
  for (std::size_t i = 0; table.has_stages && i < table.rows.size(); ++i) {
    if (table.rows[i].state != sweep::TrialState::kCompleted) {
      continue;
    }
    const std::vector<std::size_t>& runs = merged.runs_of_trial[i];
    const std::size_t begin = table.variants.size();
    std::map<std::string, std::size_t, std::less<>> of_stage;
    for (sweep::Variant& variant : variants_of(table.rows[i].id, merged, runs)) {
      ++of_stage[variant.stage];
      auto result = variant_result(variant, directories, runs, table.notes);
      table.variants.push_back({i, std::move(variant), std::move(result)});
    }
    for (const VariantRow& row : std::span(table.variants).subspan(begin)) {
      if (row.result && row.result->completed && of_stage.at(row.variant.stage) == 1) {
        apply_measurements(table.rows[i], *row.result);
      }
    }
  }
}

/// Moves the rows of final seeds out of `rows`.
void set_finals_apart(ResultsTable& table) {
  if (std::ranges::none_of(table.rows, &Row::is_final)) {
    return;
  }
  for (VariantRow& variant : table.variants) {
    variant.is_final = table.rows[variant.row].is_final;
  }
  std::vector<std::size_t> places;
  std::vector<Row> rows;
  for (Row& row : table.rows) {
    std::vector<Row>& of_kind = row.is_final ? table.final_rows : rows;
    places.push_back(of_kind.size());
    of_kind.push_back(std::move(row));
  }
  for (VariantRow& variant : table.variants) {
    variant.row = places[variant.row];
  }
  table.rows = std::move(rows);
}

/// Of the first run if all have the same.
void read_data_summaries(ResultsTable& table, std::span<const sweep::RunDirectory> directories) {
  std::vector<std::optional<sweep::DataSummary>> summaries;
  for (const sweep::RunDirectory& directory : directories) {
    try {
      summaries.push_back(directory.load_data_summary());
    } catch (const FileError&) {
      throw;
    } catch (const Error& error) {
      table.notes.emplace_back(error.what());
      summaries.emplace_back();
    }
  }
  const bool same = std::ranges::all_of(
      summaries, [&](const auto& summary) { return summary == summaries.front(); });
  if (same) {
    table.data = std::move(summaries.front());
  } else {
    table.notes.emplace_back(
        "the runs differ in their data.json: class names and images of each class are left out");
  }
}

}  // namespace

bool is_on_page(const ResultsTable& table, const sweep::Metric& metric) {
  return metric.is_on_page ||
         std::ranges::find(table.objectives, metric.name) != table.objectives.end();
}

const Row& row_of(const ResultsTable& table, const VariantRow& variant) {
  return (variant.is_final ? table.final_rows : table.rows)[variant.row];
}

std::size_t epoch_count(const Row& row) {
  return row.history.size();
}

bool is_trained(sweep::TrialState state) {
  return state == sweep::TrialState::kCompleted || state == sweep::TrialState::kDidNotLearn;
}

bool is_counted(sweep::TrialState state) {
  return is_trained(state) || state == sweep::TrialState::kDiverged;
}

std::optional<double> chance_level(const ResultsTable& table, const sweep::Metric& metric) {
  if (metric.guesses == 0) {
    return std::nullopt;
  }
  return table.classes < 1 ? 0.0
                           : std::min(1.0, static_cast<double>(metric.guesses) /
                                               static_cast<double>(table.classes));
}

std::optional<double> counted_value(const ResultsTable& table, const Row& row, std::size_t metric) {
  if (is_trained(row.state)) {
    return row.metrics[metric];
  }
  return row.state == sweep::TrialState::kDiverged ? chance_level(table, table.metrics[metric])
                                                   : std::nullopt;
}

namespace {

ResultsTable table_of(std::span<const sweep::RunDirectory> directories,
                      std::vector<sweep::Manifest> manifests,
                      const std::vector<std::string>& objectives,
                      std::span<const sweep::Metric> metrics) {
  std::vector<RunSource> sources;
  for (std::size_t i = 0; i < manifests.size(); ++i) {
    sources.push_back({directories[i].root().string(), manifests[i].sweep, manifests[i].created,
                       manifests[i].command_line});
  }
  const MergedManifest merged = merge_manifests(std::move(manifests), objectives);
  ResultsTable table = table_without_rows(merged.manifest, metrics);
  table.runs = std::move(sources);
  read_rows(table, directories, merged);
  read_variants(table, directories, merged);
  set_finals_apart(table);
  read_data_summaries(table, directories);
  return table;
}

}  // namespace

ResultsTable load_results(std::span<const sweep::RunDirectory> directories,
                          const std::vector<std::string>& objectives,
                          std::span<const sweep::Metric> metrics) {
  std::vector<sweep::Manifest> manifests;
  for (const sweep::RunDirectory& directory : directories) {
    manifests.push_back(directory.load_manifest_with_created());
  }
  return table_of(directories, std::move(manifests), objectives, metrics);
}

ResultsTable load_results(const sweep::RunDirectory& directory) {
  return load_results(std::span(&directory, 1));
}

ResultsTable load_results(const sweep::RunDirectory& directory, sweep::Manifest manifest) {
  std::vector<sweep::Manifest> manifests;
  manifests.push_back(std::move(manifest));
  return table_of(std::span(&directory, 1), std::move(manifests), {}, sweep::metrics());
}

}  // namespace firesweep::reports

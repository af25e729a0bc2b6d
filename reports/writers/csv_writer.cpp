#include "reports/writers/csv_writer.h"

#include <algorithm>
#include <array>
#include <concepts>
#include <iterator>
#include <numeric>
#include <optional>
#include <span>
#include <utility>
#include <vector>

#include <fmt/format.h>

#include "models/parameter.h"

namespace firesweep::reports::writers {
namespace {

using Fields = std::vector<std::string>;

constexpr std::array<std::string_view, 2> kLeadingColumns = {"id", "state"};
constexpr std::array<std::string_view, 12> kTrialColumns = {
    "seed",      "parameters", "macs",   "weight_bytes",  "validation_top1",   "validation_top5",
    "test_top1", "test_top5",  "epochs", "train_seconds", "images_per_second", "reason"};
constexpr std::array<std::string_view, 30> kPointColumns = {"n",
                                                            "validation_top1_mean",
                                                            "validation_top1_sd",
                                                            "parameters",
                                                            "weight_bytes",
                                                            "macs",
                                                            "peak_activation_bytes",
                                                            "validation_top5_mean",
                                                            "validation_top5_sd",
                                                            "test_top1_mean",
                                                            "test_top1_sd",
                                                            "test_top5_mean",
                                                            "test_top5_sd",
                                                            "validation_top1_low",
                                                            "validation_top1_high",
                                                            "validation_top1_t_low",
                                                            "validation_top1_t_high",
                                                            "train_seconds_mean",
                                                            "on_front",
                                                            "front_probability",
                                                            "bytes_fp16",
                                                            "bytes_int8",
                                                            "update_seconds",
                                                            "all_reduce_bytes",
                                                            "trials",
                                                            "pending",
                                                            "failed",
                                                            "diverged",
                                                            "did_not_learn",
                                                            "pruned"};

/// Shortest text that reads back to the same bits; empty where there is no value.
std::string number(std::optional<double> value) {
  return value ? fmt::format("{}", *value) : "";
}

std::string integer(std::integral auto value) {
  return fmt::format("{}", value);
}

/// An axis may have the name of a column (`epochs` is one): it then becomes `axis_epochs`, so that
/// no two columns share a name.
Fields axis_columns(const ResultsTable& table, std::span<const std::string_view> taken) {
  Fields columns;
  for (const std::string& key : table.axis_keys) {
    columns.push_back(std::ranges::find(taken, key) == taken.end() ? key : "axis_" + key);
  }
  return columns;
}

void append(Fields& fields, std::span<const std::string_view> names) {
  fields.insert(fields.end(), names.begin(), names.end());
}

void append_axes(Fields& fields, const AxisValues& values) {
  for (const models::ParameterValue& value : values) {
    const bool text = std::holds_alternative<std::string>(value);
    fields.push_back(text ? safe_text(std::get<std::string>(value)) : models::to_text(value));
  }
}

void append_interval(Fields& fields, const std::optional<statistics::Interval>& interval) {
  fields.push_back(interval ? number(interval->low) : "");
  fields.push_back(interval ? number(interval->high) : "");
}

void append_summary(Fields& fields, const statistics::Summary& summary) {
  fields.push_back(number(summary.mean));
  fields.push_back(number(summary.sd));
}

std::string quoted_field(std::string_view field) {
  if (field.find_first_of(",\"\r\n") == std::string_view::npos) {
    return std::string(field);
  }
  std::string text = "\"";
  for (const char c : field) {
    text.append(c == '"' ? 2 : 1, c);
  }
  return text + '"';
}

Fields trial_fields(const ResultsTable& table, const Row& row) {
  const Design& design = table.designs[row.design];
  Fields fields = {row.id, std::string(sweep::to_string(row.state))};
  append_axes(fields, design.axes);
  for (std::string field :
       {integer(row.seed), integer(design.parameters), integer(design.macs),
        integer(design.weight_bytes), number(row.validation_top1), number(row.validation_top5),
        number(row.test_top1), number(row.test_top5), integer(epoch_count(row)),
        number(row.train_seconds), number(row.images_per_second), safe_text(row.reason)}) {
    fields.push_back(std::move(field));
  }
  return fields;
}

void append_counts(Fields& fields, const StateCounts& counts) {
  for (const std::size_t count : {counts.total(), counts.pending, counts.failed, counts.diverged,
                                  counts.did_not_learn, counts.pruned}) {
    fields.push_back(integer(count));
  }
}

void append_fits(Fields& fields, const Deployment& deployment) {
  for (const std::optional<NumberFormat>& format : deployment.fits) {
    fields.emplace_back(format ? to_string(*format) : "none");
  }
}

Fields point_fields(const ResultsTable& table, const Analysis& analysis, std::size_t index) {
  const Design& design = table.designs[index];
  const PointSummary& point = analysis.points[index];
  const SeedSummary& top1 = summary_of(point, "validation_top1");
  const Deployment deployment = deployment_of(design, analysis.options.deployment);
  Fields fields;
  append_axes(fields, design.axes);
  fields.push_back(integer(point.n()));
  append_summary(fields, top1);
  for (const std::int64_t value :
       {design.parameters, design.weight_bytes, design.macs, design.peak_activation_bytes}) {
    fields.push_back(integer(value));
  }
  for (const std::string_view metric : {"validation_top5", "test_top1", "test_top5"}) {
    append_summary(fields, summary_of(point, metric));
  }
  append_interval(fields, top1.bca);
  append_interval(fields, top1.student);
  fields.push_back(number(summary_of(point, "train_seconds").mean));
  fields.emplace_back(analysis.front.on_front[index] ? "true" : "false");
  fields.push_back(number(analysis.front_probability[index]));
  fields.push_back(integer(deployment.bytes_fp16));
  fields.push_back(integer(deployment.bytes_int8));
  fields.push_back(number(deployment.update_seconds));
  fields.push_back(integer(deployment.all_reduce_bytes));
  append_counts(fields, point.counts);
  append_fits(fields, deployment);
  return fields;
}

/// fits_8.5_mb and so on: one for each memory that was asked for.
Fields fit_columns(const DeploymentSettings& settings) {
  Fields columns;
  for (const double megabytes : settings.on_chip_megabytes) {
    columns.push_back(fmt::format("fits_{}_mb", megabytes));
  }
  return columns;
}

std::string points_table(const ResultsTable& table, const Analysis& analysis,
                         std::span<const std::size_t> indices) {
  Fields header = axis_columns(table, kPointColumns);
  append(header, kPointColumns);
  std::ranges::move(fit_columns(analysis.options.deployment), std::back_inserter(header));
  std::string text = csv_line(header);
  for (const std::size_t i : indices) {
    text += csv_line(point_fields(table, analysis, i));
  }
  return text;
}

}  // namespace

std::string safe_text(std::string_view text) {
  constexpr std::string_view kFormulaStarts = "=+-@\t\r\n";
  const bool formula = !text.empty() && kFormulaStarts.find(text.front()) != kFormulaStarts.npos;
  return formula ? fmt::format("'{}", text) : std::string(text);
}

std::string csv_line(std::span<const std::string> fields) {
  std::string line;
  for (std::size_t i = 0; i < fields.size(); ++i) {
    line += i == 0 ? "" : ",";
    line += quoted_field(fields[i]);
  }
  return line + "\r\n";
}

std::string results_csv(const ResultsTable& table, const Analysis& /*analysis*/) {
  std::vector<std::string_view> fixed(kLeadingColumns.begin(), kLeadingColumns.end());
  fixed.insert(fixed.end(), kTrialColumns.begin(), kTrialColumns.end());
  Fields header;
  append(header, kLeadingColumns);
  std::ranges::copy(axis_columns(table, fixed), std::back_inserter(header));
  append(header, kTrialColumns);
  std::string text = csv_line(header);
  for (const Row& row : table.rows) {
    text += csv_line(trial_fields(table, row));
  }
  return text;
}

std::string points_csv(const ResultsTable& table, const Analysis& analysis) {
  std::vector<std::size_t> all(analysis.points.size());
  std::iota(all.begin(), all.end(), std::size_t{0});
  return points_table(table, analysis, all);
}

std::string pareto_csv(const ResultsTable& table, const Analysis& analysis) {
  return points_table(table, analysis, analysis.front_by_size);
}

std::string comparison_csv(const Comparison& comparison) {
  const Fields header = {
      "axis",           "value", "baseline", "metric", "n",       "mean_difference", "sd",
      "standard_error", "wins",  "ties",     "losses", "dropped", "same_trial",      "unmatched"};
  std::string text = csv_line(header);
  for (const PairedDifferences& paired : comparison.against_baseline) {
    const Fields fields = {comparison.axis,
                           models::to_text(paired.value),
                           models::to_text(comparison.baseline),
                           comparison.metric,
                           integer(paired.summary.n),
                           number(paired.summary.mean),
                           number(paired.summary.sd),
                           number(paired.standard_error),
                           integer(paired.wins),
                           integer(paired.ties),
                           integer(paired.losses),
                           integer(paired.dropped),
                           integer(paired.same_trial),
                           integer(paired.unmatched)};
    text += csv_line(fields);
  }
  return text;
}

}  // namespace firesweep::reports::writers

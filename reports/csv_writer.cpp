#include "reports/csv_writer.h"

#include <algorithm>
#include <array>
#include <concepts>
#include <iterator>
#include <optional>
#include <utility>
#include <vector>

#include <fmt/format.h>

#include "models/parameter.h"

namespace firesweep::reports {
namespace {

using Fields = std::vector<std::string>;

constexpr std::array<std::string_view, 2> kLeadingColumns = {"id", "state"};
constexpr std::array<std::string_view, 12> kTrialColumns = {
    "seed",      "parameters", "macs",   "weight_bytes",  "validation_top1",   "validation_top5",
    "test_top1", "test_top5",  "epochs", "train_seconds", "images_per_second", "reason"};
constexpr std::array<std::string_view, 13> kFrontColumns = {"n",
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
                                                            "test_top5_sd"};

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
    fields.push_back(models::to_text(value));
  }
}

void append_summary(Fields& fields, const Summary& summary) {
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
        number(row.train_seconds), number(row.images_per_second), row.reason}) {
    fields.push_back(std::move(field));
  }
  return fields;
}

Fields front_fields(const Design& design, const PointSummary& point) {
  Fields fields;
  append_axes(fields, design.axes);
  fields.push_back(integer(point.n()));
  append_summary(fields, summary_of(point, "validation_top1"));
  fields.push_back(integer(design.parameters));
  fields.push_back(integer(design.weight_bytes));
  fields.push_back(integer(design.macs));
  fields.push_back(integer(design.peak_activation_bytes));
  append_summary(fields, summary_of(point, "validation_top5"));
  append_summary(fields, summary_of(point, "test_top1"));
  append_summary(fields, summary_of(point, "test_top5"));
  return fields;
}

}  // namespace

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

std::string pareto_csv(const ResultsTable& table, const Analysis& analysis) {
  Fields header = axis_columns(table, kFrontColumns);
  append(header, kFrontColumns);
  std::string text = csv_line(header);
  for (const std::size_t i : analysis.front_by_size) {
    text += csv_line(front_fields(table.designs[i], analysis.points[i]));
  }
  return text;
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

}  // namespace firesweep::reports

#include "reports/writers/csv_writer.h"

#include <algorithm>
#include <array>
#include <concepts>
#include <cstddef>
#include <functional>
#include <numeric>
#include <optional>
#include <span>
#include <utility>
#include <vector>

#include <fmt/format.h>

#include "models/parameter.h"
#include "reports/accuracy_metric.h"
#include "reports/final_seeds.h"

namespace firesweep::reports::writers {
namespace {

using Fields = std::vector<std::string>;

constexpr std::array<std::string_view, 2> kLeadingColumns = {"id", "state"};

/// Shortest text that reads back bit-identical; empty where there is no value.
std::string number(std::optional<double> value) {
  return value ? fmt::format("{}", *value) : "";
}

std::string integer(std::integral auto value) {
  return fmt::format("{}", value);
}

/// An axis may have the name of a column (`epochs` is one): it then becomes `axis_epochs`, so that
/// no two columns share a name.
Fields axis_columns(const ResultsTable& table, std::span<const std::string> taken) {
  Fields columns;
  for (const std::string& key : table.axis_keys) {
    columns.push_back(std::ranges::find(taken, key) == taken.end() ? key : "axis_" + key);
  }
  return columns;
}

void append(Fields& fields, std::span<const std::string> more) {
  fields.insert(fields.end(), more.begin(), more.end());
}

void append_axes(Fields& fields, const AxisValues& values) {
  for (const models::ParameterValue& value : values) {
    const bool text = std::holds_alternative<std::string>(value);
    fields.push_back(text ? safe_text(std::get<std::string>(value)) : models::to_text(value));
  }
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

/// Columns of a table: names on the header line, and for each row its fields. Both come from one
/// list, so that they cannot drift apart.
template <typename Row>
struct Column {
  std::string name;
  std::function<std::string(const Row&)> field;
};

using TrialColumns = std::vector<Column<Row>>;

void add_measured(TrialColumns& columns, const ResultsTable& table, bool fractions) {
  for (std::size_t i = 0; i < table.metrics.size(); ++i) {
    const sweep::Metric& metric = table.metrics[i];
    if (metric.source == sweep::MetricSource::kResult && metric.is_in_trials_csv &&
        (metric.unit == "fraction") == fractions) {
      columns.push_back(
          {std::string(metric.name), [i](const Row& row) { return number(row.metrics[i]); }});
    }
  }
}

/// All but id, state and axes.
TrialColumns trial_csv_columns(const ResultsTable& table) {
  TrialColumns columns = {{"seed", [](const Row& row) { return integer(row.seed); }}};
  for_each_design_metric(table.metrics, [&](const sweep::Metric& metric) {
    if (metric.is_in_trials_csv) {
      columns.push_back({std::string(metric.name), [&table, &metric](const Row& row) {
                           return integer(metric.of_design(table.designs[row.design].complexity));
                         }});
    }
  });
  add_measured(columns, table, true);
  columns.push_back({"epochs", [](const Row& row) { return integer(epoch_count(row)); }});
  add_measured(columns, table, false);
  columns.push_back({"reason", [](const Row& row) { return safe_text(row.reason); }});
  if (!table.final_rows.empty()) {
    columns.push_back(
        {"final", [](const Row& row) { return std::string(row.is_final ? "true" : "false"); }});
  }
  return columns;
}

Fields trial_fields(const ResultsTable& table, const TrialColumns& columns, const Row& row) {
  Fields fields = {row.id, std::string(sweep::to_string(row.state))};
  append_axes(fields, table.designs[row.design].axes);
  for (const Column<Row>& column : columns) {
    fields.push_back(column.field(row));
  }
  return fields;
}

using PointColumns = std::vector<Column<std::size_t>>;  // a field of the design at an index

/// `end`: low or high.
std::string end_of(const std::optional<statistics::Interval>& interval,
                   double statistics::Interval::*end) {
  return interval ? number((*interval).*end) : "";
}

void add_intervals(PointColumns& columns, const Analysis& analysis, const std::string& metric) {
  columns.push_back({metric + "_se", [&analysis, metric](std::size_t i) {
                       return number(summary_of(analysis.points[i], metric).standard_error());
                     }});
  const auto add = [&](const std::string& suffix, double statistics::Interval::*end) {
    columns.push_back({metric + suffix, [&analysis, metric, end](std::size_t i) {
                         return end_of(summary_of(analysis.points[i], metric).interval, end);
                       }});
  };
  add("_low", &statistics::Interval::low);
  add("_high", &statistics::Interval::high);
}

void add_mean(PointColumns& columns, const Analysis& analysis, const std::string& metric) {
  columns.push_back({metric + "_mean", [&analysis, metric](std::size_t i) {
                       return number(summary_of(analysis.points[i], metric).mean);
                     }});
}

void add_deviation(PointColumns& columns, const Analysis& analysis, const std::string& metric) {
  columns.push_back({metric + "_sd", [&analysis, metric](std::size_t i) {
                       return number(summary_of(analysis.points[i], metric).sd);
                     }});
}

/// The accuracy that designs are judged by, and the one that shows whether the choice was lucky,
/// have the columns of top-1 whatever their own are.
sweep::SeedColumns columns_of(const ResultsTable& table, const sweep::Metric& metric) {
  if (metric.name == accuracy_metric(table).name) {
    return sweep::SeedColumns::kMeanDeviationAndIntervals;
  }
  const sweep::Metric* const test = test_metric(table);
  return test != nullptr && metric.name == test->name ? sweep::SeedColumns::kMeanAndDeviation
                                                      : metric.seed_columns;
}

/// Names of the measured metrics with such columns.
std::vector<std::string> metrics_with(const ResultsTable& table, sweep::SeedColumns seed_columns) {
  std::vector<std::string> names;
  for (const sweep::Metric& metric : table.metrics) {
    if (metric.source == sweep::MetricSource::kResult &&
        columns_of(table, metric) == seed_columns) {
      names.emplace_back(metric.name);
    }
  }
  return names;
}

/// What is known of a design's metrics: first those with intervals, whose intervals come last.
void add_metrics(PointColumns& columns, const ResultsTable& table, const Analysis& analysis) {
  const std::vector<std::string> leading =
      metrics_with(table, sweep::SeedColumns::kMeanDeviationAndIntervals);
  for (const std::string& metric : leading) {
    add_mean(columns, analysis, metric);
    add_deviation(columns, analysis, metric);
  }
  for (const sweep::Metric& metric : table.metrics) {
    if (metric.source == sweep::MetricSource::kDesign) {
      columns.push_back({std::string(metric.name), [&table, &metric](std::size_t i) {
                           return integer(metric.of_design(table.designs[i].complexity));
                         }});
    }
  }
  for (const std::string& metric : metrics_with(table, sweep::SeedColumns::kMeanAndDeviation)) {
    add_mean(columns, analysis, metric);
    add_deviation(columns, analysis, metric);
  }
  for (const std::string& metric : leading) {
    add_intervals(columns, analysis, metric);
  }
  for (const std::string& metric : metrics_with(table, sweep::SeedColumns::kMean)) {
    add_mean(columns, analysis, metric);
  }
}

void add_deployment(PointColumns& columns, const ResultsTable& table, const Analysis& analysis) {
  const auto add = [&](std::string name, auto field) {
    columns.push_back({std::move(name), [&table, &analysis, field](std::size_t i) {
                         return field(deployment_of(table.designs[i], analysis.options.deployment));
                       }});
  };
  add("bytes_fp16", [](const Deployment& cost) { return integer(cost.bytes_fp16); });
  add("bytes_int8", [](const Deployment& cost) { return integer(cost.bytes_int8); });
  add("update_seconds", [](const Deployment& cost) { return number(cost.update_seconds); });
  add("all_reduce_bytes", [](const Deployment& cost) { return integer(cost.all_reduce_bytes); });
}

void add_counts(PointColumns& columns, const Analysis& analysis) {
  columns.push_back({"trials", [&analysis](std::size_t i) {
                       return integer(analysis.points[i].counts.total());
                     }});
  for (const auto& [name, count] :
       {std::pair{"pending", &StateCounts::pending}, std::pair{"failed", &StateCounts::failed},
        std::pair{"diverged", &StateCounts::diverged},
        std::pair{"did_not_learn", &StateCounts::did_not_learn},
        std::pair{"pruned", &StateCounts::pruned}}) {
    columns.push_back({name, [&analysis, count = count](std::size_t i) {
                         return integer(analysis.points[i].counts.*count);
                       }});
  }
}

/// fits_8.5_mb and so on: one for each memory that was asked for.
void add_fits(PointColumns& columns, const ResultsTable& table, const Analysis& analysis) {
  const DeploymentSettings& settings = analysis.options.deployment;
  for (std::size_t k = 0; k < settings.on_chip_megabytes.size(); ++k) {
    columns.push_back({fmt::format("fits_{}_mb", settings.on_chip_megabytes[k]),
                       [&table, &settings, k](std::size_t i) {
                         const Deployment cost = deployment_of(table.designs[i], settings);
                         return std::string(cost.fits[k] ? to_string(*cost.fits[k]) : "none");
                       }});
  }
}

/// Of final seeds: the mean accuracies that had no part in choosing designs.
void add_finals(PointColumns& columns, const ResultsTable& table, const Analysis& analysis) {
  const auto add = [&](std::string name, auto field) {
    columns.push_back({std::move(name), [&analysis, field](std::size_t i) {
                         const PointSummary* const finals = finals_of(analysis, i);
                         return finals == nullptr ? std::string() : field(*finals);
                       }});
  };
  add("final_n", [](const PointSummary& finals) { return integer(finals.n()); });
  for (const std::string& metric :
       metrics_with(table, sweep::SeedColumns::kMeanDeviationAndIntervals)) {
    add("final_" + metric + "_mean",
        [metric](const PointSummary& finals) { return number(summary_of(finals, metric).mean); });
    add("final_" + metric + "_sd",
        [metric](const PointSummary& finals) { return number(summary_of(finals, metric).sd); });
    add("final_" + metric + "_low", [metric](const PointSummary& finals) {
      return end_of(summary_of(finals, metric).interval, &statistics::Interval::low);
    });
    add("final_" + metric + "_high", [metric](const PointSummary& finals) {
      return end_of(summary_of(finals, metric).interval, &statistics::Interval::high);
    });
  }
  for (const sweep::Metric& metric : table.metrics) {
    if (metric.name == "test_top1" || &metric == test_metric(table)) {
      add(fmt::format("final_{}_mean", metric.name), [&metric](const PointSummary& finals) {
        return number(summary_of(finals, metric.name).mean);
      });
    }
  }
}

/// All but the axes.
PointColumns point_csv_columns(const ResultsTable& table, const Analysis& analysis) {
  PointColumns columns = {
      {"n", [&analysis](std::size_t i) { return integer(analysis.points[i].n()); }}};
  add_metrics(columns, table, analysis);
  columns.push_back({"on_front", [&analysis](std::size_t i) {
                       return std::string(analysis.front.on_front[i] ? "true" : "false");
                     }});
  columns.push_back({"front_probability",
                     [&analysis](std::size_t i) { return number(analysis.front_probability[i]); }});
  add_deployment(columns, table, analysis);
  add_counts(columns, analysis);
  add_fits(columns, table, analysis);
  if (!table.final_rows.empty()) {
    add_finals(columns, table, analysis);
  }
  return columns;
}

template <typename Row>
Fields names_of(const std::vector<Column<Row>>& columns) {
  Fields names;
  for (const Column<Row>& column : columns) {
    names.push_back(column.name);
  }
  return names;
}

std::string points_table(const ResultsTable& table, const Analysis& analysis,
                         std::span<const std::size_t> indices) {
  const PointColumns columns = point_csv_columns(table, analysis);
  const Fields names = names_of(columns);
  Fields header = axis_columns(table, names);
  append(header, names);
  std::string text = csv_line(header);
  for (const std::size_t i : indices) {
    Fields fields;
    append_axes(fields, table.designs[i].axes);
    for (const Column<std::size_t>& column : columns) {
      fields.push_back(column.field(i));
    }
    text += csv_line(fields);
  }
  return text;
}

/// Discordant images of all pairs of networks; p only of a single pair: pairs share their images.
Fields network_fields(const PairedDifferences& paired) {
  if (paired.networks.empty()) {
    return {"", "", "", ""};
  }
  std::size_t only_value = 0;
  std::size_t only_baseline = 0;
  for (const NetworkPair& pair : paired.networks) {
    only_value += pair.test.only_first;
    only_baseline += pair.test.only_second;
  }
  const NetworkPair* const single =
      paired.networks.size() == 1 ? &paired.networks.front() : nullptr;
  return {integer(only_value), integer(only_baseline),
          single != nullptr ? number(single->test.p) : "",
          single != nullptr ? number(single->adjusted_p) : ""};
}

Fields comparison_fields(const Comparison& comparison, const PairedDifferences& paired) {
  Fields fields = {comparison.axis,
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
                   integer(paired.marked),
                   integer(paired.dropped),
                   integer(paired.same_trial),
                   integer(paired.unmatched)};
  append(fields, network_fields(paired));
  return fields;
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
  const TrialColumns columns = trial_csv_columns(table);
  const Fields leading(kLeadingColumns.begin(), kLeadingColumns.end());
  Fields taken = leading;
  append(taken, names_of(columns));
  Fields header = leading;
  append(header, axis_columns(table, taken));
  append(header, names_of(columns));
  std::string text = csv_line(header);
  for (const std::vector<Row>* const rows : {&table.rows, &table.final_rows}) {
    for (const Row& row : *rows) {
      text += csv_line(trial_fields(table, columns, row));
    }
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

std::string classes_csv(const ResultsTable& table, const Analysis& analysis) {
  const DesignClasses* const results =
      !analysis.classes.empty() && analysis.classes.front().design == analysis.recommended
          ? &analysis.classes.front()
          : nullptr;
  const std::size_t known = table.data ? table.data->train.size() : 0;
  const std::size_t classes = std::max(known, results != nullptr ? results->recall.size() : 0);
  if (classes == 0) {
    return {};
  }
  std::string text = csv_line(
      Fields{"label", "class", "train", "validation", "test", "recall_mean", "recall_sd", "n"});
  for (std::size_t i = 0; i < classes; ++i) {
    Fields fields{integer(i), table.data && i < table.data->classes.size()
                                  ? safe_text(table.data->classes[i])
                                  : std::string()};
    for (const auto images :
         {&sweep::DataSummary::train, &sweep::DataSummary::validation, &sweep::DataSummary::test}) {
      fields.push_back(i < known ? integer(((*table.data).*images)[i]) : "");
    }
    const statistics::Summary recall = results != nullptr && i < results->recall.size()
                                           ? results->recall[i]
                                           : statistics::Summary{};
    append(fields, Fields{number(recall.mean), number(recall.sd),
                          results != nullptr ? integer(recall.n) : ""});
    text += csv_line(fields);
  }
  return text;
}

std::string comparison_csv(const Comparison& comparison) {
  std::string text = csv_line(Fields{"axis", "value", "baseline", "metric", "n", "mean_difference",
                                     "sd", "standard_error", "wins", "ties", "losses", "marked",
                                     "dropped", "same_trial", "unmatched", "only_value",
                                     "only_baseline", "mcnemar_p", "mcnemar_adjusted_p"});
  for (const PairedDifferences& paired : comparison.against_baseline) {
    text += csv_line(comparison_fields(comparison, paired));
  }
  return text;
}

}  // namespace firesweep::reports::writers

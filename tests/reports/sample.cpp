#include "tests/reports/sample.h"

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include <fmt/format.h>

namespace firesweep::reports {
namespace {

using sweep::TrialState;

Design design(double sr, std::string bypass, std::int64_t parameters, std::int64_t macs) {
  return {.axes = {sr, 0.5, std::move(bypass)},
          .aliases = {},
          .complexity = {.layers = {},
                         .parameters = parameters,
                         .macs = macs,
                         .weight_bytes = 4 * parameters,
                         .peak_activation_bytes = 401408}};
}

Row& add_row(ResultsTable& table, std::size_t design, std::uint64_t seed, TrialState state) {
  Row& row = table.rows.emplace_back();
  row.metrics = MetricValues(table.metrics);
  row.id = fmt::format("{:016x}", 0xf17e0000 + table.rows.size());
  row.design = design;
  row.seed = seed;
  row.state = state;
  return row;
}

void finish(Row& row, double top1) {
  row.metrics.at("validation_top1") = top1;
  row.metrics.at("validation_top5") = 0.99;
  row.metrics.at("train_seconds") = 12.5;
  row.metrics.at("images_per_second") = 1920.0;
  row.history = {{1, 1.25, 1.1, top1 - 0.125, 0.95, 0.05, 6.25},
                 {2, 0.75, 0.7, top1, 0.99, 0.01, 6.25}};
}

void add_completed(ResultsTable& table, std::size_t design, std::uint64_t seed, double top1) {
  Row& row = add_row(table, design, seed, TrialState::kCompleted);
  finish(row, top1);
  row.metrics.at("test_top1") = top1 - 0.01;
  row.metrics.at("test_top5") = 0.985;
}

void add_rows(ResultsTable& table) {
  add_completed(table, 0, 1, 0.75);
  add_completed(table, 0, 2, 0.77);
  add_completed(table, 1, 1, 0.78);
  Row& failed = add_row(table, 1, 2, TrialState::kFailed);
  failed.reason = "worker said \"out of memory\", twice,\nand was killed by signal 9 (Killed)";
  failed.failure = {sweep::FailureCause::kSignal,
                    3,
                    {"loading", "\"out of memory\""},
                    "firesweep train '/runs/my sample' " + failed.id};
  failed.metrics.at("train_seconds") = 3.0;
  failed.metrics.at("images_per_second") = 0.0;
  add_completed(table, 2, 1, 0.76);
  add_completed(table, 2, 2, 0.77);
  add_completed(table, 3, 1, 0.8125);
  add_completed(table, 3, 2, 0.8);
  Row& diverged = add_row(table, 4, 1, TrialState::kDiverged);
  diverged.reason = "training loss became NaN in epoch 2";
  diverged.history = {{1, 2.5, 2.4, 0.1, 0.5, 0.05, 6.25}};
  diverged.metrics.at("train_seconds") = 7.0;
  diverged.metrics.at("images_per_second") = 1700.0;
  Row& chance = add_row(table, 4, 2, TrialState::kDidNotLearn);
  finish(chance, 0.125);
  chance.history[0].validation_top1 = 0.1;
  chance.reason = "validation top-1 0.125 is at chance level";
  add_completed(table, 5, 1, 0.8);
  add_row(table, 5, 2, TrialState::kPending);
}

/// A fixed list, so that a new metric of the program leaves the golden files as they are.
std::span<const sweep::Metric> sample_metrics() {
  static const std::vector<sweep::Metric> kSample = [] {
    std::vector<sweep::Metric> metrics;
    for (const std::string_view name :
         {"validation_top1", "validation_top5", "validation_error", "test_top1", "test_top5",
          "train_seconds", "images_per_second", "test_seconds", "parameters", "weight_bytes",
          "macs", "peak_activation_bytes"}) {
      metrics.push_back(sweep::metrics()[sweep::metric_index(name)]);
    }
    return metrics;
  }();
  return kSample;
}

}  // namespace

ResultsTable empty_table() {
  ResultsTable table;
  table.metrics = sample_metrics();
  table.sweep = "sample";
  table.classes = 10;
  table.dataset = {{"validation", 5000}, {"test", 10000}};
  table.objectives = {"validation_top1", "weight_bytes"};
  table.axis_keys = {"x"};
  return table;
}

void add_point(ResultsTable& table, std::int64_t weight_bytes,
               const std::vector<double>& validation_top1) {
  const std::size_t index = table.designs.size();
  Design& point = table.designs.emplace_back();
  point.axes = {static_cast<std::int64_t>(index)};
  point.complexity.weight_bytes = weight_bytes;
  std::uint64_t seed = 0;
  for (const double top1 : validation_top1) {
    add_completed(table, index, ++seed, top1);
  }
}

ResultsTable sample_table() {
  ResultsTable table;
  table.metrics = sample_metrics();
  table.sweep = "sample";
  table.created = "2026-01-02T03:04:05Z";
  table.environment = {{"firesweep", "0.1.0"}, {"processor", "a processor"}};
  table.worker_environments = {{{"libtorch", "1.13.1"}, {"threads", 1}}};
  table.dataset = {
      {"name", "fashion-mnist"}, {"train", 12000}, {"validation", 5000}, {"test", 10000}};
  table.dataset_checksum = "00112233445566778899aabbccddeeff";
  table.classes = 10;
  table.fixed_model = {{"family", "squeezenet"}, {"freq", 2}};
  table.fixed_training = {{"epochs", 2}, {"learning_rate", 0.05}};
  table.command_line = {"firesweep", "run", "sample.yaml"};
  table.objectives = {"validation_top1", "weight_bytes"};
  table.axis_keys = {"SR", "pct_3x3", "bypass"};
  table.designs = {
      design(0.125, "none", 77824, 25900000),     design(0.125, "simple", 77824, 25900000),
      design(0.125, "complex", 120960, 33100000), design(0.5, "none", 310912, 102200000),
      design(0.5, "simple", 310912, 102200000),   design(1.0, "none", 1310912, 1202200000)};
  // As if so small a change of pct_3x3 were lost in rounding.
  table.designs[0].aliases = {{0.125, 0.51, std::string("none")}};
  add_rows(table);
  return table;
}

ResultsTable sample_table_with_classes() {
  constexpr const char* kPng =
      "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAAAAAA6fptVAAAACklEQVR4nGNgAAAAAgABSK+kcQAAAABJRU5ErkJggg="
      "=";
  ResultsTable table = sample_table();
  table.data = sweep::DataSummary{.classes = {"screw", "bolt", "<b>nut</b>"},
                                  .train = {90, 10, 10},
                                  .validation = {8, 2, 2},
                                  .test = {20, 4, 4},
                                  .mean = {0.25},
                                  .deviation = {0.125},
                                  .bad_files = 3,
                                  .skipped_files = 1,
                                  .samples = {{0, kPng}, {1, kPng}, {0, kPng}}};
  for (Row& row : table.rows) {
    if (row.state == TrialState::kCompleted) {
      row.validation_confusion =
          row.seed == 1
              ? sweep::Confusion(3,
                                 {{0, 0, 6}, {0, 1, 1}, {0, 2, 1}, {1, 0, 1}, {1, 1, 1}, {2, 2, 2}})
              : sweep::Confusion(3, {{0, 0, 7}, {0, 1, 1}, {1, 1, 2}, {2, 0, 1}, {2, 2, 1}});
    }
  }
  return table;
}

}  // namespace firesweep::reports

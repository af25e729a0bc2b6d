#include "sweep/spec/metric.h"

#include <algorithm>
#include <array>

#include <fmt/format.h>

#include "base/error.h"

namespace firesweep::sweep {
namespace {

using models::Complexity;

constexpr auto kMetrics = std::to_array<Metric>({
    {.name = "validation_top1",
     .direction = Direction::kMaximize,
     .unit = "fraction",
     .description = "validation images classified correctly, after the last epoch",
     .heading = "Top-1",
     .title = "Validation top-1 accuracy",
     .guesses = 1,
     .images = ImagePart::kValidation,
     .is_proportion = true,
     .seed_columns = SeedColumns::kMeanDeviationAndIntervals},
    {.name = "validation_top5",
     .direction = Direction::kMaximize,
     .unit = "fraction",
     .description = "validation images whose label is among the top five, after the last epoch",
     .heading = "Top-5",
     .title = "Validation top-5 accuracy",
     .guesses = 5,
     .images = ImagePart::kValidation,
     .is_proportion = true},
    {.name = "validation_error",
     .direction = Direction::kMinimize,
     .unit = "fraction",
     .description = "1 - validation_top1",
     .heading = "Error",
     .title = "Validation error",
     .source = MetricSource::kComplement,
     .complement_of = "validation_top1"},
    {.name = "test_top1",
     .direction = Direction::kMaximize,
     .unit = "fraction",
     .description = "test images classified correctly by the finished model",
     .heading = "Test top-1",
     .title = "Test top-1 accuracy",
     .is_objective = false,
     .is_on_page = false,
     .guesses = 1,
     .images = ImagePart::kTest,
     .is_proportion = true},
    {.name = "test_top5",
     .direction = Direction::kMaximize,
     .unit = "fraction",
     .description = "test images whose label is among the top five",
     .heading = "Test top-5",
     .title = "Test top-5 accuracy",
     .is_objective = false,
     .is_on_page = false,
     .guesses = 5,
     .images = ImagePart::kTest,
     .is_proportion = true},
    {.name = "validation_balanced_accuracy",
     .direction = Direction::kMaximize,
     .unit = "fraction",
     .description = "mean recall of the classes of the validation images, after the last epoch",
     .heading = "Balanced",
     .title = "Balanced validation accuracy",
     .is_on_page = false,
     .guesses = 1,
     .images = ImagePart::kValidation,
     .class_mean = ClassMean::kRecall,
     .seed_columns = SeedColumns::kMean},
    {.name = "validation_macro_f1",
     .direction = Direction::kMaximize,
     .unit = "fraction",
     .description = "mean F1 of the classes of the validation images, after the last epoch",
     .heading = "Macro F1",
     .title = "Validation macro F1",
     .is_on_page = false,
     .guesses = 1,
     .images = ImagePart::kValidation,
     .class_mean = ClassMean::kF1,
     .seed_columns = SeedColumns::kMean},
    {.name = "test_balanced_accuracy",
     .direction = Direction::kMaximize,
     .unit = "fraction",
     .description = "mean recall of the classes of the test images",
     .heading = "Test balanced",
     .title = "Balanced test accuracy",
     .is_objective = false,
     .is_on_page = false,
     .guesses = 1,
     .images = ImagePart::kTest,
     .class_mean = ClassMean::kRecall,
     .seed_columns = SeedColumns::kNone},
    {.name = "test_macro_f1",
     .direction = Direction::kMaximize,
     .unit = "fraction",
     .description = "mean F1 of the classes of the test images",
     .heading = "Test macro F1",
     .title = "Test macro F1",
     .is_objective = false,
     .is_on_page = false,
     .guesses = 1,
     .images = ImagePart::kTest,
     .class_mean = ClassMean::kF1,
     .seed_columns = SeedColumns::kNone},
    {.name = "train_seconds",
     .direction = Direction::kMinimize,
     .unit = "seconds",
     .description = "training time without evaluation; depends on machine and load",
     .heading = "Training",
     .title = "Training time (s)",
     .depends_on_machine = true,
     .seed_columns = SeedColumns::kMean},
    {.name = "images_per_second",
     .direction = Direction::kMaximize,
     .unit = "images/s",
     .description = "training throughput without evaluation; depends on machine and load",
     .heading = "Images/s",
     .title = "Training throughput (images/s)",
     .is_objective = false,
     .is_summarized = false,
     .is_on_page = false,
     .depends_on_machine = true,
     .seed_columns = SeedColumns::kNone},
    {.name = "test_seconds",
     .direction = Direction::kMinimize,
     .unit = "seconds",
     .description = "evaluation time on the test images; absent without a test",
     .heading = "Test s",
     .title = "Test time (s)",
     .is_objective = false,
     .is_summarized = false,
     .is_on_page = false,
     .is_in_trials_csv = false,
     .depends_on_machine = true,
     .seed_columns = SeedColumns::kNone},
    {.name = "parameters",
     .direction = Direction::kMinimize,
     .unit = "parameters",
     .description = "trainable parameters",
     .heading = "Parameters",
     .title = "Parameters",
     .source = MetricSource::kDesign,
     .of_design = [](const Complexity& complexity) { return complexity.parameters; },
     .is_first_in_trials = true},
    {.name = "weight_bytes",
     .direction = Direction::kMinimize,
     .unit = "bytes",
     .description = "parameters as 32-bit floats",
     .heading = "Weights",
     .title = "Weights (32-bit floats)",
     .source = MetricSource::kDesign,
     .of_design = [](const Complexity& complexity) { return complexity.weight_bytes; }},
    {.name = "macs",
     .direction = Direction::kMinimize,
     .unit = "multiply-accumulates",
     .description = "forward pass of one image",
     .heading = "MACs",
     .title = "Multiply-accumulates of one image",
     .source = MetricSource::kDesign,
     .of_design = [](const Complexity& complexity) { return complexity.macs; },
     .is_first_in_trials = true},
    {.name = "peak_activation_bytes",
     .direction = Direction::kMinimize,
     .unit = "bytes",
     .description = "working memory of a layer-by-layer forward pass of one image",
     .heading = "Activations",
     .title = "Peak activations",
     .source = MetricSource::kDesign,
     .of_design = [](const Complexity& complexity) { return complexity.peak_activation_bytes; },
     .is_in_trials_csv = false},
});

std::vector<std::string_view> names_where(std::span<const Metric> table,
                                          bool (*wanted)(const Metric&)) {
  std::vector<std::string_view> names;
  for (const Metric& metric : table) {
    if (wanted(metric)) {
      names.push_back(metric.name);
    }
  }
  return names;
}

}  // namespace

std::span<const Metric> metrics() {
  return kMetrics;
}

const Metric* find_metric(std::string_view name, std::span<const Metric> table) {
  const auto found = std::ranges::find(table, name, &Metric::name);
  return found == table.end() ? nullptr : &*found;
}

std::size_t metric_index(std::string_view name, std::span<const Metric> table) {
  const Metric* const found = find_metric(name, table);
  if (found == nullptr) {
    throw Error(fmt::format("unknown metric '{}'", name));
  }
  return static_cast<std::size_t>(found - table.data());
}

std::vector<std::string_view> objective_names(std::span<const Metric> table) {
  return names_where(table, [](const Metric& metric) { return metric.is_objective; });
}

std::vector<std::string_view> summarized_names(std::span<const Metric> table) {
  return names_where(table, [](const Metric& metric) {
    return metric.source == MetricSource::kResult && metric.is_summarized;
  });
}

std::vector<std::string> default_objectives() {
  return {"validation_top1", "weight_bytes"};
}

std::string_view to_string(Direction direction) {
  return direction == Direction::kMaximize ? "maximize" : "minimize";
}

}  // namespace firesweep::sweep

#include "reports/writers/page_summary.h"

#include <algorithm>
#include <array>
#include <cstddef>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <tuple>
#include <utility>
#include <vector>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "base/counts.h"
#include "base/units.h"
#include "reports/advice.h"
#include "reports/axis_view.h"
#include "reports/class_results.h"
#include "reports/leading_designs.h"
#include "reports/points.h"
#include "reports/writers/recommendation.h"

namespace firesweep::reports::writers {
namespace {

using Json = nlohmann::ordered_json;

// results.csv has all reasons.
constexpr std::size_t kMaxPageReasons = 30;
constexpr std::size_t kMaxValues = 12;

std::string axis_words(const AxisView& axis) {
  std::vector<std::string> values;
  for (const models::ParameterValue& value : axis.values) {
    values.push_back(models::to_text(value));
  }
  if (values.size() > kMaxValues) {
    return fmt::format("{} ({} values from {} to {})", axis.key, values.size(), values.front(),
                       values.back());
  }
  return fmt::format("{} ({})", axis.key, fmt::join(values, ", "));
}

std::string swept(const ResultsTable& table) {
  std::vector<std::string> axes;
  std::vector<std::string> constant;
  for (const AxisView& axis : axis_views(table)) {
    (axis.varies() ? axes : constant).push_back(axis_words(axis));
  }
  std::set<std::uint64_t> seeds;
  for (const Row& row : table.rows) {
    seeds.insert(row.seed);
  }
  std::string text = fmt::format(
      "The sweep has {} with {}: {} in total", base::counted(table.designs.size(), "design"),
      base::counted(seeds.size(), "seed"), base::counted(table.rows.size(), "trial"));
  if (!axes.empty()) {
    text += fmt::format(". It varies {}", fmt::join(axes, "; "));
  }
  if (!constant.empty()) {
    text += fmt::format(". Axes with one value: {}", fmt::join(constant, "; "));
  }
  return text + ".";
}

std::string data_words(const ResultsTable& table) {
  const std::string name = table.dataset.value("name", std::string("unknown data"));
  const auto part = [&](std::string_view key, std::string_view purpose) -> std::string {
    const auto found = table.dataset.find(key);
    return found != table.dataset.end() && found->is_number_integer()
               ? fmt::format("{} {}", base::grouped(found->get<std::int64_t>()), purpose)
               : std::string();
  };
  std::vector<std::string> parts{
      part("train", "training images"), part("validation", "validation images to select designs"),
      part("test", "test images, used once per trained model and shown only for the front")};
  std::erase(parts, "");
  return parts.empty() ? fmt::format("Data: {}.", name)
                       : fmt::format("Data: {}, {}.", name, fmt::join(parts, ", "));
}

/// The length of each training; "" if it differs between designs.
std::string budget_words(const ResultsTable& table) {
  const nlohmann::json& training = table.fixed_training;
  const auto epochs = training.find("epochs");
  if (epochs == training.end() || !epochs->is_number_integer()) {
    return {};
  }
  std::string text =
      fmt::format("Each trial is trained for {}",
                  base::counted(static_cast<std::size_t>(epochs->get<std::int64_t>()), "epoch"));
  const auto images = table.dataset.find("train");
  if (images != table.dataset.end() && images->is_number_integer()) {
    text += fmt::format(" of {} images", base::grouped(images->get<std::int64_t>()));
  }
  const auto batch = training.find("batch_size");
  if (batch != training.end() && batch->is_number_integer()) {
    text += fmt::format(" in batches of {}", batch->get<std::int64_t>());
  }
  const auto optimizer = training.find("optimizer");
  if (optimizer != training.end() && optimizer->is_string()) {
    text += fmt::format(" with {}", optimizer->get<std::string>());
  }
  return text + ".";
}

/// Average gain of accuracy in the last epoch, if it is still large: differences between designs
/// may then be differences in speed of training.
std::string unfinished_words(const ResultsTable& table) {
  constexpr double kMuch = 0.005;  // half a percentage point
  double gain = 0.0;
  std::size_t count = 0;
  for (const Row& row : table.rows) {
    const std::size_t epochs = row.history.size();
    if (is_trained(row.state) && epochs >= 2) {
      gain += row.history[epochs - 1].validation_top1 - row.history[epochs - 2].validation_top1;
      ++count;
    }
  }
  if (count == 0 || gain / static_cast<double>(count) < kMuch) {
    return {};
  }
  return fmt::format(
      "Accuracy still rose by {:.1f} percentage points in the last epoch, on average. Designs are "
      "compared after this much training, not at convergence.",
      100.0 * gain / static_cast<double>(count));
}

/// What to change if most trials learned nothing.
std::string advice_words(const ResultsTable& table) {
  const std::optional<LearningAdvice> advice = learning_advice(table);
  return advice ? fmt::format("{} Try: {}; before that: {}", advice_sentence(*advice), advice->run,
                              advice->bench)
                : std::string();
}

double training_seconds(const ResultsTable& table) {
  double seconds = 0.0;
  for (const std::vector<Row>* const rows : {&table.rows, &table.final_rows}) {
    for (const Row& row : *rows) {
      seconds += row.metrics.at("train_seconds").value_or(0.0);
    }
  }
  return seconds;
}

Json tile(std::string_view label, std::string value) {
  return {{"label", label}, {"value", std::move(value)}};
}

Json tiles(const ResultsTable& table, const Analysis& analysis) {
  const StateCounts counts = count_states(table);
  Json list = Json::array();
  list.push_back(tile("Designs", base::grouped(table.designs.size())));
  list.push_back(tile("On the Pareto front", base::grouped(analysis.front_by_size.size())));
  list.push_back(tile("Trials completed", fmt::format("{} of {}", base::grouped(counts.completed),
                                                      base::grouped(counts.total()))));
  const auto state = [&](std::string_view label, std::size_t count) {
    if (count > 0) {
      list.push_back(tile(label, base::grouped(count)));
    }
  };
  state("Pending", counts.pending);
  state("Failed", counts.failed);
  state("Diverged", counts.diverged);
  state("Did not learn", counts.did_not_learn);
  state("Pruned", counts.pruned);
  if (const StateCounts finals = count_final_states(table); finals.total() > 0) {
    list.push_back(tile(
        "Final trials completed",
        fmt::format("{} of {}", base::grouped(finals.completed), base::grouped(finals.total()))));
  }
  const auto epochs = table.fixed_training.find("epochs");
  if (epochs != table.fixed_training.end()) {
    list.push_back(tile("Epochs per trial", epochs->dump()));
  }
  list.push_back(tile("Total training time", base::rough_duration_text(training_seconds(table))));
  return list;
}

/// Equal reasons once, the most frequent first.
Json reasons(const ResultsTable& table) {
  std::map<std::pair<std::string, std::string>, std::pair<std::size_t, std::string>> counted;
  for (const Row& row : table.rows) {
    if (!row.reason.empty()) {
      auto& [count, example] = counted[{std::string(sweep::to_string(row.state)), row.reason}];
      ++count;
      example = example.empty() ? row.id : example;
    }
  }
  std::vector<std::tuple<std::size_t, std::string, std::string, std::string>> sorted;
  for (const auto& [key, value] : counted) {
    sorted.emplace_back(value.first, key.first, key.second, value.second);
  }
  std::ranges::stable_sort(
      sorted, [](const auto& a, const auto& b) { return std::get<0>(a) > std::get<0>(b); });
  Json list = Json::array();
  for (const auto& [count, state, reason, example] : sorted) {
    if (list.size() == kMaxPageReasons) {
      break;
    }
    list.push_back({{"count", count}, {"state", state}, {"reason", reason}, {"example", example}});
  }
  return list;
}

/// A value for people: text without its quotes.
std::string plain(const nlohmann::json& value) {
  return value.is_string() ? value.get<std::string>()
                           : value.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
}

Json block(std::string_view title, const nlohmann::json& object) {
  Json rows = Json::array();
  for (const auto& [key, value] : object.items()) {
    rows.push_back(Json::array({key, plain(value)}));
  }
  return {{"title", title}, {"rows", std::move(rows)}};
}

}  // namespace

Json page_summary(const ResultsTable& table, const Analysis& analysis, const PageOptions& options) {
  Json list = Json::array();
  for (const Recommendation& recommendation :
       recommend(table, analysis, options.budgets, options.deployment)) {
    list.push_back({{"title", recommendation.title},
                    {"text", recommendation.text},
                    {"point", recommendation.point ? Json(*recommendation.point) : Json(nullptr)}});
  }
  const StateCounts counts = count_states(table);
  std::string done =
      counts.completed == counts.total()
          ? std::string("Every trial completed.")
          : fmt::format(
                "{} of {} trials completed. The number of trials behind each mean is shown "
                "with it. {}",
                base::grouped(counts.completed), base::grouped(counts.total()),
                marked_trials_sentence(table));
  Json sentences = Json::array();
  for (std::string& sentence :
       std::array{swept(table), data_words(table), bad_file_words(table), budget_words(table),
                  std::move(done), advice_words(table), unfinished_words(table)}) {
    if (!sentence.empty()) {
      sentences.push_back(std::move(sentence));
    }
  }
  return {{"byline", fmt::format("Run started {}", table.created)},
          {"sentences", std::move(sentences)},
          {"tiles", tiles(table, analysis)},
          {"reasons", reasons(table)},
          {"recommendations", std::move(list)}};
}

/// Hypervolume and its reference point, for comparing runs.
nlohmann::json front_facts(const Front& front) {
  nlohmann::json facts = nlohmann::json::object();
  for (std::size_t i = 0; i < front.objectives.size(); ++i) {
    const sweep::Metric& objective = front.objectives[i];
    if (i < front.reference_point.size()) {
      facts[fmt::format("reference, {}", objective.name)] =
          amount_text(objective, front.reference_point[i]);
    }
  }
  if (front.hypervolume) {
    facts["hypervolume, linear"] = fmt::format("{:.6g}", *front.hypervolume);
  }
  return facts;
}

Json provenance(const ResultsTable& table, const Analysis& analysis) {
  Json blocks = Json::array();
  nlohmann::json data = table.dataset;
  data["checksum"] = table.dataset_checksum;
  blocks.push_back(block("Data", data));
  blocks.push_back(block("Model keys equal in all designs", table.fixed_model));
  blocks.push_back(block("Training keys equal in all designs", table.fixed_training));
  blocks.push_back(block("Pareto front", front_facts(analysis.front)));
  blocks.push_back(block("Coordinator", table.environment));
  for (const nlohmann::json& environment : table.worker_environments) {
    blocks.push_back(block("Workers", environment));
  }
  blocks.push_back(
      block("Command", {{"line", fmt::format("{}", fmt::join(table.command_line, " "))}}));
  return blocks;
}

}  // namespace firesweep::reports::writers

#include "reports/advice.h"

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <numeric>
#include <string_view>

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <nlohmann/json.hpp>

#include "base/counts.h"
#include "base/shell.h"
#include "sweep/spec/training_recipe.h"

namespace firesweep::reports {
namespace {

/// Trainings of fewer steps do not overfit, and have little time to lose.
constexpr std::int64_t kFewSteps = 3000;
/// Fewer steps than this learn little, whatever the recipe.
constexpr std::int64_t kEnoughSteps = 200;
constexpr double kHighRate = 0.01;
/// Times the default: so much more is a reason of its own, whether trials diverge or not.
constexpr double kHigher = 3.0;

/// A key that has one value in the whole sweep, if it is a number.
std::optional<double> fixed_number(const nlohmann::json& fixed, std::string_view key) {
  const auto found = fixed.find(key);
  return found != fixed.end() && found->is_number() ? std::optional(found->get<double>())
                                                    : std::nullopt;
}

bool is_fixed_to(const nlohmann::json& fixed, std::string_view key, bool value) {
  const auto found = fixed.find(key);
  return found != fixed.end() && found->is_boolean() && found->get<bool>() == value;
}

/// Of a whole training; nothing if it differs between designs.
std::optional<std::int64_t> training_steps(const ResultsTable& table) {
  const auto epochs = fixed_number(table.fixed_training, "epochs");
  const auto batch = fixed_number(table.fixed_training, "batch_size");
  std::optional<double> images = fixed_number(table.dataset, "train");
  if (!images && table.data) {
    images = std::accumulate(table.data->train.begin(), table.data->train.end(), 0.0);
  }
  if (!epochs || !batch || !images || *batch < 1.0) {
    return std::nullopt;
  }
  return std::llround(*epochs * std::ceil(*images / *batch));
}

class Changes {
 public:
  Changes(const ResultsTable& table, const LearningAdvice& advice)
      : model_(table.fixed_model),
        training_(table.fixed_training),
        steps_(training_steps(table)),
        advice_(advice) {}

  std::vector<RecipeChange> made() {
    initialize();
    clip();
    warm_up();
    if (is_fixed_to(model_, "final_relu", true)) {
      add("a ReLU on the logits", "final_relu=false");
    }
    if (fixed_number(model_, "dropout").value_or(0.0) > 0.0 && steps_ && *steps_ < kFewSteps) {
      add("dropout in a short training", "dropout=0");
    }
    lower_rate();
    train_longer();
    // It changes the networks: only if nothing else is left to change.
    if (changes_.empty() && is_fixed_to(model_, "batch_norm", false)) {
      add("no batch normalisation", "batch_norm=true");
    }
    return std::move(changes_);
  }

 private:
  void add(std::string reason, std::string setting) {
    changes_.push_back({std::move(reason), std::move(setting)});
  }

  void initialize() {
    const auto init = model_.find("weight_init");
    if (init != model_.end() && *init != "data_dependent" &&
        is_fixed_to(model_, "batch_norm", false)) {
      add("initial weights that do not depend on the images", "weight_init=data_dependent");
    }
  }

  void clip() {
    if (fixed_number(training_, "gradient_clip_norm") == 0.0) {
      add("no gradient clipping", "gradient_clip_norm=1");
    }
    if (fixed_number(training_, "adaptive_clip") == 0.0 &&
        is_fixed_to(model_, "batch_norm", false)) {
      add("no adaptive clipping", "adaptive_clip=0.1");
    }
  }

  void warm_up() {
    if (fixed_number(training_, "warmup_steps") == 0.0) {
      const std::int64_t steps = steps_ ? std::max<std::int64_t>(*steps_ / 10, 1) : 100;
      add("no warm-up", fmt::format("warmup_steps={}", steps));
    }
  }

  /// Of recipe `short`, for the sweep's batches.
  [[nodiscard]] double default_rate() const {
    models::ParameterMap written;
    if (const auto batch = fixed_number(training_, "batch_size")) {
      written["batch_size"] = std::llround(*batch);
    }
    return models::get_number(
        sweep::training_with_defaults(written, 1, is_fixed_to(model_, "batch_norm", true)),
        "learning_rate");
  }

  void lower_rate() {
    const auto rate = fixed_number(training_, "learning_rate");
    if (!rate) {
      return;
    }
    if (const double usual = default_rate(); *rate > kHigher * usual) {
      add(fmt::format("a learning rate of {:g}", *rate), fmt::format("learning_rate={:g}", usual));
    } else if (advice_.diverged >= advice_.did_not_learn && *rate > kHighRate) {
      add(fmt::format("a learning rate of {:g}, at which most of them diverge", *rate),
          fmt::format("learning_rate={:.1g}", *rate / 3.0));
    }
  }

  void train_longer() {
    const auto epochs = fixed_number(training_, "epochs");
    if (steps_ && epochs && *steps_ > 0 && *steps_ < kEnoughSteps) {
      const double factor =
          std::ceil(static_cast<double>(kEnoughSteps) / static_cast<double>(*steps_));
      add(fmt::format("only {}", base::counted(static_cast<std::size_t>(*steps_), "step")),
          fmt::format("epochs={:g}", *epochs * factor));
    }
  }

  const nlohmann::json& model_;
  const nlohmann::json& training_;
  std::optional<std::int64_t> steps_;
  const LearningAdvice& advice_;
  std::vector<RecipeChange> changes_;
};

std::string key_of(std::string_view setting) {
  std::string key(setting.substr(0, setting.find('=')));
  const std::size_t dot = key.rfind('.');  // training.learning_rate, grid.SR
  return dot == std::string::npos ? key : key.substr(dot + 1);
}

bool is_sweep_file(std::string_view word) {
  return word.ends_with(".yaml") || word.ends_with(".yml");
}

/// "my.yaml --set a=1 --set b=2": the sweep's file, the settings of its run, and the changes.
std::string sweep_words(const std::vector<std::string>& command_line,
                        const std::vector<RecipeChange>& changes) {
  const auto config = std::ranges::find_if(command_line, is_sweep_file);
  std::string words = config == command_line.end() ? "CONFIG" : base::shell_quoted(*config);
  const auto is_replaced = [&](const std::string& setting) {
    return std::ranges::any_of(changes, [&](const RecipeChange& change) {
      return key_of(change.setting) == key_of(setting);
    });
  };
  for (std::size_t i = 0; i + 1 < command_line.size(); ++i) {
    if (command_line[i] == "--set" && !is_replaced(command_line[i + 1])) {
      words += " --set " + base::shell_quoted(command_line[i + 1]);
    }
  }
  for (const RecipeChange& change : changes) {
    words += " --set " + base::shell_quoted(change.setting);
  }
  return words;
}

std::string new_directory(const ResultsTable& table) {
  std::string directory = table.runs.empty() ? "runs/" + table.sweep : table.runs.front().directory;
  while (directory.size() > 1 && directory.back() == '/') {
    directory.pop_back();
  }
  return directory + "-2";
}

}  // namespace

std::optional<LearningAdvice> learning_advice(const ResultsTable& table) {
  LearningAdvice advice;
  for (const Row& row : table.rows) {
    advice.diverged += row.state == sweep::TrialState::kDiverged ? 1U : 0U;
    advice.did_not_learn += row.state == sweep::TrialState::kDidNotLearn ? 1U : 0U;
    advice.finished +=
        sweep::is_final(row.state) && row.state != sweep::TrialState::kPruned ? 1U : 0U;
  }
  const std::size_t unlearned = advice.diverged + advice.did_not_learn;
  if (unlearned == 0 || 2 * unlearned < advice.finished || table.runs.size() > 1) {
    return std::nullopt;
  }
  advice.changes = Changes(table, advice).made();
  const std::string words = sweep_words(table.command_line, advice.changes);
  const std::string program =
      table.command_line.empty() ? "firesweep" : base::shell_quoted(table.command_line.front());
  advice.run =
      fmt::format("{} run {} --out {}", program, words, base::shell_quoted(new_directory(table)));
  advice.bench = fmt::format("{} bench {} --learning-rate", program, words);
  return advice;
}

std::string advice_sentence(const LearningAdvice& advice) {
  std::vector<std::string> reasons;
  for (const RecipeChange& change : advice.changes) {
    reasons.push_back(change.reason);
  }
  std::string text = fmt::format("{} of {} finished trials diverged ({}) or did not learn ({}).",
                                 base::grouped(advice.diverged + advice.did_not_learn),
                                 base::grouped(advice.finished), base::grouped(advice.diverged),
                                 base::grouped(advice.did_not_learn));
  if (!reasons.empty()) {
    text += fmt::format(" The sweep has {}.", fmt::join(reasons, ", "));
  }
  return text;
}

}  // namespace firesweep::reports

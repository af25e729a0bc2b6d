#include "cli/show.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <cstdio>
#include <filesystem>
#include <memory>
#include <string>
#include <string_view>

#include <fmt/format.h>

#include "base/text_table.h"
#include "base/units.h"
#include "cli/exit_code.h"
#include "cli/plan.h"
#include "cli/run_arguments.h"
#include "cli/unit_options.h"
#include "models/parameter.h"
#include "runners/run/existing_run.h"
#include "runners/run/trial_document.h"

namespace firesweep::cli {
namespace {

using base::Align;
using base::TextTable;

constexpr std::size_t kCurveColumns = 60;
constexpr std::size_t kMaxReasonLines = 20;

std::string indented(std::string_view text, std::size_t max_lines) {
  std::string lines;
  for (std::size_t line = 0; line < max_lines && !text.empty(); ++line) {
    const std::string_view first = text.substr(0, text.find('\n'));
    lines += fmt::format("  {}\n", first);
    text.remove_prefix(std::min(text.size(), first.size() + 1));
  }
  // Control characters could move a terminal's cursor.
  std::ranges::replace_if(
      lines, [](char c) { return c != '\n' && static_cast<unsigned char>(c) < 0x20; }, ' ');
  return text.empty() ? lines : lines + "  ...\n";
}

/// "learning_rate=0.05 momentum=0.9 ...", wrapped.
std::string values_text(const models::ParameterMap& values) {
  constexpr std::size_t kColumns = 78;
  std::string text;
  std::string line;
  for (const auto& [key, value] : values) {
    const std::string word = fmt::format(" {}={}", key, models::to_text(value));
    if (line.size() + word.size() > kColumns) {
      text += fmt::format(" {}\n", line);
      line.clear();
    }
    line += word;
  }
  return text + fmt::format(" {}\n", line);
}

std::string percent_or_dash(const std::optional<double>& fraction) {
  return fraction ? fmt::format("{:.2f} %", 100.0 * *fraction) : "-";
}

std::string state_text(const runners::run::TrialView& view) {
  std::string text = fmt::format("state: {}\n", sweep::to_string(view.state));
  if (view.result && !view.result->reason.empty()) {
    text += indented(view.result->reason, kMaxReasonLines);
  }
  if (view.result && view.result->failure) {
    const sweep::Failure& failure = *view.result->failure;
    text += fmt::format("cause: {}; {} attempt{}\n", sweep::to_string(failure.cause),
                        failure.attempts, failure.attempts == 1 ? "" : "s");
  }
  for (const sweep::LostAttempt& attempt : view.lost_attempts) {
    text += fmt::format("worker crashed at {}: {}\n", attempt.time,
                        attempt.reason.substr(0, attempt.reason.find('\n')));
  }
  if (view.state != sweep::TrialState::kCompleted && !view.log.empty()) {
    text += "end of the log:\n";
    for (const std::string& line : view.log) {
      text += indented(line + "\n", 1);
    }
  }
  return text;
}

std::string epochs_text(const runners::run::TrialView& view) {
  if (view.epochs.empty()) {
    return "no epoch finished\n";
  }
  TextTable table({{"epoch", Align::kRight},
                   {"train loss", Align::kRight},
                   {"validation loss", Align::kRight},
                   {"top-1 %", Align::kRight},
                   {"learning rate", Align::kRight},
                   {"seconds", Align::kRight}});
  std::vector<double> top1;
  std::vector<double> loss;
  for (const sweep::EpochMetrics& epoch : view.epochs) {
    table.add_row({std::to_string(epoch.epoch), fmt::format("{:.4f}", epoch.train_loss),
                   fmt::format("{:.4f}", epoch.validation_loss),
                   fmt::format("{:.2f}", 100.0 * epoch.validation_top1),
                   fmt::format("{:.4g}", epoch.learning_rate),
                   fmt::format("{:.1f}", epoch.seconds)});
    top1.push_back(epoch.validation_top1);
    loss.push_back(epoch.train_loss);
  }
  std::string text = table.text();
  if (view.epochs.size() > 1) {
    text += fmt::format("validation top-1  {}\ntrain loss        {}\n",
                        curve_text(top1, kCurveColumns), curve_text(loss, kCurveColumns));
  }
  return text;
}

std::string result_lines(const runners::run::TrialView& view) {
  if (!view.result) {
    return {};
  }
  const sweep::TrialResult& result = *view.result;
  std::string text;
  if (result.validation_top1 || result.test_top1) {
    text += fmt::format("\nresult: validation top-1 {}, top-5 {}; test top-1 {}, top-5 {}\n",
                        percent_or_dash(result.validation_top1),
                        percent_or_dash(result.validation_top5), percent_or_dash(result.test_top1),
                        percent_or_dash(result.test_top5));
  }
  text += fmt::format("{}trained for {:.1f} s, {:.0f} images/s\n", text.empty() ? "\n" : "",
                      result.train_seconds, result.images_per_second);
  for (const auto& [key, value] : result.environment.items()) {
    text +=
        fmt::format("  {}: {}\n", key, value.is_string() ? value.get<std::string>() : value.dump());
  }
  return text;
}

std::string complexity_text(const runners::run::TrialView& view) {
  return fmt::format("{} of weights, {} MACs per image\n\n{}",
                     base::size_text(view.complexity.weight_bytes),
                     base::macs_text(view.complexity.macs), layers_table(view.complexity));
}

struct ShowOptions {
  std::filesystem::path directory;
  std::string id;
  std::string format = "table";
};

void show(const ShowOptions& options) {
  const runners::run::TrialView view =
      runners::run::view_trial(runners::run::existing_run(options.directory), options.id);
  const std::string text =
      options.format == "json" ? runners::run::trial_json(view) : trial_text(view);
  std::fwrite(text.data(), 1, text.size(), stdout);
}

}  // namespace

std::string curve_text(const std::vector<double>& values, std::size_t width) {
  constexpr std::array<std::string_view, 8> kBlocks{"▁", "▂", "▃", "▄", "▅", "▆", "▇", "█"};
  std::vector<double> means;
  const std::size_t count = std::min(values.size(), width);
  for (std::size_t i = 0; i < count; ++i) {
    const std::size_t begin = i * values.size() / count;
    const std::size_t end = (i + 1) * values.size() / count;
    double sum = 0.0;
    for (std::size_t j = begin; j < end; ++j) {
      sum += values[j];
    }
    means.push_back(sum / static_cast<double>(end - begin));
  }
  if (means.empty()) {
    return {};
  }
  const auto [low, high] = std::ranges::minmax(means);
  std::string text;
  for (const double mean : means) {
    const double height = high > low ? (mean - low) / (high - low) : 0.0;
    text += kBlocks[static_cast<std::size_t>(std::lround(height * (kBlocks.size() - 1)))];
  }
  return text;
}

std::string trial_text(const runners::run::TrialView& view) {
  const std::string checkpoint =
      view.checkpoint_bytes ? base::size_text(static_cast<double>(*view.checkpoint_bytes)) : "none";
  return fmt::format(
      "trial {} of {}: {}{}\n{}\nmodel:\n{}training:\n{}\n{}\n{}{}\n"
      "files: {}\ncheckpoint: {}\ntrain it again: {}\n",
      view.trial.id, view.manifest.sweep, view.label,
      view.trial.is_final_seed ? " (a final seed: no part in choosing designs)" : "",
      complexity_text(view), values_text(view.point().model), values_text(view.point().training),
      state_text(view), epochs_text(view), result_lines(view), view.directory.string(), checkpoint,
      view.command);
}

void add_show(CLI::App& app, int& exit_code) {
  auto options = std::make_shared<ShowOptions>();
  CLI::App& command =
      *app.add_subcommand("show", "Show a trial: its layers, learning curve and result");
  add_directory(command, options->directory);
  command.add_option("ID", options->id, "Trial: its id, or the beginning of it")
      ->required()
      ->type_name("");
  command.add_option("--format", options->format, "What to print")
      ->check(one_of({"table", "json"}))
      ->capture_default_str()
      ->type_name("FORMAT");
  command.footer(
      "Examples:\n"
      "  firesweep show runs/quickstart 1f0c\n"
      "  firesweep show runs/quickstart 1f0c --format json | jq .layers\n"
      "Ids are in results.csv, in the output of run, status and report, and in plan --format csv.");
  command.callback([options, &exit_code] {
    show(*options);
    exit_code = kDone;
  });
}

}  // namespace firesweep::cli

#include "runners/schedule/progress_text.h"

#include <algorithm>
#include <cstddef>
#include <string_view>

#include <fmt/format.h>

#include "base/units.h"

namespace firesweep::runners::schedule {
namespace {

constexpr std::size_t kIdDigits = 8;

std::string_view short_id(std::string_view id) {
  return id.substr(0, kIdDigits);
}

std::string_view first_line(std::string_view text) {
  return text.substr(0, text.find('\n'));
}

std::string outcome_text(const sweep::TrialResult& result) {
  if (result.state == sweep::TrialState::kCompleted && result.validation_top1) {
    return fmt::format("val {:.1f} %", 100.0 * *result.validation_top1);
  }
  return fmt::format("{}: {}", to_string(result.state), first_line(result.reason));
}

}  // namespace

std::string trial_finished_line(const RunState& state, const sweep::TrialResult& result,
                                double now) {
  const std::string total = std::to_string(state.total());
  const PlannedTrial& plan = state.plan(result.id);
  const RunningTrial* const running = state.find_running(result.id);
  // Of agents' trials the coordinator may have seen no more than the end.
  const double seconds =
      std::max(running != nullptr ? now - running->since : 0.0, result.train_seconds);
  return fmt::format("[{:>{}}/{}] {} {}  {}  {:.1f} s", state.finished_in_all() + 1, total.size(),
                     total, short_id(plan.id), plan.label, outcome_text(result), seconds);
}

std::string status_line(const RunState& state, double now) {
  std::string line = fmt::format("{}/{} finished, {} running", state.finished_in_all(),
                                 state.total(), state.running().size());
  if (state.unsuccessful() > 0) {
    line += fmt::format(", {} not completed", state.unsuccessful());
  }
  if (state.images_per_second() > 0.0) {
    line += fmt::format(", {:.0f} images/s", state.images_per_second());
  }
  if (const auto left = state.seconds_left(now)) {
    line += fmt::format(", {} left", base::duration_text(*left));
  }
  return line;
}

std::string running_line(const RunningTrial& trial) {
  std::string line = fmt::format("  {} {}  ", short_id(trial.plan->id), trial.plan->label);
  if (trial.epoch == 0) {
    return line + "starting";
  }
  const double within = trial.images_per_epoch > 0 ? 100.0 * static_cast<double>(trial.images) /
                                                         static_cast<double>(trial.images_per_epoch)
                                                   : 0.0;
  line += fmt::format("epoch {}/{} {:3.0f} %  {:.0f} images/s", trial.epoch, trial.plan->epochs,
                      within, trial.images_per_second);
  if (trial.validation_top1) {
    line += fmt::format("  val {:.1f} %", 100.0 * *trial.validation_top1);
  }
  return line;
}

}  // namespace firesweep::runners::schedule

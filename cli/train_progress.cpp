#include "cli/train_progress.h"

#include <string_view>
#include <utility>

#include <fmt/format.h>

namespace firesweep::cli {

TrainProgress::TrainProgress(TextOutput output, bool terminal, std::int64_t epochs)
    : output_(std::move(output)), terminal_(terminal), epochs_(epochs) {}

void TrainProgress::note(std::string_view line) {
  ended();
  output_(fmt::format("{}\n", line));
}

void TrainProgress::epoch_over(const sweep::EpochMetrics& metrics) {
  note(
      fmt::format("epoch {}/{}: train loss {:.4f}, validation loss {:.4f}, top-1 {:.2f} %, "
                  "learning rate {:.4g}, {:.1f} s",
                  metrics.epoch, epochs_, metrics.train_loss, metrics.validation_loss,
                  100.0 * metrics.validation_top1, metrics.learning_rate, metrics.seconds));
}

void TrainProgress::turned(const runners::schedule::RunState& state, double) {
  if (!terminal_ || state.running().empty()) {
    return;
  }
  const runners::schedule::RunningTrial& trial = state.running().begin()->second;
  if (trial.epoch == 0 || trial.images_per_epoch == 0) {
    return;
  }
  std::string line = fmt::format(
      "epoch {}/{}: {:.0f} %, {:.0f} images/s", trial.epoch, epochs_,
      100.0 * static_cast<double>(trial.images) / static_cast<double>(trial.images_per_epoch),
      trial.images_per_second);
  if (line != shown_) {
    output_(fmt::format("\r\x1b[K{}", line));
    shown_ = std::move(line);
  }
}

void TrainProgress::ended() {
  if (!std::exchange(shown_, {}).empty()) {
    output_("\r\x1b[K");
  }
}

}  // namespace firesweep::cli

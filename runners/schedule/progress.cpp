#include "runners/schedule/progress.h"

#include <cmath>
#include <cstdio>
#include <cstdlib>

#include <fmt/format.h>
#include <sys/ioctl.h>
#include <unistd.h>

namespace firesweep::runners::schedule {
namespace {

// More lines than a terminal has can't be drawn over.
constexpr std::size_t kMaxTrialLines = 16;
constexpr double kStatusSeconds = 10.0;
constexpr double kDrawingSeconds = 0.1;
constexpr std::size_t kBarCells = 30;
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

/// Cuts to `width` columns, a column a code point.
std::string fitted(std::string_view line, std::size_t width) {
  std::size_t columns = 0;
  std::size_t end = 0;
  for (; end < line.size(); ++end) {
    const bool begins = (static_cast<unsigned char>(line[end]) & 0xc0U) != 0x80U;
    if (begins && columns++ == width) {
      break;
    }
  }
  return std::string(line.substr(0, end));
}

std::string bar(double share, bool color) {
  const auto full = static_cast<std::size_t>(std::floor(share * static_cast<double>(kBarCells)));
  std::string cells;
  for (std::size_t i = 0; i < kBarCells; ++i) {
    cells += i < full ? "━" : "·";
  }
  return color ? fmt::format("\x1b[32m{}\x1b[0m", cells) : cells;
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

void write_error(std::string_view text) {
  std::fwrite(text.data(), 1, text.size(), stderr);
  std::fflush(stderr);
}

std::size_t terminal_width() {
  constexpr std::size_t kUsual = 80;
  winsize size{};
  return ::ioctl(STDERR_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col > 0 ? size.ws_col : kUsual;
}

bool set(const char* variable) {
  const char* const value = std::getenv(variable);
  return value != nullptr && *value != '\0';
}

}  // namespace

std::string duration_text(double seconds) {
  const auto whole = static_cast<std::int64_t>(std::llround(std::max(0.0, seconds)));
  const std::int64_t hours = whole / 3600;
  const std::int64_t minutes = whole / 60 % 60;
  return hours > 0 ? fmt::format("{}:{:02}:{:02}", hours, minutes, whole % 60)
                   : fmt::format("{}:{:02}", minutes, whole % 60);
}

std::string trial_over_line(const RunState& state, const sweep::TrialResult& result, double now) {
  const std::string total = std::to_string(state.total());
  const PlannedTrial& plan = state.plan(result.id);
  const RunningTrial* const running = state.find_running(result.id);
  // Of agents' trials the coordinator may have seen no more than the end.
  const double seconds =
      std::max(running != nullptr ? now - running->since : 0.0, result.train_seconds);
  return fmt::format("[{:>{}}/{}] {} {}  {}  {:.1f} s", state.over_in_all() + 1, total.size(),
                     total, short_id(plan.id), plan.label, outcome_text(result), seconds);
}

std::string status_line(const RunState& state, double now) {
  std::string line = fmt::format("{}/{} over, {} running", state.over_in_all(), state.total(),
                                 state.running().size());
  if (state.unsuccessful() > 0) {
    line += fmt::format(", {} not completed", state.unsuccessful());
  }
  if (state.images_per_second() > 0.0) {
    line += fmt::format(", {:.0f} images/s", state.images_per_second());
  }
  if (const auto left = state.seconds_left(now)) {
    line += fmt::format(", {} left", duration_text(*left));
  }
  return line;
}

void PlainProgress::trial_over(const RunState& state, const sweep::TrialResult& result,
                               double now) {
  output_(trial_over_line(state, result, now) + "\n");
}

void PlainProgress::note(std::string_view line) {
  output_(fmt::format("{}\n", line));
}

void PlainProgress::turned(const RunState& state, double now) {
  last_status_ = last_status_.value_or(now);
  if (now - *last_status_ >= kStatusSeconds) {
    last_status_ = now;
    output_(status_line(state, now) + "\n");
  }
}

std::string LiveProgress::erase() const {
  return drawn_lines_ == 0 ? std::string() : fmt::format("\x1b[{}A\r\x1b[J", drawn_lines_);
}

void LiveProgress::trial_over(const RunState& state, const sweep::TrialResult& result, double now) {
  const bool red = terminal_.color && result.state != sweep::TrialState::kCompleted;
  note(fmt::format("{}{}{}", red ? "\x1b[31m" : "", trial_over_line(state, result, now),
                   red ? "\x1b[0m" : ""));
}

void LiveProgress::note(std::string_view line) {
  terminal_.output(fmt::format("{}{}\n", erase(), line));
  drawn_lines_ = 0;
  last_drawing_ = -1.0;  // draw again at the next turn
}

void LiveProgress::turned(const RunState& state, double now) {
  if (last_drawing_ >= 0.0 && now - last_drawing_ < kDrawingSeconds) {
    return;
  }
  last_drawing_ = now;
  const std::size_t width = terminal_.width();
  std::string drawing = erase();
  const std::size_t beside_bar = kBarCells + 1;
  drawing += width > 2 * kBarCells ? bar(state.share_done(), terminal_.color) + " " : std::string();
  drawing += fitted(status_line(state, now), width > 2 * kBarCells ? width - beside_bar : width);
  drawing += "\n";
  drawn_lines_ = 1;
  for (const auto& [order, trial] : state.running()) {
    if (drawn_lines_ > kMaxTrialLines) {
      drawing +=
          fitted(fmt::format("  and {} more", state.running().size() - kMaxTrialLines), width) +
          "\n";
      ++drawn_lines_;
      break;
    }
    drawing += fitted(running_line(trial), width) + "\n";
    ++drawn_lines_;
  }
  terminal_.output(drawing);
}

void LiveProgress::ended() {
  terminal_.output(erase());
  drawn_lines_ = 0;
}

std::unique_ptr<ProgressSink> standard_progress() {
  const char* const kind = std::getenv("TERM");
  const bool dumb = kind == nullptr || std::string_view(kind) == "dumb";
  if (::isatty(STDERR_FILENO) == 0 || dumb) {
    return std::make_unique<PlainProgress>(write_error);
  }
  return std::make_unique<LiveProgress>(Terminal{write_error, terminal_width, !set("NO_COLOR")});
}

}  // namespace firesweep::runners::schedule

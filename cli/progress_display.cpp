#include "cli/progress_display.h"

#include <cmath>
#include <cstdio>
#include <cstdlib>

#include <fmt/format.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "base/printable.h"
#include "runners/schedule/progress_text.h"

namespace firesweep::cli {
namespace {

// Lines that scrolled off the terminal can't be redrawn.
constexpr std::size_t kMaxTrialLines = 16;
constexpr double kStatusSeconds = 10.0;
constexpr double kDrawingSeconds = 0.1;
constexpr std::size_t kBarCells = 30;

std::string bar(double fraction, bool color) {
  const auto full = static_cast<std::size_t>(std::floor(fraction * static_cast<double>(kBarCells)));
  std::string cells;
  for (std::size_t i = 0; i < kBarCells; ++i) {
    cells += i < full ? "━" : "·";
  }
  return color ? fmt::format("\x1b[32m{}\x1b[0m", cells) : cells;
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

void write_error(std::string_view text) {
  std::fwrite(text.data(), 1, text.size(), stderr);
  std::fflush(stderr);
}

void PlainProgress::trial_finished(const runners::schedule::RunState& state,
                                   const sweep::TrialResult& result, double now) {
  output_(runners::schedule::trial_finished_line(state, result, now) + "\n");
}

void PlainProgress::note(std::string_view line) {
  output_(fmt::format("{}\n", line));
}

void PlainProgress::turned(const runners::schedule::RunState& state, double now) {
  last_status_ = last_status_.value_or(now);
  if (now - *last_status_ >= kStatusSeconds) {
    last_status_ = now;
    output_(runners::schedule::status_line(state, now) + "\n");
  }
}

std::string LiveProgress::erase() const {
  return drawn_lines_ == 0 ? std::string() : fmt::format("\x1b[{}A\r\x1b[J", drawn_lines_);
}

void LiveProgress::trial_finished(const runners::schedule::RunState& state,
                                  const sweep::TrialResult& result, double now) {
  const bool red = terminal_.color && result.state != sweep::TrialState::kCompleted;
  note(fmt::format("{}{}{}", red ? "\x1b[31m" : "",
                   runners::schedule::trial_finished_line(state, result, now),
                   red ? "\x1b[0m" : ""));
}

void LiveProgress::note(std::string_view line) {
  terminal_.output(fmt::format("{}{}\n", erase(), line));
  drawn_lines_ = 0;
  last_drawing_ = -1.0;  // draw again at the next turn
}

void LiveProgress::turned(const runners::schedule::RunState& state, double now) {
  if (last_drawing_ >= 0.0 && now - last_drawing_ < kDrawingSeconds) {
    return;
  }
  last_drawing_ = now;
  const std::size_t width = terminal_.width();
  std::string drawing = erase();
  const std::size_t beside_bar = kBarCells + 1;
  drawing +=
      width > 2 * kBarCells ? bar(state.fraction_done(), terminal_.color) + " " : std::string();
  drawing += base::first_characters(runners::schedule::status_line(state, now),
                                    width > 2 * kBarCells ? width - beside_bar : width);
  drawing += "\n";
  drawn_lines_ = 1;
  for (const auto& [order, trial] : state.running()) {
    if (drawn_lines_ > kMaxTrialLines) {
      drawing += base::first_characters(
          fmt::format("  and {} more", state.running().size() - kMaxTrialLines), width);
      drawing += '\n';
      ++drawn_lines_;
      break;
    }
    drawing += base::first_characters(runners::schedule::running_line(trial), width);
    drawing += '\n';
    ++drawn_lines_;
  }
  terminal_.output(drawing);
}

void LiveProgress::ended() {
  terminal_.output(erase());
  drawn_lines_ = 0;
}

std::unique_ptr<runners::schedule::ProgressSink> standard_progress() {
  const char* const kind = std::getenv("TERM");
  const bool dumb = kind == nullptr || std::string_view(kind) == "dumb";
  if (::isatty(STDERR_FILENO) == 0 || dumb) {
    return std::make_unique<PlainProgress>(write_error);
  }
  return std::make_unique<LiveProgress>(Terminal{write_error, terminal_width, !set("NO_COLOR")});
}

}  // namespace firesweep::cli

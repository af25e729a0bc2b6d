// Progress of a run, on standard error.
#pragma once

#include <cstddef>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "runners/schedule/progress_sink.h"

namespace firesweep::cli {

/// Receives text: standard error, or a string in tests.
using TextOutput = std::function<void(std::string_view)>;

/// To standard error, at once.
void write_error(std::string_view text);

/// Plain lines: one when a trial ends, and one for the whole run at most every ten seconds.
class PlainProgress final : public runners::schedule::ProgressSink {
 public:
  explicit PlainProgress(TextOutput output) : output_(std::move(output)) {}
  void trial_finished(const runners::schedule::RunState& state, const sweep::TrialResult& result,
                      double now) override;
  void note(std::string_view line) override;
  void turned(const runners::schedule::RunState& state, double now) override;
  void ended() override {}

 private:
  TextOutput output_;
  std::optional<double> last_status_;
};

struct Terminal {
  TextOutput output;
  std::function<std::size_t()> width;  // in columns, asked before each drawing
  bool color = true;
};

/// A bar and a line per worker, redrawn at most ten times per second; finished trials scroll above.
class LiveProgress final : public runners::schedule::ProgressSink {
 public:
  explicit LiveProgress(Terminal terminal) : terminal_(std::move(terminal)) {}
  void trial_finished(const runners::schedule::RunState& state, const sweep::TrialResult& result,
                      double now) override;
  void note(std::string_view line) override;
  void turned(const runners::schedule::RunState& state, double now) override;
  void ended() override;

 private:
  [[nodiscard]] std::string erase() const;

  Terminal terminal_;
  std::size_t drawn_lines_ = 0;
  double last_drawing_ = -1.0;
};

/// Live on a terminal, plain elsewhere; colour unless NO_COLOR is set.
[[nodiscard]] std::unique_ptr<runners::schedule::ProgressSink> standard_progress();

}  // namespace firesweep::cli

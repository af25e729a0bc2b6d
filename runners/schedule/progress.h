// What people see while a run goes, on standard error.
#pragma once

#include <cstddef>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "runners/schedule/run_state.h"

namespace firesweep::runners::schedule {

/// Told by the run loop, from one thread. `now` is the run's clock in seconds.
class ProgressSink {
 public:
  virtual ~ProgressSink() = default;
  /// A trial ended; it is still running in `state`.
  virtual void trial_over(const RunState& state, const sweep::TrialResult& result, double now) = 0;
  /// Something worth a line, e.g. a lost worker.
  virtual void note(std::string_view line) = 0;
  /// After every turn of the loop, a few times a second.
  virtual void turned(const RunState& state, double now) = 0;
  /// The run ended: nothing is to be redrawn any more.
  virtual void ended() = 0;
};

/// Where text goes: standard error, or a string in tests.
using TextOutput = std::function<void(std::string_view)>;

/// Plain lines: one when a trial ends, and one about the whole at most every ten seconds.
class PlainProgress final : public ProgressSink {
 public:
  explicit PlainProgress(TextOutput output) : output_(std::move(output)) {}
  void trial_over(const RunState& state, const sweep::TrialResult& result, double now) override;
  void note(std::string_view line) override;
  void turned(const RunState& state, double now) override;
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

/// A bar and a line a worker, redrawn in place at most ten times a second; lines of finished trials
/// scroll above.
class LiveProgress final : public ProgressSink {
 public:
  explicit LiveProgress(Terminal terminal) : terminal_(std::move(terminal)) {}
  void trial_over(const RunState& state, const sweep::TrialResult& result, double now) override;
  void note(std::string_view line) override;
  void turned(const RunState& state, double now) override;
  void ended() override;

 private:
  [[nodiscard]] std::string erase() const;

  Terminal terminal_;
  std::size_t drawn_lines_ = 0;
  double last_drawing_ = -1.0;
};

/// Live on a terminal, plain elsewhere; colour unless NO_COLOR is set.
[[nodiscard]] std::unique_ptr<ProgressSink> standard_progress();

/// "3:07", "1:02:45".
[[nodiscard]] std::string duration_text(double seconds);
/// "[ 3/36] 1f0c22ab SR=0.125 seed=1  val 81.2 %  12.3 s"; for other states than completed the
/// state and the first line of the reason in place of the accuracy.
[[nodiscard]] std::string trial_over_line(const RunState& state, const sweep::TrialResult& result,
                                          double now);
/// "3/36 over, 2 running, 1 not completed, 812 images/s, 4:10 left".
[[nodiscard]] std::string status_line(const RunState& state, double now);

}  // namespace firesweep::runners::schedule

// A learning-rate range test: the rate rises exponentially over a short training, and the loss of
// each mini-batch tells which rates learn. Smith 2017, "Cyclical Learning Rates for Training Neural
// Networks" (arXiv 1506.01186, section 3.3), and Smith 2018 (arXiv 1803.09820, section 4.1).
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string_view>
#include <vector>

namespace firesweep::sweep {

/// 30 steps per factor of ten.
struct RangeTest {
  double first_rate = 1e-5;
  double last_rate = 10.0;
  std::int64_t steps = 181;

  /// Of step `step`, from 0: first_rate at the first, last_rate at the last.
  [[nodiscard]] double rate_at(std::int64_t step) const;
};

/// Why a test has no further steps.
enum class RangeEnd { kLastRate, kLossRose, kNotFinite };

/// Decides during the test when it ends: the mean of the last losses is several times the lowest
/// such mean before.
class RangeWatch {
 public:
  /// Of the next step. Whether the test goes on.
  [[nodiscard]] bool goes_on_after(double loss);

 private:
  std::vector<double> last_;
  double lowest_ = 0.0;
};

struct RangePoint {
  double rate = 0.0;
  double loss = 0.0;      // of one mini-batch
  double smoothed = 0.0;  // of the mini-batches around it
};

struct RangeCurve {
  std::vector<RangePoint> points;
  /// Where the smoothed loss falls fastest over the logarithm of the rate.
  std::optional<double> steepest_rate;
  /// Where the smoothed loss is lowest.
  std::optional<double> lowest_rate;
  /// A rate to train with; nothing if no rate learned.
  std::optional<double> suggested_rate;
};

/// `losses`: finite, one per step from the first. `chance_loss`: of a network that gives every
/// class the same probability. To come down to it from a larger loss is not to learn.
[[nodiscard]] RangeCurve range_curve(const RangeTest& test, std::span<const double> losses,
                                     double chance_loss);

/// The largest of 1, 1.5, 2, 3, 5 and 7 times a power of ten that is not above `rate` (> 0): the
/// test does not resolve more.
[[nodiscard]] double rounded_rate(double rate);

[[nodiscard]] std::string_view to_string(RangeEnd end);
/// Throws Error if there is no end of this name.
[[nodiscard]] RangeEnd range_end_from(std::string_view name);

}  // namespace firesweep::sweep

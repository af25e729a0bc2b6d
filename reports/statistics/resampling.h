// Options and records of every random procedure of the statistics.
//
// Results are bit-identical on every machine: mt19937_64 is specified bit by bit, and bounded
// integers are made here, because the standard's distributions are not specified. Boost's makes the
// bits of the standard library's without a branch on each of them, which no processor can predict.
#pragma once

#include <cstddef>
#include <cstdint>

#include <boost/random/mersenne_twister.hpp>

namespace firesweep::reports::statistics {

/// Any fixed number would do; fixed, so that a report can be recreated.
inline constexpr std::uint64_t kDefaultSeed = 20160224;

/// How to draw. The default count suits intervals of a mean: the ends then wobble with the seed by
/// about 3 % of a standard error.
struct ResamplingOptions {
  std::uint64_t seed = kDefaultSeed;
  std::size_t count = 10'000;
};

/// How a result came about.
struct Resampling {
  bool exact = false;       // all resamples were enumerated; the seed played no part
  std::uint64_t seed = 0;   // 0 if exact
  std::uint64_t count = 0;  // resamples drawn, or enumerated

  bool operator==(const Resampling&) const = default;
};

/// Random whole numbers, the same on every machine.
class Random {
 public:
  explicit Random(std::uint64_t seed) : engine_(seed) {}

  [[nodiscard]] std::uint64_t bits() { return engine_(); }

  /// Uniform on [0, bound), without bias: Lemire, "Fast random integer generation in an interval",
  /// ACM TOMACS 29(1), 2019, algorithm 5. Precondition: bound > 0.
  [[nodiscard]] std::uint32_t below(std::uint32_t bound) {
    std::uint64_t product = std::uint64_t{half()} * bound;
    if (static_cast<std::uint32_t>(product) < bound) {
      const std::uint32_t rejected = (0U - bound) % bound;
      while (static_cast<std::uint32_t>(product) < rejected) {
        product = std::uint64_t{half()} * bound;
      }
    }
    return static_cast<std::uint32_t>(product >> 32U);
  }

 private:
  /// The engine gives 64 bits a call: each call serves two draws.
  [[nodiscard]] std::uint32_t half() {
    has_spare_ = !has_spare_;
    if (!has_spare_) {
      return spare_;
    }
    const std::uint64_t both = engine_();
    spare_ = static_cast<std::uint32_t>(both >> 32U);
    return static_cast<std::uint32_t>(both);
  }

  boost::random::mt19937_64 engine_;
  std::uint32_t spare_ = 0;
  bool has_spare_ = false;
};

}  // namespace firesweep::reports::statistics

// The peak speeds of one core of this machine, measured: the roofs of a training step.
#pragma once

#include "runners/engine/activation.h"

namespace firesweep::runners::engine {

/// Of one thread. A multiplication and an addition are two operations.
struct MachineSpeed {
  double fp32_flops = 0.0;    // operations/s
  double bf16_flops = 0.0;    // 0: no instructions for it
  double memory_bytes = 0.0;  // bytes read plus bytes written per second, beyond all caches
};

/// The best of several tries of independent multiply-adds in registers and of a matrix product that
/// fits into the cache: vector units are measured by the one, matrix units by the other. Takes
/// about `seconds`.
[[nodiscard]] double multiply_add_peak(Element element, double seconds);

/// The best of several copies of a block far larger than the caches. Takes about `seconds`.
[[nodiscard]] double memory_bandwidth(double seconds);

/// All of it, in about `seconds`.
[[nodiscard]] MachineSpeed measure_machine(double seconds);

/// The larger of each.
[[nodiscard]] MachineSpeed best_of(const MachineSpeed& one, const MachineSpeed& other);

}  // namespace firesweep::runners::engine

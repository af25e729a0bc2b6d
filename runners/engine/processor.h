// Which precisions this processor multiplies fast.
#pragma once

namespace firesweep::runners::engine {

/// Whether it multiplies bf16 numbers itself.
[[nodiscard]] bool processor_has_bf16();

/// Whether oneDNN multiplies bf16 numbers where the processor does not: with AVX-512.
[[nodiscard]] bool bf16_can_be_emulated();

/// Whether it multiplies bf16 numbers faster than fp32 ones. Intel's cores since Golden Cove have
/// matrix units (AMX) for that; where a virtual machine hides these, only the vector instruction
/// is left, which has half the throughput of fp32 multiply-adds (measured: 89 and 192 GFLOP/s).
[[nodiscard]] bool bf16_is_faster();

}  // namespace firesweep::runners::engine

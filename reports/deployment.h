// The cost of a design in use: the three motives for small networks of Iandola et al. (arXiv
// 1602.07360, section 1) as numbers: memory on an FPGA, OTA updates, and communication between
// servers that train one model together.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

#include "reports/results_table.h"

namespace firesweep::reports {

/// Of weights and activations. It does not predict the accuracy of a quantised network.
enum class Precision { kFp32, kFp16, kInt8 };

inline constexpr std::array kPrecisions{Precision::kFp32, Precision::kFp16, Precision::kInt8};

/// "fp32", "fp16", "int8".
[[nodiscard]] std::string_view to_string(Precision precision);

struct DeploymentSettings {
  /// On-chip memories, in MB of 10^6 bytes. 8.5 MB is the Virtex-7 FPGA of the paper, 10 MB the
  /// size that it calls usual.
  std::vector<double> on_chip_megabytes{8.5, 10.0};
  /// Of the link an update is sent over.
  double bandwidth_bits_per_second = 1e6;
};

/// Throws Error naming the option for memories or a bandwidth that are not above 0 and finite.
void validate(const DeploymentSettings& settings);

struct Deployment {
  std::int64_t bytes_fp32 = 0;  // only the weights
  std::int64_t bytes_fp16 = 0;
  std::int64_t bytes_int8 = 0;
  /// For each of on_chip_megabytes the widest precision in which weights and the working memory of
  /// a layer-by-layer inference of one image fit together; absent if not even int8 does.
  std::vector<std::optional<Precision>> fits;
  double update_seconds = 0.0;  // sending the fp32 weights
  /// Bytes each of many workers sends in a training step: a ring all-reduce of fp32 gradients moves
  /// 2 (W - 1) / W times their size (Patarasuk and Yuan, 2009, section 3); this is W -> infinity.
  std::int64_t all_reduce_bytes = 0;
};

[[nodiscard]] Deployment deployment_of(const Design& design, const DeploymentSettings& settings);

}  // namespace firesweep::reports

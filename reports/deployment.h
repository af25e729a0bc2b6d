// What a design costs where it is used: the three motives for small networks of Iandola et al.
// (arXiv 1602.07360, section 1) as numbers: memory on an FPGA, updates over the air, and
// communication between servers that train one model together.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

#include "reports/results_table.h"

namespace firesweep::reports {

/// Of weights and activations alike. Nothing is said about the accuracy of a quantised network.
enum class NumberFormat { kFp32, kFp16, kInt8 };

inline constexpr std::array kNumberFormats{NumberFormat::kFp32, NumberFormat::kFp16,
                                           NumberFormat::kInt8};

/// "fp32", "fp16", "int8".
[[nodiscard]] std::string_view to_string(NumberFormat format);

struct DeploymentSettings {
  /// On-chip memories to look at, in MB of 10^6 bytes. 8.5 MB is the Virtex-7 FPGA that the paper
  /// names; 10 MB what it calls usual.
  std::vector<double> on_chip_megabytes{8.5, 10.0};
  /// Of the link an update is sent over.
  double bandwidth_bits_per_second = 1e6;
};

/// Throws Error naming the option for memories or a bandwidth that are not above 0 and finite.
void validate(const DeploymentSettings& settings);

struct Deployment {
  std::int64_t bytes_fp32 = 0;  // weights alone
  std::int64_t bytes_fp16 = 0;
  std::int64_t bytes_int8 = 0;
  /// For each of on_chip_megabytes the widest format in which weights and the working memory of a
  /// layer-by-layer inference of one image fit together; absent if not even int8 does.
  std::vector<std::optional<NumberFormat>> fits;
  double update_seconds = 0.0;  // sending the fp32 weights
  /// Bytes each of many workers sends in a training step: a ring all-reduce of fp32 gradients moves
  /// 2 (W - 1) / W times their size (Patarasuk and Yuan, 2009, section 3); this is W -> infinity.
  std::int64_t all_reduce_bytes = 0;
};

[[nodiscard]] Deployment deployment_of(const Design& design, const DeploymentSettings& settings);

}  // namespace firesweep::reports

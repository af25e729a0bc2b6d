#include "reports/deployment.h"

#include <cmath>
#include <string_view>

#include <fmt/format.h>

#include "base/error.h"

namespace firesweep::reports {
namespace {

constexpr std::int64_t kFp32Bytes = 4;

std::int64_t bytes_per_number(Precision precision) {
  switch (precision) {
    case Precision::kFp32:
      return kFp32Bytes;
    case Precision::kFp16:
      return 2;
    case Precision::kInt8:
      return 1;
  }
  return kFp32Bytes;
}

std::optional<Precision> widest_that_fits(const Design& design, double megabytes) {
  const std::int64_t numbers =
      design.complexity.parameters + design.complexity.peak_activation_bytes / kFp32Bytes;
  for (const Precision precision : kPrecisions) {
    if (static_cast<double>(numbers * bytes_per_number(precision)) <= megabytes * 1e6) {
      return precision;
    }
  }
  return std::nullopt;
}

void check_amount(std::string_view option, double value, std::string_view unit) {
  if (!(value > 0.0) || !std::isfinite(value)) {
    throw Error(fmt::format("{}: got {}; expected {} above 0", option, value, unit));
  }
}

}  // namespace

std::string_view to_string(Precision precision) {
  switch (precision) {
    case Precision::kFp32:
      return "fp32";
    case Precision::kFp16:
      return "fp16";
    case Precision::kInt8:
      return "int8";
  }
  return "fp32";
}

void validate(const DeploymentSettings& settings) {
  for (const double megabytes : settings.on_chip_megabytes) {
    check_amount("--on-chip-mb", megabytes, "megabytes");
  }
  check_amount("--bandwidth", settings.bandwidth_bits_per_second, "bits per second");
}

Deployment deployment_of(const Design& design, const DeploymentSettings& settings) {
  Deployment deployment;
  deployment.bytes_fp32 = design.complexity.parameters * bytes_per_number(Precision::kFp32);
  deployment.bytes_fp16 = design.complexity.parameters * bytes_per_number(Precision::kFp16);
  deployment.bytes_int8 = design.complexity.parameters * bytes_per_number(Precision::kInt8);
  for (const double megabytes : settings.on_chip_megabytes) {
    deployment.fits.push_back(widest_that_fits(design, megabytes));
  }
  deployment.update_seconds =
      8.0 * static_cast<double>(deployment.bytes_fp32) / settings.bandwidth_bits_per_second;
  deployment.all_reduce_bytes = 2 * deployment.bytes_fp32;
  return deployment;
}

}  // namespace firesweep::reports

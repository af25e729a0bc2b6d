#include "reports/deployment.h"

#include <limits>

#include <catch2/catch.hpp>

#include "base/error.h"

namespace firesweep::reports {
namespace {

Design design(std::int64_t parameters, std::int64_t activation_bytes) {
  Design result;
  result.complexity.parameters = parameters;
  result.complexity.weight_bytes = 4 * parameters;
  result.complexity.peak_activation_bytes = activation_bytes;
  return result;
}

}  // namespace

TEST_CASE("Sizes, update and all-reduce follow from the parameters") {
  const Deployment cost = deployment_of(design(1'000'000, 0), {});
  CHECK(cost.bytes_fp32 == 4'000'000);
  CHECK(cost.bytes_fp16 == 2'000'000);
  CHECK(cost.bytes_int8 == 1'000'000);
  CHECK(cost.all_reduce_bytes == 8'000'000);
  CHECK(cost.update_seconds == 32.0);  // 32 Mbit at 1 Mbit/s
}

TEST_CASE("What fits counts weights and working memory in the same format, limits included") {
  const DeploymentSettings settings{.on_chip_megabytes = {8.0}};
  CHECK(deployment_of(design(1'500'000, 2'000'000), settings).fits.front() == Precision::kFp32);
  CHECK(deployment_of(design(1'500'000, 2'000'004), settings).fits.front() == Precision::kFp16);
  CHECK(deployment_of(design(4'000'000, 8'000'000), settings).fits.front() == Precision::kInt8);
  CHECK_FALSE(deployment_of(design(8'000'001, 0), settings).fits.front());
}

TEST_CASE("A design of the paper fits its FPGA only with half-width numbers") {
  // SqueezeNet v1.0: 1,248,424 parameters; 5 MB of weights, and working memory next to them.
  const Deployment cost = deployment_of(design(1'248'424, 6'700'000), {});
  REQUIRE(cost.fits.size() == 2);
  CHECK(cost.fits[0] == Precision::kFp16);
}

TEST_CASE("Memories and bandwidths must be above 0") {
  CHECK_THROWS_WITH(validate({.on_chip_megabytes = {0.0}}),
                    "--on-chip-mb: got 0; expected megabytes above 0");
  CHECK_THROWS_WITH(
      validate({.bandwidth_bits_per_second = std::numeric_limits<double>::infinity()}),
      "--bandwidth: got inf; expected bits per second above 0");
  CHECK_NOTHROW(validate({}));
}

}  // namespace firesweep::reports

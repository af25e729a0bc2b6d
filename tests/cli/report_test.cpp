#include "cli/report.h"

#include <catch2/catch.hpp>

#include "tests/support/fake_metric.h"

namespace firesweep::cli {

TEST_CASE("report can judge designs by whatever the metric table has") {
  CLI::App known("report");
  ReportOptions options;
  add_report_options(known, options, tests::metrics_with_fakes());
  known.parse("run --objective latency_ms --objective macs");
  CHECK(options.objectives == std::vector<std::string>{"latency_ms", "macs"});

  CLI::App unknown("report");
  ReportOptions unused;
  add_report_options(unknown, unused);
  CHECK_THROWS_AS(unknown.parse("run --objective latency_ms"), CLI::ValidationError);
}

}  // namespace firesweep::cli

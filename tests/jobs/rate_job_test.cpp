#include "runners/jobs/rate_job.h"

#include <catch2/catch.hpp>

#include "base/error.h"
#include "runners/jobs/messages.h"

namespace firesweep::runners::jobs {

TEST_CASE("A job that tests learning rates is one line and comes back the same") {
  RateJob before;
  before.content.dataset.name = "synthetic";
  before.content.model = {{"SR", 0.1}};
  before.content.training = {{"batch_size", std::int64_t{3}}};
  before.content.seed = 7;
  before.dataset_checksum = "cc";
  before.test = {.first_rate = 1.0 / 3.0, .last_rate = 2.5, .steps = 12};
  const std::string line = serialize(Job("rate-2", before));
  CHECK(line.find('\n') == std::string::npos);
  const Job parsed = parse_job(line);
  CHECK(parsed.id == "rate-2");
  CHECK(serialize(parsed) == line);
  const RateJob& after = std::get<RateJob>(parsed.payload);
  CHECK(after.content.model == before.content.model);
  CHECK(after.content.training == before.content.training);
  CHECK(after.content.seed == 7);
  CHECK(after.dataset_checksum == "cc");
  CHECK(after.test.first_rate == before.test.first_rate);
  CHECK(after.test.last_rate == 2.5);
  CHECK(after.test.steps == 12);
}

TEST_CASE("The losses of a test are one line and come back the same") {
  const RateLosses before{.engine = "fused, fp32",
                          .losses = {2.3, 1.0 / 3.0},
                          .end = sweep::RangeEnd::kNotFinite,
                          .seconds = 0.125};
  const std::string line = serialize(RatesTested{"rate-2", before});
  CHECK(line.find('\n') == std::string::npos);
  const auto after = std::get<RatesTested>(parse_event(line));
  CHECK(serialize(after) == line);
  CHECK(after.job_id == "rate-2");
  CHECK(after.losses.engine == "fused, fp32");
  CHECK(after.losses.losses == before.losses);
  CHECK(after.losses.end == sweep::RangeEnd::kNotFinite);
  CHECK(after.losses.seconds == 0.125);
}

TEST_CASE("An impossible test and losses that are no numbers are named") {
  CHECK_THROWS_WITH(
      range_test_from_json({{"first_rate", 1.0}, {"last_rate", 0.5}, {"steps", 10}}),
      "a range test from 1 to 0.5 in 10 steps; expected 0 < first < last and 2 steps or more");
  CHECK_THROWS_WITH(
      parse_event(R"({"event": "rates_tested", "job_id": "r", "losses": {"engine": "x",)"
                  R"( "losses": [1, null], "end": "last rate", "seconds": 1}})"),
      "bad event line: field 'losses' has null; expected numbers");
}

}  // namespace firesweep::runners::jobs

#include "runners/jobs/rate_job.h"

#include <fmt/format.h>

#include "base/error.h"
#include "base/json_fields.h"

namespace firesweep::runners::jobs {

nlohmann::json to_json(const sweep::RangeTest& test) {
  return {{"first_rate", test.first_rate}, {"last_rate", test.last_rate}, {"steps", test.steps}};
}

nlohmann::json to_json(const RateLosses& losses) {
  return {{"engine", losses.engine},
          {"losses", losses.losses},
          {"end", sweep::to_string(losses.end)},
          {"seconds", losses.seconds}};
}

sweep::RangeTest range_test_from_json(const nlohmann::json& json) {
  const sweep::RangeTest test{.first_rate = base::number_field(json, "first_rate"),
                              .last_rate = base::number_field(json, "last_rate"),
                              .steps = base::integer_field(json, "steps")};
  if (test.first_rate <= 0.0 || test.last_rate <= test.first_rate || test.steps < 2) {
    throw Error(fmt::format(
        "a range test from {} to {} in {} steps; expected 0 < first < last and 2 steps or more",
        test.first_rate, test.last_rate, test.steps));
  }
  return test;
}

RateLosses rate_losses_from_json(const nlohmann::json& json) {
  RateLosses losses{.engine = base::text_field(json, "engine"),
                    .losses = {},
                    .end = sweep::range_end_from(base::text_field(json, "end")),
                    .seconds = base::number_field(json, "seconds")};
  for (const nlohmann::json& loss : base::array_field(json, "losses")) {
    if (!loss.is_number()) {
      throw Error(fmt::format("field 'losses' has {}; expected numbers", base::quoted(loss)));
    }
    losses.losses.push_back(loss.get<double>());
  }
  return losses;
}

}  // namespace firesweep::runners::jobs

#include "sweep/store/trial_result.h"

#include "base/json_fields.h"
#include "tests/fuzz/targets.h"

namespace firesweep::fuzz {

void trial_result(std::string_view bytes) {
  const auto json = accepted([&] { return base::parse_json(bytes); });
  if (!json) {
    return;
  }
  const auto result = accepted([&] { return sweep::trial_result_from_json(*json); });
  if (!result) {
    return;
  }
  const nlohmann::json written = to_json(*result);
  require(agree(written, *json), "a result is written as it was read");
  const nlohmann::json read = base::parse_json(base::to_file_text(written));
  require(to_json(sweep::trial_result_from_json(read)) == written, "a result reads back unchanged");
}

}  // namespace firesweep::fuzz

#include "sweep/store/data_summary.h"

#include "base/json_fields.h"
#include "tests/fuzz/targets.h"

namespace firesweep::fuzz {

void data_summary(std::string_view bytes) {
  const auto json = accepted([&] { return base::parse_json(bytes); });
  if (!json) {
    return;
  }
  const auto summary = accepted([&] { return sweep::data_summary_from_json(*json); });
  if (!summary) {
    return;
  }
  const nlohmann::json written = to_json(*summary);
  require(agree(written, *json), "a summary is written as it was read");
  const nlohmann::json read = base::parse_json(base::to_file_text(written));
  require(sweep::data_summary_from_json(read) == *summary, "a summary reads back unchanged");
}

}  // namespace firesweep::fuzz

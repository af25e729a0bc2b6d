#include "base/json_fields.h"
#include "sweep/store/run_directory.h"
#include "tests/fuzz/targets.h"

namespace firesweep::fuzz {

void manifest(std::string_view bytes) {
  const auto json = accepted([&] { return base::parse_json(bytes); });
  if (!json) {
    return;
  }
  const auto manifest = accepted([&] { return sweep::manifest_from_json(*json); });
  if (!manifest) {
    return;
  }
  const nlohmann::json written = to_json(*manifest);
  require(agree(written, *json), "a manifest is written as it was read");
  const nlohmann::json read = base::parse_json(base::to_file_text(written));
  require(to_json(sweep::manifest_from_json(read)) == written, "a manifest reads back unchanged");
}

}  // namespace firesweep::fuzz

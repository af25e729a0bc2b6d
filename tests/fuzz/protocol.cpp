#include <string>

#include "base/json_fields.h"
#include "runners/jobs/messages.h"
#include "tests/fuzz/targets.h"

namespace firesweep::fuzz {
namespace {

/// `parse` converts a line into a message.
template <typename Parse>
void check(std::string_view line, Parse parse) {
  const auto message = accepted([&] { return parse(line); });
  if (!message) {
    return;
  }
  const std::string written = runners::jobs::serialize(*message);
  require(written.find('\n') == std::string::npos, "a message is one line");
  require(agree(base::parse_json(written), base::parse_json(line)),
          "a message is written as it was read");
  require(runners::jobs::serialize(parse(written)) == written, "a message reads back unchanged");
}

}  // namespace

void protocol(std::string_view bytes) {
  check(bytes, runners::jobs::parse_job);
  check(bytes, runners::jobs::parse_event);
}

}  // namespace firesweep::fuzz

#include <string>
#include <vector>

#include "sweep/store/trial_result.h"
#include "tests/fuzz/targets.h"

namespace firesweep::fuzz {
namespace {

template <typename Record>
std::string lines_of(const std::vector<Record>& records) {
  std::string lines;
  for (const Record& record : records) {
    lines += to_json(record).dump() + "\n";
  }
  return lines;
}

void check_attempts(std::string_view bytes) {
  const auto attempts = accepted([&] { return sweep::parse_attempts(bytes); });
  if (!attempts) {
    return;
  }
  const std::string lines = lines_of(*attempts);
  require(lines_of(sweep::parse_attempts(lines)) == lines, "attempts come back the same");
}

void check_epochs(std::string_view bytes) {
  const auto epochs = accepted([&] { return sweep::parse_epochs(bytes); });
  if (!epochs) {
    return;
  }
  for (std::size_t i = 0; i < epochs->size(); ++i) {
    require((*epochs)[i].epoch > (i == 0 ? 0 : (*epochs)[i - 1].epoch), "epochs only go up");
  }
  const std::string lines = lines_of(*epochs);
  require(lines_of(sweep::parse_epochs(lines)) == lines, "epochs come back the same");
  // The length depends on the input.
  const std::string truncated = lines.substr(0, lines.size() * bytes.size() % (lines.size() + 1));
  require(lines.starts_with(lines_of(sweep::parse_epochs(truncated))),
          "a truncated file keeps the complete epochs");
}

}  // namespace

void epochs(std::string_view bytes) {
  check_epochs(bytes);
  check_attempts(bytes);
}

}  // namespace firesweep::fuzz

#include "cli/unit_options.h"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include <fmt/format.h>

#include "base/printable.h"
#include "base/units.h"

namespace firesweep::cli {
namespace {

/// Plain numbers are left to the checks that follow.
bool is_number(const std::string& text) {
  double number = 0.0;
  return CLI::detail::lexical_cast(text, number);
}

std::string refusal(std::string_view text, std::string_view expected) {
  return fmt::format("got {}; expected {}", base::shortened(text), expected);
}

}  // namespace

CLI::Validator as_seconds() {
  return {[](std::string& text) {
            if (is_number(text)) {
              return std::string();
            }
            const std::optional<double> seconds = base::seconds_from(text);
            if (!seconds) {
              return refusal(text, base::kTimeFormats);
            }
            text = fmt::format("{}", *seconds);
            return std::string();
          },
          ""};
}

CLI::Validator as_bytes() {
  return {[](std::string& text) {
            if (is_number(text)) {
              return std::string();
            }
            const std::optional<double> bytes = base::bytes_from(text);
            if (!bytes) {
              return refusal(text, base::kSizeFormats);
            }
            text = fmt::format("{}", static_cast<std::int64_t>(*bytes));
            return std::string();
          },
          ""};
}

}  // namespace firesweep::cli

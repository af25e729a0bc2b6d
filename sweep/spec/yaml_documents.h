// How many documents a YAML text holds, told without loading them.
#pragma once

#include <optional>
#include <string>

#include <yaml-cpp/mark.h>

namespace firesweep::sweep {

/// Where what follows the first document starts, if anything does: a second document, or brackets
/// and commas that belong to nothing. (yaml-cpp's LoadAll takes the latter for documents without
/// end.) Throws YAML::Exception for what is no YAML.
[[nodiscard]] std::optional<YAML::Mark> after_first_document(const std::string& text);

}  // namespace firesweep::sweep

// Detects more than one YAML document in a text without loading it.
#pragma once

#include <optional>
#include <string>

#include <yaml-cpp/mark.h>

namespace firesweep::sweep {

/// Where the text after the first document starts, if there is any: a second document, or stray
/// brackets and commas. (yaml-cpp's LoadAll would read the latter as endless documents.) Throws
/// YAML::Exception if the text is not YAML.
[[nodiscard]] std::optional<YAML::Mark> after_first_document(const std::string& text);

}  // namespace firesweep::sweep

// Text files with the names of classes.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

namespace firesweep::runners::data {

/// One name a line; empty lines and spaces around names are ignored. Throws Error unless there are
/// `classes` names of valid text, FileError if the file can't be read.
[[nodiscard]] std::vector<std::string> read_class_names(const std::filesystem::path& file,
                                                        std::int64_t classes);

}  // namespace firesweep::runners::data

// Files that could not be read and were left out, as a CSV file beside the cache file: part, file,
// reason. In a run directory it is called data_problems.csv.
#pragma once

#include <cstddef>
#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include "runners/data/data_source.h"

namespace firesweep::runners::data {

struct BadFile {
  Part part = Part::kTrain;
  std::string file;  // relative to the source's root; any bytes
  std::string reason;
};

/// Where the bad files of a data source are listed, in the directory of cache files.
[[nodiscard]] std::filesystem::path problems_path(const std::filesystem::path& directory,
                                                  std::string_view fingerprint);

/// Throws FileError.
void write_problems(const std::filesystem::path& path, const std::vector<BadFile>& files);
/// The first files of the list, at most `most`. Throws FileError; ends early at a malformed line.
[[nodiscard]] std::vector<BadFile> read_problems(const std::filesystem::path& path,
                                                 std::size_t most);

}  // namespace firesweep::runners::data

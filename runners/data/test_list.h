// A list with the class of each picture of a folder without class folders: ImageNet's validation
// part as it is distributed.
#pragma once

#include <filesystem>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "runners/data/image_set.h"

namespace firesweep::runners::data {

/// The label of each of `pictures`, from the lines of `text`:
///
///   FILE CLASS    separated by a tab, a comma or spaces; CLASS is the name of a class, or in all
///                 lines its number from 0
///   ImageId,PredictionString    as the first line: Kaggle's LOC_val_solution.csv. Then FILE has no
///                 extension, and CLASS is the first word behind the comma
///
/// Empty lines are ignored. `name` is the list's in errors. Throws Error for a line of another
/// form, an unknown class, a file that is listed twice or is not there, and for a picture that is
/// not in the list.
[[nodiscard]] std::vector<Label> labels_from_list(std::string_view text, std::string_view name,
                                                  std::span<const std::string> pictures,
                                                  std::span<const std::string> classes);

/// labels_from_list of a file of at most 256 MB. Throws FileError if it can't be read.
[[nodiscard]] std::vector<Label> read_test_list(const std::filesystem::path& file,
                                                std::span<const std::string> pictures,
                                                std::span<const std::string> classes);

}  // namespace firesweep::runners::data

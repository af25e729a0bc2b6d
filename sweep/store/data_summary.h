// data.json: what a sweep trains and is evaluated on, for its reports. They need neither the images
// nor their cache.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include <nlohmann/json_fwd.hpp>

namespace firesweep::sweep {

struct DataSummary {
  /// A training image as people see it, before normalisation and augmentation.
  struct Sample {
    std::int64_t label = 0;
    std::string png{};  // a PNG file in base64 (RFC 4648, section 4), without line breaks

    bool operator==(const Sample&) const = default;
  };

  std::vector<std::string> classes{};  // their names by label; empty if they have none
  /// Images of each class that the sweep uses, by label [K].
  std::vector<std::int64_t> train{};
  std::vector<std::int64_t> validation{};
  std::vector<std::int64_t> test{};
  /// Of each channel over the training images, pixels scaled to [0, 1]; both empty if unknown.
  std::vector<double> mean{};
  std::vector<double> deviation{};
  std::int64_t bad_files = 0;      // could not be read and were left out: data_problems.csv
  std::int64_t skipped_files = 0;  // not images: hidden files, links, ...
  std::vector<Sample> samples{};   // a few of each class

  bool operator==(const DataSummary&) const = default;
};

/// Throws Error naming the field that violates a rule:
/// - The three parts have the same number of classes, at least one, and no count is negative.
/// - There is a name for each class, or none at all.
/// - Means and deviations are from 0 to 1, and there are as many of both.
/// - A sample's label is one of the classes, and its text is base64 of something that starts as a
///   PNG file does.
void validate(const DataSummary& summary);

[[nodiscard]] nlohmann::json to_json(const DataSummary& summary);
/// Throws Error as validate(), and for a missing or ill-typed field or another schema version.
[[nodiscard]] DataSummary data_summary_from_json(const nlohmann::json& json);

}  // namespace firesweep::sweep

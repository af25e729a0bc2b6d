#include "sweep/store/data_summary.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <string_view>
#include <utility>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "base/error.h"
#include "base/json_fields.h"
#include "base/printable.h"

namespace firesweep::sweep {
namespace {

constexpr std::int64_t kDataSummarySchemaVersion = 1;
constexpr std::int64_t kMaxCountedImages = std::int64_t{1} << 53;  // exact as floating point

constexpr std::array<std::pair<std::string_view, std::vector<std::int64_t> DataSummary::*>, 3>
    kImageCounts{{{"train", &DataSummary::train},
                  {"validation", &DataSummary::validation},
                  {"test", &DataSummary::test}}};
constexpr std::array<std::pair<std::string_view, std::int64_t DataSummary::*>, 2> kFileCounts{
    {{"bad_files", &DataSummary::bad_files}, {"skipped_files", &DataSummary::skipped_files}}};
constexpr std::array<std::pair<std::string_view, std::vector<double> DataSummary::*>, 2>
    kChannelValues{{{"mean", &DataSummary::mean}, {"deviation", &DataSummary::deviation}}};

void check_count(std::string_view name, std::int64_t count) {
  if (count < 0 || count > kMaxCountedImages) {
    throw Error(
        fmt::format("{} has {}; expected counts from 0 to {}", name, count, kMaxCountedImages));
  }
}

void check_classes(const DataSummary& summary) {
  if (summary.train.empty()) {
    throw Error("images.train has no class; expected at least one");
  }
  for (const auto& [name, member] : kImageCounts) {
    const std::vector<std::int64_t>& counts = summary.*member;
    if (counts.size() != summary.train.size()) {
      throw Error(fmt::format("images.{} has {} classes; expected {} as in images.train", name,
                              counts.size(), summary.train.size()));
    }
    for (const std::int64_t count : counts) {
      check_count(fmt::format("images.{}", name), count);
    }
  }
  if (!summary.classes.empty() && summary.classes.size() != summary.train.size()) {
    throw Error(fmt::format("classes has {} names; expected one for each of the {} classes",
                            summary.classes.size(), summary.train.size()));
  }
}

void check_channels(const DataSummary& summary) {
  if (summary.mean.size() != summary.deviation.size()) {
    throw Error(fmt::format("mean has {} channels and deviation {}; expected as many",
                            summary.mean.size(), summary.deviation.size()));
  }
  for (const double mean : summary.mean) {
    if (!(mean >= 0.0 && mean <= 1.0)) {  // also NaN
      throw Error(fmt::format("mean has {}; expected numbers from 0 to 1", mean));
    }
  }
  for (const double deviation : summary.deviation) {
    if (!(deviation >= 0.0 && deviation <= 1.0)) {
      throw Error(fmt::format("deviation has {}; expected numbers from 0 to 1", deviation));
    }
  }
}

bool is_base64(std::string_view text) {
  const std::size_t padding = text.ends_with("==") ? 2 : text.ends_with('=') ? 1 : 0;
  return text.size() % 4 == 0 &&
         std::ranges::all_of(text.substr(0, text.size() - padding), [](char c) {
           return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') ||
                  c == '+' || c == '/';
         });
}

/// It becomes part of a page, so nothing but an image's text may get there.
void check_sample(const DataSummary::Sample& sample, std::size_t classes) {
  constexpr std::string_view kSignature = "iVBORw0KGgo";  // of the PNG specification, section 5.2
  if (sample.label < 0 || sample.label >= static_cast<std::int64_t>(classes)) {
    throw Error(
        fmt::format("samples has label {}; expected one from 0 to {}", sample.label, classes - 1));
  }
  if (!sample.png.starts_with(kSignature) || !is_base64(sample.png)) {
    throw Error(fmt::format("samples has \"{}\"; expected a PNG file in base64",
                            base::shortened(sample.png)));
  }
}

std::string text_of_element(std::string_view name, const nlohmann::json& element) {
  if (!element.is_string()) {
    throw Error(fmt::format("{} has {}; expected texts", name, base::quoted(element)));
  }
  return element.get<std::string>();
}

std::vector<std::int64_t> counts_from(const nlohmann::json& images, std::string_view name) {
  std::vector<std::int64_t> counts;
  for (const nlohmann::json& count : base::array_field(images, name)) {
    if (!base::holds_int64(count)) {
      throw Error(fmt::format("images.{} has {}; expected integers", name, base::quoted(count)));
    }
    counts.push_back(count.get<std::int64_t>());
  }
  return counts;
}

std::vector<double> numbers_from(const nlohmann::json& json, std::string_view name) {
  std::vector<double> numbers;
  for (const nlohmann::json& number : base::array_field(json, name)) {
    if (!number.is_number()) {
      throw Error(fmt::format("{} has {}; expected numbers", name, base::quoted(number)));
    }
    numbers.push_back(number.get<double>());
  }
  return numbers;
}

}  // namespace

void validate(const DataSummary& summary) {
  check_classes(summary);
  check_channels(summary);
  for (const auto& [name, member] : kFileCounts) {
    check_count(name, summary.*member);
  }
  for (const DataSummary::Sample& sample : summary.samples) {
    check_sample(sample, summary.train.size());
  }
}

nlohmann::json to_json(const DataSummary& summary) {
  nlohmann::json json{{"schema_version", kDataSummarySchemaVersion}, {"classes", summary.classes}};
  for (const auto& [name, member] : kImageCounts) {
    json["images"][std::string(name)] = summary.*member;
  }
  for (const auto& [name, member] : kChannelValues) {
    json[std::string(name)] = summary.*member;
  }
  for (const auto& [name, member] : kFileCounts) {
    json[std::string(name)] = summary.*member;
  }
  json["samples"] = nlohmann::json::array();
  for (const DataSummary::Sample& sample : summary.samples) {
    json["samples"].push_back({{"label", sample.label}, {"png", sample.png}});
  }
  return json;
}

DataSummary data_summary_from_json(const nlohmann::json& json) {
  base::check_schema_version(json, kDataSummarySchemaVersion);
  DataSummary summary;
  for (const nlohmann::json& name : base::array_field(json, "classes")) {
    summary.classes.push_back(text_of_element("classes", name));
  }
  const nlohmann::json& images = base::object_field(json, "images");
  for (const auto& [name, member] : kImageCounts) {
    summary.*member = counts_from(images, name);
  }
  for (const auto& [name, member] : kChannelValues) {
    summary.*member = numbers_from(json, name);
  }
  for (const auto& [name, member] : kFileCounts) {
    summary.*member = base::integer_field(json, name);
  }
  for (const nlohmann::json& sample : base::array_field(json, "samples")) {
    summary.samples.push_back(
        {base::integer_field(sample, "label"), base::text_field(sample, "png")});
  }
  validate(summary);
  return summary;
}

}  // namespace firesweep::sweep

#include "runners/data/test_list.h"

#include <algorithm>
#include <cerrno>
#include <charconv>
#include <cstddef>
#include <cstdint>
#include <fstream>
#include <iterator>
#include <map>
#include <optional>
#include <system_error>
#include <unordered_map>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "base/counts.h"
#include "base/error.h"
#include "base/printable.h"

namespace firesweep::runners::data {
namespace {

constexpr std::size_t kMaxListed = 10;  // files in one message
constexpr std::int64_t kMaxListBytes = 256'000'000;
constexpr std::string_view kKaggleHeader = "ImageId,PredictionString";

struct ListLine {
  std::size_t number = 0;
  std::string_view file{};
  std::string_view label{};
};

std::string_view trimmed(std::string_view text) {
  constexpr std::string_view kBlank = " \t\r";
  const std::size_t first = text.find_first_not_of(kBlank);
  return first == std::string_view::npos
             ? std::string_view()
             : text.substr(first, text.find_last_not_of(kBlank) - first + 1);
}

std::string_view without_extension(std::string_view file) {
  const std::size_t dot = file.rfind('.');
  return dot == std::string_view::npos ? file : file.substr(0, dot);
}

class TestList {
 public:
  TestList(std::string_view text, std::string_view name) : name_(name) {
    std::size_t number = 0;
    while (!text.empty()) {
      const std::size_t end = std::min(text.find('\n'), text.size());
      const std::string_view line = trimmed(text.substr(0, end));
      text.remove_prefix(std::min(end + 1, text.size()));
      ++number;
      if (lines_.empty() && !is_kaggle_ && line == kKaggleHeader) {
        is_kaggle_ = true;
      } else if (!line.empty()) {
        lines_.push_back(parsed(number, line));
      }
    }
  }

  [[nodiscard]] std::vector<Label> labels(std::span<const std::string> pictures,
                                          std::span<const std::string> classes) const {
    const std::vector<Label> of_lines = labels_of_lines(classes);
    const auto place = places_of(pictures);
    std::vector<std::size_t> line_of(pictures.size(), lines_.size());
    std::vector<std::string_view> unknown;
    for (std::size_t i = 0; i < lines_.size(); ++i) {
      const auto found = place.find(lines_[i].file);
      if (found == place.end()) {
        unknown.push_back(lines_[i].file);
      } else if (line_of[found->second] < lines_.size()) {
        fail(lines_[i],
             fmt::format("'{}' is listed again; first in line {}", base::shortened(lines_[i].file),
                         lines_[line_of[found->second]].number));
      } else {
        line_of[found->second] = i;
      }
    }
    report("{} of the list {} not in the folder", unknown);
    std::vector<Label> labels;
    std::vector<std::string_view> unlisted;
    for (std::size_t i = 0; i < pictures.size(); ++i) {
      if (line_of[i] == lines_.size()) {
        unlisted.push_back(pictures[i]);
      } else {
        labels.push_back(of_lines[line_of[i]]);
      }
    }
    report("{} of the folder {} not in the list", unlisted);
    return labels;
  }

 private:
  [[nodiscard]] ListLine parsed(std::size_t number, std::string_view line) const {
    std::size_t split = line.find('\t');
    if (split == std::string_view::npos) {
      split = line.find(',');
    }
    if (split == std::string_view::npos) {
      split = line.rfind(' ');
    }
    if (split == std::string_view::npos) {
      fail({.number = number},
           fmt::format("got '{}'; expected a file and its class", base::shortened(line)));
    }
    ListLine result{number, trimmed(line.substr(0, split)), trimmed(line.substr(split + 1))};
    if (is_kaggle_) {
      result.label = result.label.substr(0, result.label.find(' '));
    }
    if (result.file.starts_with("./")) {
      result.file.remove_prefix(2);
    }
    return result;
  }

  [[nodiscard]] std::unordered_map<std::string_view, std::size_t> places_of(
      std::span<const std::string> pictures) const {
    std::unordered_map<std::string_view, std::size_t> places;
    for (std::size_t i = 0; i < pictures.size(); ++i) {
      const std::string_view file = is_kaggle_ ? without_extension(pictures[i]) : pictures[i];
      places.emplace(file, i);
    }
    return places;
  }

  /// By name if all are names of classes, else by number.
  [[nodiscard]] std::vector<Label> labels_of_lines(std::span<const std::string> classes) const {
    std::map<std::string_view, Label> by_name;
    for (std::size_t label = 0; label < classes.size(); ++label) {
      by_name.emplace(classes[label], static_cast<Label>(label));
    }
    const bool all_named = std::ranges::all_of(
        lines_, [&](const ListLine& line) { return by_name.contains(line.label); });
    std::vector<Label> labels;
    for (const ListLine& line : lines_) {
      const std::optional<Label> label =
          all_named ? by_name.at(line.label) : number_of(line.label, classes.size());
      if (!label) {
        fail(line, fmt::format("unknown class; got '{}'; expected the name of a class folder in "
                               "every line, or a number from 0 to {}",
                               base::shortened(line.label), classes.size() - 1));
      }
      labels.push_back(*label);
    }
    return labels;
  }

  [[nodiscard]] static std::optional<Label> number_of(std::string_view text, std::size_t classes) {
    Label value = 0;
    const char* const end = text.data() + text.size();
    const auto [stop, problem] = std::from_chars(text.data(), end, value);
    return problem == std::errc() && stop == end && value < classes ? std::optional(value)
                                                                    : std::nullopt;
  }

  void report(fmt::format_string<std::string, const char*> problem,
              std::vector<std::string_view> files) const {
    if (files.empty()) {
      return;
    }
    std::vector<std::string> shown;
    for (std::size_t i = 0; i < std::min(kMaxListed, files.size()); ++i) {
      shown.push_back(base::shortened(files[i]));
    }
    throw Error(fmt::format("{}: {}: {}{}", name_,
                            fmt::format(problem, base::counted(files.size(), "picture"),
                                        files.size() == 1 ? "is" : "are"),
                            fmt::join(shown, ", "), files.size() > kMaxListed ? ", ..." : ""));
  }

  [[noreturn]] void fail(const ListLine& line, std::string_view problem) const {
    throw Error(fmt::format("{}:{}: {}", name_, line.number, problem));
  }

  std::string name_;
  bool is_kaggle_ = false;
  std::vector<ListLine> lines_;
};

}  // namespace

std::vector<Label> labels_from_list(std::string_view text, std::string_view name,
                                    std::span<const std::string> pictures,
                                    std::span<const std::string> classes) {
  return TestList(text, name).labels(pictures, classes);
}

std::vector<Label> read_test_list(const std::filesystem::path& file,
                                  std::span<const std::string> pictures,
                                  std::span<const std::string> classes) {
  const std::string name = base::one_line(file.string());
  std::error_code code;
  const auto size = std::filesystem::file_size(file, code);
  std::ifstream stream(file, std::ios::binary);
  if (code || !stream) {
    const std::error_code reason = code ? code : std::make_error_code(std::errc::permission_denied);
    throw FileError(
        fmt::format("{}: can't read the list of test pictures: {}", name, reason.message()),
        reason);
  }
  if (size > kMaxListBytes) {
    throw Error(fmt::format("{}: too large for a list of test pictures", name));
  }
  std::string text{std::istreambuf_iterator<char>(stream), {}};
  return labels_from_list(text, name, pictures, classes);
}

}  // namespace firesweep::runners::data

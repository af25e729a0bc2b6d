#include "runners/data/class_names.h"

#include <string_view>

#include <fmt/format.h>

#include "base/error.h"
#include "base/printable.h"
#include "runners/data/byte_source.h"

namespace firesweep::runners::data {
namespace {

constexpr std::size_t kMaxNamesBytes = std::size_t{1} << 20;

std::string_view trimmed(std::string_view line) {
  constexpr std::string_view kSpace = " \t\r";
  const std::size_t first = line.find_first_not_of(kSpace);
  return first == std::string_view::npos
             ? std::string_view()
             : line.substr(first, line.find_last_not_of(kSpace) + 1 - first);
}

bool is_text(std::string_view name) {
  for (std::size_t i = 0; i < name.size();) {
    const std::size_t length = base::character_length(name, i);
    if (length == 0) {
      return false;
    }
    i += length;
  }
  return true;
}

std::string text_of(const std::filesystem::path& file) {
  std::vector<std::uint8_t> bytes(kMaxNamesBytes);
  bytes.resize(open_source(file)->read(bytes));
  return {bytes.begin(), bytes.end()};
}

}  // namespace

std::vector<std::string> read_class_names(const std::filesystem::path& file, std::int64_t classes) {
  const std::string text = text_of(file);
  std::vector<std::string> names;
  std::size_t number = 0;
  for (std::size_t start = 0; start < text.size();) {
    const std::size_t end = std::min(text.find('\n', start), text.size());
    const std::string_view name = trimmed(std::string_view(text).substr(start, end - start));
    start = end + 1;
    ++number;
    if (!is_text(name)) {
      throw Error(fmt::format("{}:{}: name of a class; got '{}'; expected UTF-8 text",
                              base::one_line(file.string()), number, base::shortened(name)));
    }
    if (!name.empty()) {
      names.emplace_back(name);
    }
  }
  if (std::ssize(names) != classes) {
    throw Error(fmt::format("{}: names of classes; got {}; expected {}, one a line",
                            base::one_line(file.string()), names.size(), classes));
  }
  return names;
}

}  // namespace firesweep::runners::data

#include "runners/data/bad_files.h"

#include <algorithm>
#include <optional>
#include <string_view>

#include <fmt/format.h>

#include "base/atomic_file.h"
#include "runners/data/cache_layout.h"

namespace firesweep::runners::data {
namespace {

std::string quoted_field(std::string_view text) {
  std::string quoted = "\"";
  for (const char c : text) {
    quoted += c == '"' ? "\"\"" : std::string(1, c);
  }
  return quoted + "\"";
}

/// A quoted field at the beginning of `text`, which is then what follows it and its separator.
std::optional<std::string> take_field(std::string_view& text) {
  if (!text.starts_with('"')) {
    return std::nullopt;
  }
  std::string field;
  for (std::size_t i = 1; i < text.size(); ++i) {
    if (text[i] != '"') {
      field += text[i];
    } else if (text.substr(i + 1).starts_with('"')) {
      field += text[i++];
    } else {
      text.remove_prefix(std::min(i + 2, text.size()));
      return field;
    }
  }
  return std::nullopt;
}

}  // namespace

std::filesystem::path problems_path(const std::filesystem::path& directory,
                                    std::string_view fingerprint) {
  return directory / fmt::format("{}.problems.csv", fingerprint);
}

void write_problems(const std::filesystem::path& path, const std::vector<BadFile>& files) {
  std::string text = "part,file,reason\n";
  for (const BadFile& file : files) {
    text += fmt::format("{},{},{}\n", name_of(file.part), quoted_field(file.file),
                        quoted_field(file.reason));
  }
  base::write_file_atomically(path, text);
}

std::vector<BadFile> read_problems(const std::filesystem::path& path, std::size_t most) {
  const std::string content = base::read_file(path);
  std::string_view text(content);
  const auto skip_past = [&text](char end) {
    const std::size_t place = text.find(end);
    text.remove_prefix(place == std::string_view::npos ? text.size() : place + 1);
  };
  skip_past('\n');
  std::vector<BadFile> files;
  while (files.size() < most) {
    BadFile file;
    for (const Part part : kParts) {
      file.part = text.starts_with(name_of(part)) ? part : file.part;
    }
    skip_past(',');
    const std::optional<std::string> name = take_field(text);
    const std::optional<std::string> reason = name ? take_field(text) : std::nullopt;
    if (!reason) {
      break;
    }
    files.push_back({file.part, *name, *reason});
  }
  return files;
}

}  // namespace firesweep::runners::data

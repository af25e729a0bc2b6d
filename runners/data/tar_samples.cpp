#include "runners/data/tar_samples.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <cstddef>
#include <system_error>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "base/error.h"
#include "base/printable.h"

namespace firesweep::runners::data {
namespace {

constexpr std::size_t kMaxSampleBytes = std::size_t{1} << 30;
constexpr std::size_t kMaxLabelBytes = 64;
constexpr std::size_t kMaxJsonBytes = std::size_t{1} << 20;
constexpr std::size_t kFirstBytes = std::size_t{1} << 16;

/// Where the name in a path starts.
std::size_t start_of_name(std::string_view path) {
  const std::size_t slash = path.rfind('/');
  return slash == std::string_view::npos ? 0 : slash + 1;
}

std::string_view key_of(std::string_view path) {
  return path.substr(0, path.find('.', start_of_name(path)));
}

/// In lower case, without the dot.
std::string extension_of(std::string_view path) {
  const std::string_view key = key_of(path);
  std::string extension(path.substr(std::min(key.size() + 1, path.size())));
  std::ranges::transform(extension, extension.begin(), [](char c) {
    return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
  });
  return extension;
}

bool is_hidden(std::string_view path) {
  const std::size_t start = start_of_name(path);
  return start == path.size() || path[start] == '.';
}

bool is_picture(std::string_view extension) {
  constexpr std::array<std::string_view, 5> kPictures{"jpg", "jpeg", "png", "webp", "gif"};
  return std::ranges::find(kPictures, extension) != kPictures.end();
}

std::optional<Label> as_label(std::int64_t number) {
  return number >= 0 && number < kMaxClasses ? std::optional(static_cast<Label>(number))
                                             : std::nullopt;
}

/// Of a decimal number with space around it.
std::optional<Label> label_in_text(std::string_view text) {
  constexpr std::string_view kSpace = " \t\r\n";
  text.remove_prefix(std::min(text.find_first_not_of(kSpace), text.size()));
  text.remove_suffix(text.size() - (text.find_last_not_of(kSpace) + 1));
  std::int64_t number = 0;
  const auto [stop, code] = std::from_chars(text.data(), text.data() + text.size(), number);
  return code == std::errc() && stop == text.data() + text.size() ? as_label(number) : std::nullopt;
}

std::optional<Label> label_in_json(const std::string& text) {
  const nlohmann::json json = nlohmann::json::parse(text, nullptr, false);
  if (!json.is_object() || !json.contains("label") || !json["label"].is_number_integer()) {
    return std::nullopt;
  }
  const nlohmann::json& label = json["label"];
  return label.is_number_unsigned() &&
                 label.get<std::uint64_t>() >= static_cast<std::uint64_t>(kMaxClasses)
             ? std::nullopt
             : as_label(label.get<std::int64_t>());
}

}  // namespace

TarSamples::TarSamples(const std::filesystem::path& shard)
    : name_(base::one_line(shard.string())), archive_(shard, ArchiveFormat::kTar) {
  advance();
}

/// To the next file that is not hidden.
void TarSamples::advance() {
  do {
    member_ = archive_.next();
  } while (member_ && is_hidden(member_->name));
}

bool TarSamples::next(TarSample& sample, bool with_bytes) {
  while (member_) {
    sample.key = key_of(member_->name);
    sample.picture.clear();
    sample.label.reset();
    std::int64_t files = 0;
    while (member_ && key_of(member_->name) == sample.key) {
      take(sample, with_bytes);
      ++files;
      advance();
    }
    if (!sample.picture.empty() && sample.label) {
      return true;
    }
    if (!sample.picture.empty() || sample.label) {
      fail(fmt::format("sample '{}' has {}; expected both, in files that follow each other",
                       base::shortened(sample.key),
                       sample.label ? "a label, but no picture" : "a picture, but no label"));
    }
    ignored_ += files;
  }
  return false;
}

void TarSamples::take(TarSample& sample, bool with_bytes) {
  const std::string extension = extension_of(member_->name);
  if (is_picture(extension)) {
    if (!sample.picture.empty()) {
      fail(fmt::format("sample '{}' has two pictures, {} and {}; expected one",
                       base::shortened(sample.key), base::shortened(sample.picture),
                       base::shortened(member_->name)));
    }
    sample.picture = member_->name;
    if (with_bytes) {
      read_content(sample.bytes, kMaxSampleBytes);
    }
  } else if (extension == "cls") {
    const std::string text = content(kMaxLabelBytes);
    sample.label = label_in_text(text);
    if (!sample.label) {
      fail(fmt::format("{}: label; got '{}'; expected a number from 0 to {}",
                       base::shortened(member_->name), base::shortened(text), kMaxClasses - 1));
    }
  } else if (extension == "json" && !sample.label) {
    sample.label = label_in_json(content(kMaxJsonBytes));
  }
}

void TarSamples::read_content(std::vector<std::uint8_t>& bytes, std::size_t limit) {
  std::size_t filled = 0;
  std::size_t got = 0;
  do {
    bytes.resize(std::min(std::max(2 * filled, kFirstBytes), limit + 1));
    try {
      got = archive_.read(std::span(bytes).subspan(filled));
    } catch (const Error& error) {
      fail(fmt::format("{}: {}", base::shortened(member_->name), error.what()));
    }
    filled += got;
    if (filled > limit) {
      fail(fmt::format("{}: larger than {} bytes", base::shortened(member_->name), limit));
    }
  } while (filled == bytes.size());
  bytes.resize(filled);
}

std::string TarSamples::content(std::size_t limit) {
  std::vector<std::uint8_t> bytes;
  read_content(bytes, limit);
  return {bytes.begin(), bytes.end()};
}

void TarSamples::fail(std::string_view problem) const {
  throw Error(fmt::format("{}: {}", name_, problem));
}

}  // namespace firesweep::runners::data

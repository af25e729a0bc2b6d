#include "runners/cluster/clocks.h"

#include <algorithm>
#include <cctype>
#include <cmath>

#include <fmt/format.h>
#include <sys/stat.h>

#include "base/units.h"

namespace firesweep::runners::cluster {
namespace {

constexpr const char* kClockDirectory = "clocks";
constexpr double kWorthAWord = 60.0;

std::string file_of(std::string host) {
  std::ranges::replace_if(
      host, [](unsigned char c) { return std::isalnum(c) == 0 && c != '-'; }, '-');
  return fmt::format("{}/{}", kClockDirectory, host);
}

}  // namespace

std::optional<double> clock_ahead(SharedFiles& files, const std::filesystem::path& run_directory,
                                  const std::string& name, double now) {
  files.write(name, "");
  struct stat status {};
  const bool read = ::stat((run_directory / name).c_str(), &status) == 0;
  files.remove(name);
  return read ? std::optional(now - static_cast<double>(status.st_mtime)) : std::nullopt;
}

std::string clock_text(std::string_view host, double seconds_ahead) {
  if (std::abs(seconds_ahead) < kWorthAWord) {
    return {};
  }
  return fmt::format(
      "the clock of {} is {} {} the file system's; only displayed times depend on it", host,
      base::duration_text(std::abs(seconds_ahead)), seconds_ahead > 0.0 ? "ahead of" : "behind");
}

void report_clock(SharedFiles& files, const std::string& host, const std::string& words) {
  if (words.empty()) {
    files.remove(file_of(host));
  } else {
    files.write(file_of(host), words + "\n");
  }
}

std::vector<std::string> reported_clocks(SharedFiles& files) {
  std::vector<std::string> words;
  for (const std::string& name : files.list(kClockDirectory)) {
    const auto text = name.starts_with('.')
                          ? std::nullopt
                          : files.read(fmt::format("{}/{}", kClockDirectory, name));
    if (text && !text->empty()) {
      words.push_back(text->substr(0, text->find('\n')));
    }
  }
  std::ranges::sort(words);
  return words;
}

void ClockWatch::scan(double now) {
  constexpr double kInterval = 30.0;
  if (now < next_scan_) {
    return;
  }
  next_scan_ = now + kInterval;
  for (const std::string& words : reported_clocks(files_)) {
    if (noted_.insert(words).second) {
      note_(words);
    }
  }
}

}  // namespace firesweep::runners::cluster

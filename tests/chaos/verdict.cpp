#include "tests/chaos/verdict.h"

#include <fstream>
#include <iterator>
#include <sstream>
#include <stdexcept>

#include <fmt/format.h>
#include <sys/stat.h>

namespace firesweep::chaos {
namespace {

nlohmann::json parse(const std::filesystem::path& path, const std::string& text) {
  nlohmann::json json = nlohmann::json::parse(text, nullptr, false);
  if (json.is_discarded()) {
    throw std::runtime_error(fmt::format("{}: not whole: {}", path.string(), text));
  }
  return json;
}

void forget_times(nlohmann::json& json) {
  for (const char* field : {"train_seconds", "images_per_second", "test_seconds", "seconds",
                            "finished_at", "worker", "environment", "attempts"}) {
    json.erase(field);
  }
}

/// Strict, unlike the product's reader: a finished run has a whole line for every epoch.
nlohmann::json epochs_of(const std::filesystem::path& path) {
  std::istringstream lines(read_whole(path));
  nlohmann::json epochs = nlohmann::json::array();
  for (std::string line; std::getline(lines, line);) {
    epochs.push_back(parse(path, line));
    forget_times(epochs.back());
  }
  return epochs;
}

}  // namespace

std::string read_whole(const std::filesystem::path& path) {
  std::ifstream file(path, std::ios::binary);
  if (!file) {
    throw std::runtime_error(path.string() + ": can't be read");
  }
  return {std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
}

Bits bits_of(const std::filesystem::path& run) {
  Bits bits;
  for (const auto& entry : std::filesystem::directory_iterator(run / "trials")) {
    nlohmann::json& trial = bits[entry.path().filename().string()];
    const std::filesystem::path result = entry.path() / "result.json";
    trial["result"] = parse(result, read_whole(result));
    forget_times(trial["result"]);
    trial["epochs"] = epochs_of(entry.path() / "epochs.jsonl");
  }
  const std::filesystem::path report = run / "results.json";
  for (nlohmann::json row : parse(report, read_whole(report)).at("trials")) {
    forget_times(row);
    for (nlohmann::json& epoch : row.at("epochs")) {
      forget_times(epoch);
    }
    bits[row.at("id").get<std::string>()]["report"] = row;
  }
  return bits;
}

std::string difference(const Bits& reference, const Bits& bits) {
  for (const auto& [id, trial] : reference) {
    const auto found = bits.find(id);
    if (found == bits.end()) {
      return fmt::format("trial {} is missing", id);
    }
    if (found->second != trial) {
      return fmt::format("trial {} differs: {}", id,
                         nlohmann::json::diff(trial, found->second).dump());
    }
  }
  return bits.size() == reference.size()
             ? ""
             : fmt::format("{} trials instead of {}", bits.size(), reference.size());
}

std::vector<std::string> temporaries_in(const std::filesystem::path& run) {
  std::vector<std::string> names;
  for (const auto& entry : std::filesystem::recursive_directory_iterator(run)) {
    const std::string name = entry.path().filename().string();
    if (name.starts_with('.') || name.ends_with(".tmp")) {
      names.push_back(std::filesystem::relative(entry.path(), run).string());
    }
  }
  return names;
}

std::vector<std::filesystem::path> unfinished_trials(const std::filesystem::path& run) {
  std::vector<std::filesystem::path> trials;
  std::error_code error;
  for (const auto& entry : std::filesystem::directory_iterator(run / "trials", error)) {
    if (!std::filesystem::exists(entry.path() / "result.json")) {
      trials.push_back(entry.path());
    }
  }
  return trials;
}

std::size_t results_in(const std::filesystem::path& run) {
  std::size_t results = 0;
  std::error_code error;
  for (const auto& entry : std::filesystem::directory_iterator(run / "trials", error)) {
    results += std::filesystem::exists(entry.path() / "result.json") ? 1 : 0;
  }
  return results;
}

std::string ResultLedger::look(const std::filesystem::path& run) {
  std::error_code error;
  std::size_t there = 0;
  for (const auto& entry : std::filesystem::directory_iterator(run / "trials", error)) {
    const std::filesystem::path path = entry.path() / "result.json";
    struct stat status {};
    if (::stat(path.c_str(), &status) != 0) {
      continue;
    }
    ++there;
    ++checks_;
    std::string bytes = read_whole(path);
    (void)parse(path, bytes);
    const auto [known, added] =
        seen_.try_emplace(entry.path().filename().string(), Seen{status.st_ino, bytes});
    if (known->second.bytes != bytes) {
      return fmt::format("{}: was changed from\n{}to\n{}", path.string(), known->second.bytes,
                         bytes);
    }
    if (known->second.inode != status.st_ino) {
      return fmt::format("{}: was written a second time", path.string());
    }
  }
  return there == seen_.size() ? "" : fmt::format("{} results are gone", seen_.size() - there);
}

}  // namespace firesweep::chaos

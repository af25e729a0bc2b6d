#include "runners/schedule/placement.h"

#include <algorithm>
#include <charconv>
#include <optional>
#include <set>

#include <fmt/format.h>

#include "base/error.h"

namespace firesweep::runners::schedule {
namespace {

std::vector<std::string_view> split(std::string_view text) {
  std::vector<std::string_view> parts;
  for (std::size_t end = 0; end != std::string_view::npos; text.remove_prefix(end + 1)) {
    end = text.find(',');
    parts.push_back(text.substr(0, end));
    if (end == std::string_view::npos) {
      break;
    }
  }
  return parts;
}

std::optional<int> number(std::string_view text) {
  int value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  const bool whole = error == std::errc() && end == text.data() + text.size() && value >= 0;
  return whole ? std::optional(value) : std::nullopt;
}

void check_available(const std::vector<int>& wanted, const std::vector<int>& available) {
  for (const int processor : wanted) {
    if (!std::binary_search(available.begin(), available.end(), processor)) {
      throw Error(
          fmt::format("--affinity: processor {} can't be used here; expected some of {} to "
                      "{} ({} in all)",
                      processor, available.front(), available.back(), available.size()));
    }
  }
}

bool is_device(std::string_view text) {
  return text == "cpu" || text == "cuda" ||
         (text.substr(0, 5) == "cuda:" && number(text.substr(5)).has_value());
}

/// One for each worker; empty: --device does not limit their number.
std::vector<std::string> devices_of(std::string_view option) {
  std::set<std::string> known;
  std::vector<std::string> devices;
  for (const std::string_view part : split(option)) {
    if (!is_device(part)) {
      throw Error(fmt::format(
          "--device: got '{}'; expected cpu, cuda, cuda:<n> or a comma-separated list of these",
          part));
    }
    std::string device(part == "cuda" ? "cuda:0" : part);
    if (device != "cpu" && !known.insert(device).second) {
      throw Error(fmt::format(
          "--device: {} is named twice; a device has one job at a time; name each once", part));
    }
    devices.push_back(std::move(device));
  }
  if (devices.size() > 1 && std::find(devices.begin(), devices.end(), "cpu") != devices.end()) {
    throw Error(
        "--device: cpu can't be mixed with GPUs, because a trial's result would depend on its "
        "device; expected cpu or GPUs only");
  }
  return devices;
}

std::vector<std::vector<int>> slices(const std::vector<int>& processors, std::size_t workers,
                                     std::size_t threads) {
  std::vector<std::vector<int>> lists;
  for (std::size_t worker = 0; worker < workers; ++worker) {
    const auto begin = processors.begin() + static_cast<std::ptrdiff_t>(worker * threads);
    lists.emplace_back(begin, begin + static_cast<std::ptrdiff_t>(threads));
  }
  return lists;
}

std::size_t worker_count(const PlacementOptions& options, const std::vector<std::string>& devices,
                         std::size_t processors) {
  if (devices.front() != "cpu") {
    if (options.jobs > devices.size()) {
      throw Error(fmt::format(
          "--jobs: got {0} for {1} device{2}; a device has one job at a time; expected at most {1}",
          options.jobs, devices.size(), devices.size() == 1 ? "" : "s"));
    }
    return options.jobs > 0 ? options.jobs : devices.size();
  }
  return options.jobs > 0 ? options.jobs
                          : std::max<std::size_t>(
                                1, processors / static_cast<std::size_t>(options.threads_per_job));
}

}  // namespace

std::vector<int> parse_processors(std::string_view text) {
  std::set<int> processors;
  for (const std::string_view part : split(text)) {
    const std::size_t dash = part.find('-');
    const auto first = number(part.substr(0, dash));
    const auto last = dash == std::string_view::npos ? first : number(part.substr(dash + 1));
    constexpr int kMax = 1 << 16;
    if (!first || !last || *first > *last || *last > kMax) {
      throw Error(fmt::format(
          "--affinity: got '{}'; expected auto, none or processors such as 0-3,8", part));
    }
    for (int processor = *first; processor <= *last; ++processor) {
      processors.insert(processor);
    }
  }
  return {processors.begin(), processors.end()};
}

Placement place_workers(const PlacementOptions& options, const std::vector<int>& available) {
  const bool is_list = options.affinity != "auto" && options.affinity != "none";
  const std::vector<int> processors = is_list ? parse_processors(options.affinity) : available;
  check_available(processors, available);
  Placement placement;
  placement.devices = devices_of(options.device);
  const std::size_t workers = worker_count(options, placement.devices, processors.size());
  placement.devices.resize(workers, "cpu");
  const auto threads = static_cast<std::size_t>(options.threads_per_job);
  const std::size_t wanted = workers * threads;
  if (is_list ? wanted <= processors.size()
              : options.affinity == "auto" && wanted == processors.size()) {
    placement.processors = slices(processors, workers, threads);
  } else if (is_list) {
    placement.processors.assign(workers, processors);
  }
  return placement;
}

}  // namespace firesweep::runners::schedule

#include "runners/run/sweep_input.h"

#include <cstdio>
#include <utility>

#include <fmt/format.h>

#include "base/counts.h"
#include "base/error.h"
#include "models/parameter.h"
#include "runners/data/dataset.h"
#include "runners/run/run_data.h"
#include "sweep/study/dataset_split.h"

namespace firesweep::runners::run {

namespace {

std::vector<sweep::Override> parsed(const std::vector<std::string>& overrides) {
  std::vector<sweep::Override> parsed;
  for (const std::string& text : overrides) {
    parsed.push_back(sweep::parse_override(text));
  }
  return parsed;
}

SweepInput expanded(sweep::SweepSpec spec, const schedule::Note& note) {
  SweepInput input;
  input.spec = std::move(spec);
  input.executor = cluster::executor_in(input.spec);
  if (data::skips_bad_files(input.spec.dataset)) {
    // What the list of files shows is said before they are decoded.
    const data::Description listed = data::describe_dataset(input.spec.dataset);
    sweep::check_dataset_split(input.spec, listed.shape, listed.classes);
  }
  const data::Description description =
      data::describe_readable(input.spec.dataset, data::default_cache_directory(),
                              note ? decoding_notes(note) : data::OnCacheProgress{});
  input.shape = description.shape;
  input.classes = description.classes;
  input.expansion = sweep::expand(input.spec, input.shape, input.classes);
  return input;
}

}  // namespace

SweepInput read_sweep(const std::filesystem::path& config,
                      const std::vector<std::string>& overrides, const schedule::Note& note) {
  return expanded(sweep::load_sweep_spec(config, parsed(overrides)), note);
}

SweepInput read_sweep_text(const std::string& text, const std::vector<std::string>& overrides) {
  return expanded(sweep::parse_sweep_spec(text, "", parsed(overrides)), {});
}

std::string trial_label(const std::vector<std::string>& axis_keys, const sweep::Point& point,
                        std::uint64_t seed) {
  std::string label;
  for (std::size_t i = 0; i < axis_keys.size(); ++i) {
    label += fmt::format("{}={} ", axis_keys[i], models::to_text(point.axis_values[i]));
  }
  return label + fmt::format("seed={}", seed);
}

const sweep::Trial& find_trial(const std::vector<sweep::Trial>& trials,
                               std::string_view beginning) {
  const sweep::Trial* found = nullptr;
  for (const sweep::Trial& trial : trials) {
    if (!beginning.empty() && trial.id.starts_with(beginning)) {
      if (found != nullptr) {
        throw Error(fmt::format("trial '{}': several ids start with it, such as {} and {}",
                                beginning, found->id, trial.id));
      }
      found = &trial;
    }
  }
  if (found == nullptr) {
    throw Error(fmt::format("trial '{}': no id of the {} of this sweep starts with it", beginning,
                            base::counted(trials.size(), "trial")));
  }
  return *found;
}

}  // namespace firesweep::runners::run

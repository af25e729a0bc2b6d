#include "runners/run/chosen_trials.h"

#include <algorithm>
#include <array>
#include <cstdint>
#include <optional>
#include <set>
#include <string>
#include <string_view>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "base/counts.h"
#include "base/error.h"
#include "base/suggestion.h"
#include "reports/final_seeds.h"
#include "reports/leading_designs.h"
#include "runners/run/final_trials.h"
#include "runners/run/run_target.h"

namespace firesweep::runners::run {
namespace {

/// Results as they are, of the sweep as it is to be run.
reports::ResultsTable results_so_far(const PreparedRun& run) {
  return reports::load_results(run.directory,
                               make_manifest(run.input, {}, nlohmann::json::object(), {}, nullptr));
}

/// Throws Error for a word that no id can start with.
void check_may_be_id(const std::string& word) {
  if (!word.empty() && word.find_first_not_of("0123456789abcdef") == word.npos) {
    return;
  }
  constexpr std::array<std::string_view, 3> kNames{"best", "front", "smallest"};
  const std::string_view nearest = base::nearest(word, kNames);
  throw Error(fmt::format(
      "--only '{}' is neither a trial's id nor a name; expected the beginning of an id, or one of "
      "{}{}",
      word, fmt::join(kNames, ", "),
      nearest.empty() ? std::string() : fmt::format("; did you mean '{}'?", nearest)));
}

/// The designs of one word of `--only`, and its trials if it names trials.
class Chooser {
 public:
  Chooser(const PreparedRun& run, const schedule::Note& note) : run_(run), note_(note) {}

  void add(const std::string& word) {
    const auto choice = reports::choice_named(word);
    if (!choice) {
      check_may_be_id(word);
      const sweep::Trial& trial = find_trial(run_.input.expansion.trials, word);
      ids.insert(trial.id);
      points.insert(trial.point);
      return;
    }
    if (!table_) {
      table_ = results_so_far(run_);
      warn_of_unfinished();
    }
    for (const std::size_t point : reports::chosen_designs(*table_, *choice)) {
      note_(fmt::format("{}: {}", word, reports::design_words(*table_, point)));
      points.insert(point);
      add_trials_of(point);
    }
  }

  void add_trials_of(std::size_t point) {
    for (const sweep::Trial& trial : run_.input.expansion.trials) {
      if (trial.point == point) {
        ids.insert(trial.id);
      }
    }
  }

  std::set<std::string> ids;
  std::set<std::size_t> points;

 private:
  void warn_of_unfinished() const {
    const auto open = static_cast<std::size_t>(
        std::ranges::count(table_->rows, sweep::TrialState::kPending, &reports::Row::state));
    if (open > 0 && open < table_->rows.size()) {
      note_(
          fmt::format("warning: {} of {} not finished; the choice is by the results of the others",
                      open, base::counted(table_->rows.size(), "trial")));
    }
  }

  const PreparedRun& run_;
  const schedule::Note& note_;
  std::optional<reports::ResultsTable> table_;
};

}  // namespace

void choose_trials(PreparedRun& run, const schedule::Note& note) {
  const RunOptions& options = run.options;
  if (options.seeds > 0 && options.only.empty()) {
    throw Error(
        "--seeds adds seeds to chosen designs; name them with --only best, --only front, --only "
        "smallest or trial ids. Of every design more seeds are trained with --set 'seed=[1, 2, "
        "3]'");
  }
  Chooser chosen(run, note);
  for (const std::string& word : options.only) {
    chosen.add(word);
  }
  if (options.seeds > 0) {
    const std::set<std::uint64_t> added =
        add_final_trials(run.input, chosen.points, options.seeds, run.directory);
    note(added.empty()
             ? fmt::format("{} has {} already", chosen.points.size() == 1 ? "the design" : "each",
                           base::counted(options.seeds, "seed"))
             : fmt::format("final {} for {}: {}", added.size() == 1 ? "seed" : "seeds",
                           base::counted(chosen.points.size(), "design"), fmt::join(added, ", ")));
    for (const std::size_t point : chosen.points) {
      chosen.add_trials_of(point);
    }
  }
  run.only.assign(chosen.ids.begin(), chosen.ids.end());
}

}  // namespace firesweep::runners::run

#include "runners/run/prepared_run.h"

#include <filesystem>
#include <utility>

#include "runners/data/dataset.h"

namespace firesweep::runners::run {

PreparedRun prepare_run(const RunOptions& options, const schedule::Note& note) {
  SweepInput input = read_sweep(options.config, options.overrides, note);
  const std::filesystem::path out =
      options.out.empty() ? std::filesystem::path("runs") / input.spec.name : options.out;
  return {options,
          std::move(input),
          sweep::RunDirectory(out),
          {schedule::find_worker(options.worker), options.placement.threads_per_job,
           std::filesystem::absolute(runners::data::default_cache_directory())},
          schedule::place_workers(options.placement, base::available_processors()),
          {}};
}

}  // namespace firesweep::runners::run

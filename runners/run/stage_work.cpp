#include "runners/run/stage_work.h"

#include <optional>
#include <string>
#include <utility>

#include "base/atomic_file.h"
#include "base/error.h"
#include "sweep/study/variant.h"

namespace firesweep::runners::run {
namespace {

bool is_completed(const sweep::RunDirectory& directory, const std::string& id) {
  std::string ignored;  // a result that can't be read was reported before
  const auto result = directory.load_usable_result(id, ignored);
  return result && result->state == sweep::TrialState::kCompleted;
}

std::optional<sweep::VariantResult> usable_variant(const sweep::RunDirectory& directory,
                                                   const sweep::Variant& variant) {
  try {
    return directory.load_variant(variant);
  } catch (const FileError&) {
    throw;
  } catch (const Error&) {
    return std::nullopt;  // it is recreated, which replaces the file
  }
}

}  // namespace

std::size_t variant_count(const PreparedRun& run, const TrialList& trials) {
  std::size_t of_a_trial = 0;
  for (const sweep::StageRequest& request : run.input.spec.stages) {
    of_a_trial += sweep::combinations_of(request).size();
  }
  return of_a_trial * trials.size();
}

std::vector<jobs::StageJob> pending_stage_jobs(const PreparedRun& run, const TrialList& trials,
                                               const JobMaker& jobs) {
  std::vector<jobs::StageJob> pending;
  if (run.input.spec.stages.empty()) {
    return pending;
  }
  for (const sweep::Trial* const trial : trials) {
    if (!is_completed(run.directory, trial->id)) {
      continue;
    }
    std::vector<sweep::Variant> variants = sweep::variants_of(trial->id, run.input.spec.stages);
    if (!variants.empty()) {  // of workers that were killed; none runs yet
      base::remove_temporaries(run.directory.variant_path(variants.front()).parent_path());
    }
    for (sweep::Variant& variant : variants) {
      const auto result = usable_variant(run.directory, variant);
      if (!result || (run.options.retry_failed && !result->completed)) {
        pending.push_back(jobs.stage_job(std::move(variant)));
      }
    }
  }
  return pending;
}

std::size_t failed_variant_count(const PreparedRun& run, const TrialList& trials) {
  std::size_t failed = 0;
  for (const sweep::Trial* const trial : trials) {
    for (const sweep::Variant& variant : sweep::variants_of(trial->id, run.input.spec.stages)) {
      const auto result = usable_variant(run.directory, variant);
      failed += result && !result->completed ? 1U : 0U;
    }
  }
  return failed;
}

}  // namespace firesweep::runners::run

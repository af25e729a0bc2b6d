// What `firesweep run` says before and after it trains.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include "runners/run/prepared_run.h"
#include "runners/run/run_target.h"

namespace firesweep::runners::run {

/// "1 trial", "3 trials".
[[nodiscard]] std::string plural(std::size_t count, std::string_view word);

/// Says beforehand what this run is about to do: `pending` trials to train, `retried` of them
/// again, `by_agents` or by workers here.
void announce(const PreparedRun& run, const Growth& growth, std::size_t pending,
              std::size_t retried, bool by_agents);

/// Writes the reports, prints the front; whether every selected trial completed.
[[nodiscard]] bool report_run(const PreparedRun& run);

/// "stopped with 3 of 36 trials over; go on with: firesweep run ...", `why` in front.
[[nodiscard]] std::string stopped_text(const PreparedRun& run, std::string_view why);

/// What to do about failed trials; nothing if there is none.
void advise(const PreparedRun& run, std::size_t failed);

}  // namespace firesweep::runners::run

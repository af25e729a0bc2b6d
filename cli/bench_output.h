// The tables of `firesweep bench`.
#pragma once

#include <string>

#include "runners/run/bench_document.h"

namespace firesweep::cli {

[[nodiscard]] std::string bench_table(const runners::run::Bench& bench);

}  // namespace firesweep::cli

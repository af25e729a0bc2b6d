// The page's texts: what was swept, with which results, where it was trained.
#pragma once

#include <nlohmann/json.hpp>

#include "reports/analysis.h"
#include "reports/results_table.h"
#include "reports/writers/html_writer.h"

namespace firesweep::reports::writers {

/// byline, sentences, tiles [{label, value}], reasons [{count, state, reason, example}],
/// recommendations [{title, text, point}].
[[nodiscard]] nlohmann::ordered_json page_summary(const ResultsTable& table,
                                                  const Analysis& analysis,
                                                  const PageOptions& options);

/// Blocks [{title, rows [[name, value]]}]: data, fixed keys, machines, command line.
[[nodiscard]] nlohmann::ordered_json provenance(const ResultsTable& table,
                                                const Analysis& analysis);

}  // namespace firesweep::reports::writers

// The JSON that report.html and the SVG renderer get: column by column and compact, because
// 10,000 trials must fit into a page that people send by mail. Numbers have six significant digits;
// results.json has them to the bit.
#pragma once

#include <string>

#include <nlohmann/json.hpp>

#include "reports/analysis.h"
#include "reports/results_table.h"
#include "reports/writers/html_writer.h"

namespace firesweep::reports::writers {

/// Members: sweep, created, live, axes, properties, metrics, points, trials, curves, layers, sets,
/// images, class_names, class_results,
/// sections, charts, summary, tables, provenance. docs/report-page.md describes them.
[[nodiscard]] nlohmann::ordered_json page_data(const ResultsTable& table, const Analysis& analysis,
                                               const PageOptions& options);

}  // namespace firesweep::reports::writers

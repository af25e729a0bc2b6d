// What the page says about the images of a sweep and about its classes.
#pragma once

#include <nlohmann/json.hpp>

#include "reports/analysis.h"
#include "reports/results_table.h"

namespace firesweep::reports::writers {

/// null without data.json, else sentences, classes [{name, counts [text], pictures [base64 of a
/// PNG]}] and more: classes that are left out.
[[nodiscard]] nlohmann::ordered_json page_images(const ResultsTable& table);

/// For each of Analysis::classes: point, title, sentences, pairs [text], rows [[class, recall in
/// percent, its deviation, images]] of lowest recall first, and more: classes that are left out.
[[nodiscard]] nlohmann::ordered_json page_class_results(const ResultsTable& table,
                                                        const Analysis& analysis);

/// The data set of charts::confusion_matrix: choice (an index into Analysis::classes), truth and
/// predicted (labels), images, of (images of the true class), fraction, correct. Empty if there is
/// no such chart.
[[nodiscard]] nlohmann::ordered_json confusion_columns(const Analysis& analysis);

}  // namespace firesweep::reports::writers

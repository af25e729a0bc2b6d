// What SciPy made of the tests' samples: reference_values.json, written by reference_values.py.
#pragma once

#include <fstream>
#include <string>

#include <nlohmann/json.hpp>

/// One part of the file: "intervals", "sign_flips" or "kendall_tau_b".
inline nlohmann::json reference_values(const std::string& part) {
  std::ifstream file(FIRESWEEP_SOURCE_DIR "/tests/statistics/reference_values.json");
  return nlohmann::json::parse(file).at(part);
}

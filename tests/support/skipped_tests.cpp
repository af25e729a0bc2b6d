#include "tests/support/skipped_tests.h"

#include <cstdio>
#include <vector>

#define CATCH_CONFIG_EXTERNAL_INTERFACES
#include <catch2/catch.hpp>
#include <fmt/format.h>
#include <fmt/ranges.h>

namespace firesweep::tests {

namespace {

SkippedTests& skipped() {
  static SkippedTests tests;
  return tests;
}

class Summary : public Catch::TestEventListenerBase {
 public:
  using TestEventListenerBase::TestEventListenerBase;

  void testRunEnded(const Catch::TestRunStats& /*stats*/) override {
    if (const std::string summary = skipped().summary(); !summary.empty()) {
      fmt::print("{}\n", summary);
      std::fflush(stdout);
    }
  }
};

CATCH_REGISTER_LISTENER(Summary)

}  // namespace

bool SkippedTests::add(const std::string& test, const std::string& needs) {
  return tests_[needs].insert(test).second;
}

std::string SkippedTests::summary() const {
  std::set<std::string> all;
  std::vector<std::string> counts;
  for (const auto& [needs, tests] : tests_) {
    all.insert(tests.begin(), tests.end());
    counts.push_back(fmt::format("{}: {}", needs, tests.size()));
  }
  if (all.empty()) {
    return {};
  }
  return fmt::format("skipped for what this processor lacks: {} test{} ({})", all.size(),
                     all.size() == 1 ? "" : "s", fmt::join(counts, ", "));
}

bool can_run(bool available, std::string_view needs) {
  if (!available) {
    const std::string test = Catch::getResultCapture().getCurrentTestName();
    if (skipped().add(test, std::string(needs))) {
      fmt::print("skipped: {}: needs {}\n", test, needs);
      std::fflush(stdout);
    }
  }
  return available;
}

}  // namespace firesweep::tests

// Tests that a processor can't run: they are named in the output, and the last line counts them.
#pragma once

#include <map>
#include <set>
#include <string>
#include <string_view>

namespace firesweep::tests {

class SkippedTests {
 public:
  /// Whether it was not known yet: a test with generators is entered several times.
  bool add(const std::string& test, const std::string& needs);
  /// "skipped for what this processor lacks: 3 tests (AVX-512: 2, avx512_bf16: 1)"; empty if there
  /// were none.
  [[nodiscard]] std::string summary() const;

 private:
  std::map<std::string, std::set<std::string>> tests_;  // by what they need
};

/// Returns `available`. Without, prints "skipped: the running test: needs `needs`"; the end of the
/// test program's output has the summary. For `if (!can_run(...)) { return; }`.
[[nodiscard]] bool can_run(bool available, std::string_view needs);

}  // namespace firesweep::tests

// libFuzzer's entry, compiled once for each target (FIRESWEEP_FUZZ_TARGET).
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "tests/fuzz/targets.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size);

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  // Targets read text; this is the one way the language has from bytes to chars.
  firesweep::fuzz::FIRESWEEP_FUZZ_TARGET({reinterpret_cast<const char*>(data), size});
  return 0;
}

// Entry point of libFuzzer, compiled once per target (FIRESWEEP_FUZZ_TARGET).
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "tests/fuzz/targets.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size);

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  // Targets read text. This is the only way in C++ to view bytes as chars.
  firesweep::fuzz::FIRESWEEP_FUZZ_TARGET({reinterpret_cast<const char*>(data), size});
  return 0;
}

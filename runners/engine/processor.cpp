#include "runners/engine/processor.h"

#if defined(__x86_64__)
#include <cpuid.h>
#endif

#include <dnnl.hpp>

namespace firesweep::runners::engine {

namespace {

/// oneDNN's levels are ordered: each includes the ones before it.
bool at_least(dnnl::cpu_isa wanted) {
  return static_cast<int>(dnnl::get_effective_cpu_isa()) >= static_cast<int>(wanted);
}

/// Of Golden Cove and what came after it: has AVX512-FP16.
bool is_recent_intel() {
#if defined(__x86_64__)
  unsigned int a = 0;
  unsigned int b = 0;
  unsigned int c = 0;
  unsigned int d = 0;
  return __builtin_cpu_is("intel") != 0 && __get_cpuid_count(7, 0, &a, &b, &c, &d) != 0 &&
         (d >> 23U & 1U) != 0;
#else
  return false;
#endif
}

}  // namespace

bool processor_has_bf16() {
  return at_least(dnnl::cpu_isa::avx512_core_bf16);
}

bool bf16_can_be_emulated() {
  return at_least(dnnl::cpu_isa::avx512_core);
}

bool bf16_is_faster() {
  return at_least(dnnl::cpu_isa::avx512_core_amx) || (processor_has_bf16() && !is_recent_intel());
}

}  // namespace firesweep::runners::engine

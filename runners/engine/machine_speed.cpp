#include <algorithm>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <memory>
#include <unordered_map>

#include <dnnl.hpp>
#ifdef __x86_64__
#include <immintrin.h>
#endif

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "runners/engine/machine_speed.cpp"
#include <hwy/foreach_target.h>
#include <hwy/highway.h>

#include "runners/engine/filled_memory.h"
#include "runners/engine/machine_speed.h"
#include "runners/engine/processor.h"

HWY_BEFORE_NAMESPACE();
namespace firesweep::runners::engine::HWY_NAMESPACE {
namespace {

namespace hn = hwy::HWY_NAMESPACE;

/// Twelve sums that do not wait for each other: two units with a latency of four to six cycles are
/// kept busy. Writes the sums to `sink` and returns the operations done.
double multiply_adds(std::int64_t rounds, float* sink) {
  const hn::ScalableTag<float> d;
  constexpr std::size_t kSums = 12;
  decltype(hn::Zero(d)) sums[kSums];
  for (std::size_t i = 0; i < kSums; ++i) {
    sums[i] = hn::Set(d, static_cast<float>(i));
  }
  const auto factor = hn::Set(d, *sink);
  for (std::int64_t round = 0; round < rounds; ++round) {
    for (auto& sum : sums) {
      sum = hn::MulAdd(sum, factor, factor);
    }
  }
  for (std::size_t i = 1; i < kSums; ++i) {
    sums[0] = hn::Add(sums[0], sums[i]);
  }
  *sink = hn::GetLane(hn::SumOfLanes(d, sums[0]));
  return 2.0 * static_cast<double>(rounds) * static_cast<double>(kSums * hn::Lanes(d));
}

}  // namespace
}  // namespace firesweep::runners::engine::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace firesweep::runners::engine {
namespace {

HWY_EXPORT(multiply_adds);

/// The highest rate that `work`, which returns the work it did, reaches within `seconds` (at least
/// three tries). In work per second.
template <typename Work>
double best_rate(double seconds, Work&& work) {
  using Clock = std::chrono::steady_clock;
  constexpr int kMinTries = 3;
  const auto begin = Clock::now();
  double best = 0.0;
  for (int tries = 0;
       tries < kMinTries || std::chrono::duration<double>(Clock::now() - begin).count() < seconds;
       ++tries) {
    const auto start = Clock::now();
    const double done = work();
    best = std::max(best, done / std::chrono::duration<double>(Clock::now() - start).count());
  }
  return best;
}

float fp32_factor() {
  volatile float factor = 0.5F;  // not known to the compiler, and no sum grows
  return factor;
}

double vector_fp32() {
  constexpr std::int64_t kRounds = 200'000;
  float sink = fp32_factor();
  const double done = HWY_DYNAMIC_DISPATCH(multiply_adds)(kRounds, &sink);
  volatile float result = sink;
  static_cast<void>(result);
  return done;
}

#ifdef __x86_64__
[[gnu::target("avx512f,avx512bf16")]] double dot_bf16(std::int64_t rounds, float* sink) {
  constexpr std::size_t kSums = 12;
  constexpr double kOperations = 2.0 * 32;  // of one instruction
  __m512 sums[kSums];
  for (auto& sum : sums) {
    sum = _mm512_set1_ps(*sink);
  }
  const auto factor = reinterpret_cast<__m512bh>(_mm512_set1_ps(*sink));
  for (std::int64_t round = 0; round < rounds; ++round) {
#pragma GCC unroll 12
    for (auto& sum : sums) {
      sum = _mm512_dpbf16_ps(sum, factor, factor);
    }
  }
  for (std::size_t i = 1; i < kSums; ++i) {
    sums[0] = _mm512_add_ps(sums[0], sums[i]);
  }
  float lanes[16];
  _mm512_storeu_ps(lanes, sums[0]);
  *sink = lanes[0];
  return kOperations * static_cast<double>(kSums) * static_cast<double>(rounds);
}
#endif

/// 0 where there is no such vector instruction.
double vector_bf16() {
#ifdef __x86_64__
  if (__builtin_cpu_supports("avx512bf16")) {
    constexpr std::int64_t kRounds = 200'000;
    float sink = fp32_factor();
    const double done = dot_bf16(kRounds, &sink);
    volatile float result = sink;
    static_cast<void>(result);
    return done;
  }
#endif
  return 0.0;
}

/// A product of two matrices that fit into a second-level cache.
class MatrixProduct {
 public:
  explicit MatrixProduct(Element element) {
    using dnnl::memory;
    const auto type = element == Element::kBf16 ? memory::data_type::bf16 : memory::data_type::f32;
    const memory::desc left({kRows, kInner}, type, memory::format_tag::ab);
    const memory::desc right({kInner, kColumns}, type, memory::format_tag::any);
    const memory::desc product({kRows, kColumns}, memory::data_type::f32, memory::format_tag::ab);
    const dnnl::matmul::primitive_desc desc({left, right, product}, engine_);
    multiply_ = dnnl::matmul(desc);
    arguments_ = {{DNNL_ARG_SRC, filled_memory(left, engine_)},
                  {DNNL_ARG_WEIGHTS, filled_memory(desc.weights_desc(), engine_)},
                  {DNNL_ARG_DST, filled_memory(product, engine_)}};
  }

  double operator()() {
    constexpr int kTimes = 20;
    for (int i = 0; i < kTimes; ++i) {
      multiply_.execute(stream_, arguments_);
    }
    stream_.wait();
    return 2.0 * kTimes * static_cast<double>(kRows * kColumns * kInner);
  }

 private:
  static constexpr std::int64_t kRows = 192;
  static constexpr std::int64_t kColumns = 256;
  static constexpr std::int64_t kInner = 384;

  dnnl::engine engine_{dnnl::engine::kind::cpu, 0};
  dnnl::stream stream_{engine_};
  dnnl::matmul multiply_;
  std::unordered_map<int, dnnl::memory> arguments_;
};

}  // namespace

double multiply_add_peak(Element element, double seconds) {
  const double vectors =
      best_rate(seconds / 2, element == Element::kBf16 ? vector_bf16 : vector_fp32);
  MatrixProduct product(element);
  return std::max(vectors, best_rate(seconds / 2, product));
}

double memory_bandwidth(double seconds) {
  constexpr std::size_t kBytes = std::size_t{128} << 20U;
  const auto from = std::make_unique<std::byte[]>(kBytes);  // zeros, so the pages are there
  const auto to = std::make_unique<std::byte[]>(kBytes);
  return best_rate(seconds, [&] {
    std::memcpy(to.get(), from.get(), kBytes);
    return 2.0 * static_cast<double>(kBytes);
  });
}

MachineSpeed measure_machine(double seconds) {
  MachineSpeed speed;
  speed.fp32_flops = multiply_add_peak(Element::kFp32, seconds / 3);
  if (processor_has_bf16()) {
    speed.bf16_flops = multiply_add_peak(Element::kBf16, seconds / 3);
  }
  speed.memory_bytes = memory_bandwidth(seconds / 3);
  return speed;
}

MachineSpeed best_of(const MachineSpeed& one, const MachineSpeed& other) {
  return {.fp32_flops = std::max(one.fp32_flops, other.fp32_flops),
          .bf16_flops = std::max(one.bf16_flops, other.bf16_flops),
          .memory_bytes = std::max(one.memory_bytes, other.memory_bytes)};
}

}  // namespace firesweep::runners::engine
#endif

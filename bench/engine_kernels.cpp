// Speed of the training engine's kernels on one thread, compared with a copy of the same bytes: a
// kernel as fast as the copy is bound by memory.
#include <algorithm>
#include <chrono>
#include <cstdint>
#include <cstring>
#include <functional>
#include <string>
#include <type_traits>
#include <vector>

#include <CLI/CLI.hpp>
#include <fmt/format.h>
#include <hwy/aligned_allocator.h>

#include "runners/engine/kernels.h"

namespace {

namespace engine = firesweep::runners::engine;
using engine::Bf16;
using engine::PoolShape;

struct Tensor {
  std::int64_t images = 0;
  std::int64_t size = 0;  // height and width
  std::int64_t channels = 0;

  [[nodiscard]] std::int64_t count() const { return images * size * size * channels; }
  [[nodiscard]] PoolShape pool() const {
    const std::int64_t out = (size - 3 + 1) / 2 + 1;
    return {size, size, out, out, 3, 2, channels};
  }
};

const std::vector<Tensor> kTensors = {{128, 28, 64}, {128, 14, 256}, {128, 7, 384},
                                      {16, 109, 96}, {16, 54, 256},  {16, 27, 512}};

/// Aligned numbers, half of them positive, as before a ReLU.
template <typename T>
class Buffer {
 public:
  explicit Buffer(std::int64_t count)
      : values_(hwy::AllocateAligned<T>(static_cast<std::size_t>(count))) {
    std::uint32_t state = 1;
    for (std::int64_t i = 0; i < count; ++i) {
      state = state * 1664525U + 1013904223U;
      if constexpr (std::is_same_v<T, float>) {
        values_[i] = static_cast<float>(static_cast<std::int32_t>(state)) * 1.0e-9F;
      } else if constexpr (std::is_same_v<T, Bf16>) {
        values_[i].bits = static_cast<std::uint16_t>((state >> 16U) & 0xBFFFU);  // below 2
      } else {
        values_[i] = static_cast<T>(state >> 24U);
      }
    }
  }
  [[nodiscard]] T* data() { return values_.get(); }

 private:
  hwy::AlignedFreeUniquePtr<T[]> values_;
};

/// Seconds of the fastest call within a tenth of a second: the one that other programs disturbed
/// least.
double seconds_of(const std::function<void()>& call) {
  using Clock = std::chrono::steady_clock;
  call();
  double fastest = 1.0e9;
  const auto start = Clock::now();
  for (int calls = 0; calls < 5 || Clock::now() - start < std::chrono::milliseconds(100); ++calls) {
    const auto begin = Clock::now();
    call();
    fastest = std::min(fastest, std::chrono::duration<double>(Clock::now() - begin).count());
  }
  return fastest;
}

/// `bytes`: the minimum to be read and written.
void report(const std::string& name, std::int64_t bytes, const std::function<void()>& call) {
  static Buffer<std::uint8_t> from(std::int64_t{150} << 20);
  static Buffer<std::uint8_t> to(std::int64_t{150} << 20);
  const auto half = static_cast<std::size_t>(bytes / 2);
  const double copy = seconds_of([&] { std::memcpy(to.data(), from.data(), half); });
  const double seconds = seconds_of(call);
  fmt::print("{:<20}{:>10.0f} us{:>8.1f} GB/s{:>8.2f} of a copy's speed\n", name, seconds * 1e6,
             static_cast<double>(bytes) / seconds * 1e-9, copy / seconds);
}

template <typename T>
void measure_pool(const Tensor& tensor) {
  const PoolShape shape = tensor.pool();
  const std::int64_t in = tensor.count();
  const std::int64_t out = tensor.images * shape.out_height * shape.out_width * shape.channels;
  Buffer<T> input(in);
  Buffer<T> output(out);
  Buffer<std::uint8_t> index(out);
  engine::relu_backward(input.data(), input.data(), input.data(),
                        in);  // the ReLU itself
  const std::int64_t bytes = (in + out) * static_cast<std::int64_t>(sizeof(T)) + out;
  for (const bool after_relu : {true, false}) {
    report(after_relu ? "pool after ReLU" : "pool", bytes, [&] {
      engine::max_pool_forward(input.data(), output.data(), index.data(), shape, tensor.images,
                               after_relu);
    });
  }
  report("pool backward", bytes, [&] {
    engine::max_pool_backward(output.data(), index.data(), input.data(), shape, tensor.images);
  });
}

template <typename T>
void measure_elementwise(const Tensor& tensor) {
  const std::int64_t count = tensor.count();
  const std::int64_t bytes = count * static_cast<std::int64_t>(sizeof(T));
  Buffer<T> a(count);
  Buffer<T> b(count);
  Buffer<T> c(count);
  report("relu_backward", 3 * bytes,
         [&] { engine::relu_backward(a.data(), a.data(), b.data(), count); });
  report("add", 3 * bytes, [&] { engine::add(a.data(), a.data(), b.data(), count); });
  report("add_relu_backward", 4 * bytes,
         [&] { engine::add_relu_backward(a.data(), a.data(), b.data(), c.data(), count); });
  report("add_channels half", 3 * bytes / 2, [&] {
    engine::add_channels(a.data(), tensor.channels, b.data(), tensor.channels / 2,
                         tensor.channels / 2, count / tensor.channels);
  });
  report("dropout", 2 * bytes, [&] { engine::dropout(a.data(), count, 0.5, 1, 0); });
}

template <typename T>
void measure_rows(const Tensor& tensor) {
  const std::int64_t count = tensor.count();
  const std::int64_t pixels = tensor.size * tensor.size;
  const auto size = static_cast<std::int64_t>(sizeof(T));
  Buffer<T> a(count);
  Buffer<T> b(count);
  Buffer<float> floats(count);
  report("average", size * count, [&] {
    engine::average_forward(a.data(), floats.data(), tensor.images, pixels, tensor.channels);
  });
  report("average backward", 2 * size * count, [&] {
    engine::average_backward(floats.data(), a.data(), b.data(), tensor.images, pixels,
                             tensor.channels);
  });
  report("pack_rows", (4 + size) * count, [&] {
    engine::pack_rows(floats.data(), tensor.channels, tensor.channels, tensor.images * pixels,
                      a.data());
  });
}

template <typename T>
void measure(const std::string& type, const Tensor& tensor) {
  fmt::print("\n{}, {} images of {}x{}x{}\n", type, tensor.images, tensor.size, tensor.size,
             tensor.channels);
  measure_pool<T>(tensor);
  measure_elementwise<T>(tensor);
  measure_rows<T>(tensor);
}

void measure_optimizer() {
  constexpr std::int64_t kParameters = 735'000;  // about SqueezeNet without its classifier
  constexpr auto kSize = static_cast<std::size_t>(kParameters);
  Buffer<float> values(kParameters);
  Buffer<float> gradient(kParameters);
  Buffer<float> velocity(kParameters);
  const engine::SgdStep step{1.0e-6F, 0.9F, 1.0e-4F, 1.0F, false};
  fmt::print("\nfloat, {} parameters\n", kParameters);
  report("sgd_update", 20 * kParameters, [&] {
    engine::sgd_update({values.data(), kSize}, {gradient.data(), kSize}, {velocity.data(), kSize},
                       step);
  });
  double total = 0.0;
  report("sum_of_squares", 4 * kParameters, [&] {
    total += engine::sum_of_squares({gradient.data(), kSize});
  });
  fmt::print("{}\n", total > 0.0 ? "" : "The sums are wrong.");
}

}  // namespace

int main(int argc, char** argv) {
  std::size_t tensor = kTensors.size();
  CLI::App app("Speed of the training engine's kernels, one thread");
  app.add_option("--tensor", tensor, "Only the tensor of this number, from 0");
  CLI11_PARSE(app, argc, argv);
  fmt::print("Target: {}\n", engine::kernel_target());
  for (std::size_t i = 0; i < kTensors.size(); ++i) {
    if (tensor == kTensors.size() || tensor == i) {
      measure<Bf16>("Bf16", kTensors[i]);
      measure<float>("float", kTensors[i]);
    }
  }
  measure_optimizer();
  return 0;
}

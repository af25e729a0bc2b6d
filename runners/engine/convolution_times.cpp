#include "runners/engine/convolution_times.h"

#include <chrono>
#include <utility>
#include <vector>

#include "base/median.h"
#include "runners/engine/convolution.h"
#include "runners/engine/filled_memory.h"

namespace firesweep::runners::engine {

namespace {

template <typename Run>
double median_seconds(double seconds, const Run& run) {
  using Clock = std::chrono::steady_clock;
  constexpr std::size_t kMinRuns = 5;
  run();  // the first touches memory and makes tables
  std::vector<double> taken;
  double total = 0.0;
  while (taken.size() < kMinRuns || total < seconds) {
    const auto start = Clock::now();
    run();
    taken.push_back(std::chrono::duration<double>(Clock::now() - start).count());
    total += taken.back();
  }
  return base::median(std::move(taken));
}

double element_count(std::int64_t a, std::int64_t b, std::int64_t c, std::int64_t d) {
  return static_cast<double>(a * b) * static_cast<double>(c * d);
}

ConvolutionTime measured(Device& device, Element element, const ConvolutionShape& shape,
                         double seconds) {
  PartConvolution convolution(device, element, shape, {.total_in = shape.in_channels},
                              {.bias = true, .relu = true}, /*training=*/true);
  const auto bytes = static_cast<double>(element_bytes(element));
  const double input =
      bytes * element_count(shape.images, shape.in_height, shape.in_width, shape.in_channels);
  const double weights =
      element_count(shape.out_channels, shape.in_channels, shape.kernel, shape.kernel);
  const double output =
      bytes * convolution.flops() / (2.0 * weights) * static_cast<double>(shape.out_channels);
  ConvolutionTime time;
  time.flops = convolution.flops();
  time.input_gradient = !shape.dense_input;
  time.forward_bytes = input + output + bytes * weights;
  const double into_weights = input + output + sizeof(float) * weights;
  time.backward_bytes = into_weights + (time.input_gradient ? time.forward_bytes : 0.0);
  const PrimitiveTimes times = convolution.time_primitives(seconds / 3);
  time.forward_seconds = times.forward;
  time.backward_seconds = times.backward_data + times.backward_weights;
  return time;
}

}  // namespace

PrimitiveTimes PartConvolution::time_primitives(double seconds) {
  const auto memory_for = [&](const dnnl::memory::desc& desc) {
    return filled_memory(desc, device_.engine);
  };
  const dnnl::memory input = memory_for(input_);
  const dnnl::memory stored = memory_for(stored_);
  const dnnl::memory output_gradient = memory_for(output_);
  const dnnl::memory bias = memory_for(bias_desc_);
  const auto time = [&](const dnnl::primitive& primitive, Arguments arguments,
                        const dnnl::memory::desc& scratchpad) {
    arguments.emplace(DNNL_ARG_SCRATCHPAD, memory_for(scratchpad));
    return median_seconds(seconds, [&] { primitive.execute(device_.stream, arguments); });
  };
  PrimitiveTimes times;
  if (forward_product_) {
    forward_product_->pack(memory_for(plain_.get_desc()));
    times.forward = median_seconds(seconds, [&] {
      forward_product_->compute(input.get_data_handle(), stored.get_data_handle(), bias);
    });
  } else {
    times.forward = time(forward_,
                         {{DNNL_ARG_SRC, input},
                          {DNNL_ARG_WEIGHTS, memory_for(forward_desc_.weights_desc())},
                          {DNNL_ARG_BIAS, bias},
                          {DNNL_ARG_DST, stored}},
                         forward_desc_.scratchpad_desc());
  }
  if (backward_data_) {
    times.backward_data = time(backward_data_,
                               {{DNNL_ARG_DIFF_SRC, input},
                                {DNNL_ARG_WEIGHTS, memory_for(backward_data_desc_.weights_desc())},
                                {DNNL_ARG_DIFF_DST, output_gradient}},
                               backward_data_desc_.scratchpad_desc());
  }
  if (weight_gradient_) {
    times.backward_weights = median_seconds(seconds, [&] {
      weight_gradient_->compute(input.get_data_handle(), output_gradient.get_data_handle());
    });
  }
  return times;
}

std::vector<ConvolutionTime> time_convolutions(const models::Architecture& architecture,
                                               Element element, std::int64_t images,
                                               double seconds) {
  Device device;
  std::vector<ConvolutionTime> times;
  for (const models::Stage& stage : architecture.stages) {
    for (const models::Convolution& convolution : models::convolutions_of(stage.operation)) {
      // All convolutions of a stage work on the extents of its input.
      const ConvolutionShape shape{.images = images,
                                   .in_height = stage.input.height,
                                   .in_width = stage.input.width,
                                   .in_channels = convolution.in_channels,
                                   .out_channels = convolution.out_channels,
                                   .kernel = convolution.kernel,
                                   .stride = convolution.stride,
                                   .padding = convolution.padding,
                                   .dense_input = times.empty()};
      times.push_back(measured(device, element, shape, seconds));
      times.back().stage = stage.name;
    }
  }
  return times;
}

}  // namespace firesweep::runners::engine

#include "runners/engine/weight_gradient.h"

#include <utility>

#include "runners/engine/kernels.h"
#include "runners/engine/layer.h"

namespace firesweep::runners::engine {

namespace {

using dnnl::memory;
using Tag = memory::format_tag;
using DataType = memory::data_type;

/// Pixels of an image up to which a matrix product is faster than oneDNN's convolution. At 14x14
/// (196) it is not, at least where the bias's gradient needs a pass of its own; at 7x7 and below it
/// is up to twice as fast.
constexpr std::int64_t kSmallImage = 64;

}  // namespace

WeightGradient::WeightGradient(Device& device, Element element, const ConvolutionShape& shape,
                               const ConvolutionTensors& tensors,
                               const dnnl::convolution_forward::primitive_desc& hint)
    : device_(device), element_(element), shape_(shape), tensors_(tensors) {
  const memory::dims dims{tensors.output.dims()[1], tensors.input.dims()[1], shape.kernel,
                          shape.kernel};
  gradient_ = zeroed({dims, DataType::f32, Tag::ohwi}, device.engine);
  bias_gradient_ = zeroed({{dims[0]}, DataType::f32, Tag::a}, device.engine);
  plan_direct(hint);
  if (product_is_faster()) {
    plan_product();
  }
}

void WeightGradient::plan_direct(const dnnl::convolution_forward::primitive_desc& hint) {
  const memory::dims strides{shape_.stride, shape_.stride};
  const memory::dims padding{shape_.padding, shape_.padding};
  const memory::desc weights(gradient_.get_desc().dims(), DataType::f32, Tag::any);
  const dnnl::convolution_backward_weights::primitive_desc desc(
      {dnnl::algorithm::convolution_direct, tensors_.input, weights, tensors_.bias, tensors_.output,
       strides, padding, padding},
      user_scratchpad(), device_.engine, hint);
  implementation_ = fast_implementation(desc.impl_info_str(), "gradient of the weights", shape_);
  direct_ = dnnl::convolution_backward_weights(desc);
  direct_scratchpad_ = desc.scratchpad_desc();
  direct_gradient_ = memory(desc.diff_weights_desc(), device_.engine);
  from_direct_ = dnnl::reorder(direct_gradient_, gradient_);
}

/// A function of the shape and of what oneDNN would do, never of a measurement, so that results are
/// bit-identical. With matrix units (AMX) oneDNN's convolutions are fast enough.
bool WeightGradient::product_is_faster() const {
  const bool same_size = shape_.stride == 1 && 2 * shape_.padding + 1 == shape_.kernel;
  if (shape_.dense_input || !same_size || implementation_.find("amx") != std::string::npos) {
    return false;
  }
  const bool small = shape_.in_height * shape_.in_width <= kSmallImage;
  if (shape_.kernel == 1) {
    return small || tensors_.bias.is_zero();
  }
  return small && element_ == Element::kBf16;
}

void WeightGradient::plan_product() {
  const memory::dims input = tensors_.input.dims();
  const memory::dim pixels = input[0] * input[2] * input[3];
  const memory::dim row = input[1] * shape_.kernel * shape_.kernel;
  const memory::dim out = tensors_.output.dims()[1];
  const DataType type = tensors_.input.data_type();
  pixels_ = {{pixels, row}, type, Tag::ab};
  transposed_gradient_ = {{out, pixels}, type, memory::dims{1, out}};
  product_gradient_ = {{out, row}, DataType::f32, Tag::ab};
  dnnl::matmul::primitive_desc desc;
  try {
    desc = {{transposed_gradient_, pixels_, product_gradient_}, user_scratchpad(), device_.engine};
  } catch (const dnnl::error&) {
    return;  // keeps the convolution
  }
  const std::string name = desc.impl_info_str();
  if (name.find("ref") != std::string::npos) {
    return;
  }
  implementation_ = "matmul_" + name;
  product_ = dnnl::matmul(desc);
  product_scratchpad_ = desc.scratchpad_desc();
  direct_ = {};
  direct_gradient_ = {};
  from_direct_ = {};
}

void WeightGradient::compute(const void* input, const void* output_gradient) {
  if (product_) {
    multiply(input, output_gradient);
  } else {
    compute_directly(input, output_gradient);
  }
}

/// oneDNN's handles are not const; inputs are only read.
memory WeightGradient::view(const memory::desc& desc, const void* data) const {
  return {desc, device_.engine, const_cast<void*>(data)};
}

void WeightGradient::compute_directly(const void* input, const void* output_gradient) {
  std::unordered_map<int, memory> arguments{
      {DNNL_ARG_SRC, view(tensors_.input, input)},
      {DNNL_ARG_DIFF_WEIGHTS, direct_gradient_},
      {DNNL_ARG_DIFF_DST, view(tensors_.output, output_gradient)},
      {DNNL_ARG_SCRATCHPAD, device_.scratchpad_for(direct_scratchpad_)}};
  if (!tensors_.bias.is_zero()) {
    arguments.emplace(DNNL_ARG_DIFF_BIAS, bias_gradient_);
  }
  direct_.execute(device_.stream, arguments);
  from_direct_.execute(device_.stream, direct_gradient_, gradient_);
}

void WeightGradient::multiply(const void* input, const void* output_gradient) {
  const void* rows = input;
  if (shape_.kernel > 1) {
    const Im2colShape im2col{.images = shape_.images,
                             .height = shape_.in_height,
                             .width = shape_.in_width,
                             .kernel = shape_.kernel,
                             .channel_bytes = static_cast<std::size_t>(tensors_.input.dims()[1]) *
                                              element_bytes(element_)};
    rows = device_.im2col_of(input, im2col);
  }
  product_.execute(device_.stream,
                   {{DNNL_ARG_SRC, view(transposed_gradient_, output_gradient)},
                    {DNNL_ARG_WEIGHTS, view(pixels_, rows)},
                    {DNNL_ARG_DST, view(product_gradient_, gradient_.get_data_handle())},
                    {DNNL_ARG_SCRATCHPAD, device_.scratchpad_for(product_scratchpad_)}});
  if (!tensors_.bias.is_zero()) {
    with_element(element_, [&](auto kind) {
      sum_rows(static_cast<const decltype(kind)*>(output_gradient), pixels_.dims()[0],
               transposed_gradient_.dims()[0],
               static_cast<float*>(bias_gradient_.get_data_handle()));
    });
  }
}

}  // namespace firesweep::runners::engine

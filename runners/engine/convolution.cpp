#include "runners/engine/convolution.h"

#include <algorithm>
#include <utility>

#include <fmt/format.h>

#include "runners/engine/kernels.h"

namespace firesweep::runners::engine {

namespace {

using dnnl::algorithm;
using dnnl::memory;
using DataType = memory::data_type;
using Tag = memory::format_tag;

DataType data_type(Element element) {
  return element == Element::kBf16 ? DataType::bf16 : DataType::f32;
}

}  // namespace

PartConvolution::PartConvolution(Device& device, Element element, const ConvolutionShape& shape,
                                 const WeightSlice& slice, const Epilogue& epilogue, bool training)
    : device_(device), element_(element), shape_(shape), slice_(slice), bias_(epilogue.bias) {
  const auto out_extent = [&](std::int64_t in) {
    return (in + 2 * shape.padding - shape.kernel) / shape.stride + 1;
  };
  const DataType type = data_type(element);
  const std::int64_t in =
      shape.dense_input ? shape.in_channels : padded_channels(shape.in_channels);
  const std::int64_t out = padded_channels(shape.out_channels);
  const memory::dims output_dims{shape.images, out, out_extent(shape.in_height),
                                 out_extent(shape.in_width)};
  input_ = {{shape.images, in, shape.in_height, shape.in_width}, type, Tag::nhwc};
  output_ = {output_dims, type, Tag::nhwc};
  stored_ = {output_dims, epilogue.store_float ? DataType::f32 : type, Tag::nhwc};
  partial_ = {output_dims, DataType::f32, Tag::nhwc};
  bias_desc_ = {{out}, DataType::f32, Tag::a};
  plain_ = zeroed(plain_weights(type), device.engine);
  packed_bias_ = zeroed(bias_desc_, device.engine);
  plan_forward(epilogue);
  if (training) {
    plan_backward();
  }
}

memory::desc PartConvolution::plain_weights(DataType type) const {
  return {{output_.dims()[1], input_.dims()[1], shape_.kernel, shape_.kernel}, type, Tag::ohwi};
}

void PartConvolution::plan_forward(const Epilogue& epilogue) {
  dnnl::post_ops operations;
  if (epilogue.add_partial) {
    operations.append_binary(algorithm::binary_add, partial_);
  }
  if (epilogue.relu) {
    operations.append_eltwise(1.0F, algorithm::eltwise_relu, 0.0F, 0.0F);
  }
  const memory::dims strides{shape_.stride, shape_.stride};
  const memory::dims padding{shape_.padding, shape_.padding};
  const memory::desc weights(plain_weights(data_type(element_)).dims(), data_type(element_),
                             Tag::any);
  forward_desc_ = {
      {dnnl::prop_kind::forward_training, algorithm::convolution_direct, input_, weights,
       bias_ ? bias_desc_ : memory::desc(), stored_, strides, padding, padding},
      user_scratchpad(operations),
      device_.engine};
  const std::string direct =
      fast_implementation(forward_desc_.impl_info_str(), "forward pass", shape_);
  if (!epilogue.add_partial && ForwardProduct::is_faster(element_, shape_, direct)) {
    try {
      forward_product_.emplace(device_, shape_, input_, stored_, bias_, operations);
      return;
    } catch (const std::exception&) {
      forward_product_.reset();  // no fast product here, but a convolution there is
    }
  }
  forward_ = dnnl::convolution_forward(forward_desc_);
  forward_weights_ = memory(forward_desc_.weights_desc(), device_.engine);
  to_forward_ = dnnl::reorder(plain_, forward_weights_);
}

void PartConvolution::plan_backward() {
  const memory::dims strides{shape_.stride, shape_.stride};
  const memory::dims padding{shape_.padding, shape_.padding};
  const memory::dims dims = plain_weights(DataType::f32).dims();
  const memory::desc weights(dims, data_type(element_), Tag::any);
  // A hint without epilogue: the gradient has passed the epilogue already.
  const dnnl::convolution_forward::primitive_desc hint(
      {dnnl::prop_kind::forward_training, algorithm::convolution_direct, input_, weights,
       bias_ ? bias_desc_ : memory::desc(), output_, strides, padding, padding},
      device_.engine);
  if (!shape_.dense_input) {
    backward_data_desc_ = {
        {algorithm::convolution_direct, input_, weights, output_, strides, padding, padding},
        user_scratchpad(),
        device_.engine,
        hint};
    fast_implementation(backward_data_desc_.impl_info_str(), "backward pass", shape_);
    backward_data_ = dnnl::convolution_backward_data(backward_data_desc_);
    backward_weights_in_ = memory(backward_data_desc_.weights_desc(), device_.engine);
    to_backward_ = dnnl::reorder(plain_, backward_weights_in_);
  }
  weight_gradient_.emplace(device_, element_, shape_,
                           ConvolutionTensors{input_, output_, bias_ ? bias_desc_ : memory::desc()},
                           hint);
}

void PartConvolution::execute(const dnnl::primitive& primitive, Arguments arguments,
                              const memory::desc& scratchpad) {
  arguments.emplace(DNNL_ARG_SCRATCHPAD, device_.scratchpad_for(scratchpad));
  primitive.execute(device_.stream, arguments);
}

void PartConvolution::pack(const Weights& weights) {
  const std::int64_t area = shape_.kernel * shape_.kernel;
  const std::int64_t rows = shape_.out_channels * area;
  const float* first = weights.weight + slice_.first_out * area * slice_.total_in + slice_.first_in;
  const auto pack_into = [&](auto* packed) {
    if (shape_.dense_input) {
      convert(first, rows * shape_.in_channels, packed);
    } else {
      pack_rows(first, slice_.total_in, shape_.in_channels, rows, packed);
    }
  };
  if (element_ == Element::kBf16) {
    pack_into(static_cast<Bf16*>(plain_.get_data_handle()));
  } else {
    pack_into(static_cast<float*>(plain_.get_data_handle()));
  }
  if (forward_product_) {
    forward_product_->pack(plain_);
  } else {
    to_forward_.execute(device_.stream, plain_, forward_weights_);
  }
  if (backward_weights_in_) {
    to_backward_.execute(device_.stream, plain_, backward_weights_in_);
  }
  if (bias_) {
    std::copy_n(weights.bias + slice_.first_out, shape_.out_channels,
                static_cast<float*>(packed_bias_.get_data_handle()));
  }
}

void PartConvolution::forward(const void* input, void* output, const float* partial) {
  if (forward_product_) {
    forward_product_->compute(input, output, packed_bias_);
    return;
  }
  // oneDNN's handles are not const; inputs are only read.
  Arguments arguments{{DNNL_ARG_SRC, {input_, device_.engine, const_cast<void*>(input)}},
                      {DNNL_ARG_WEIGHTS, forward_weights_},
                      {DNNL_ARG_DST, {stored_, device_.engine, output}}};
  if (bias_) {
    arguments.emplace(DNNL_ARG_BIAS, packed_bias_);
  }
  if (partial != nullptr) {
    arguments.emplace(DNNL_ARG_ATTR_MULTIPLE_POST_OP(0) | DNNL_ARG_SRC_1,
                      memory(partial_, device_.engine, const_cast<float*>(partial)));
  }
  execute(forward_, std::move(arguments), forward_desc_.scratchpad_desc());
}

void PartConvolution::backward_data(const void* output_gradient, void* input_gradient) {
  execute(backward_data_,
          {{DNNL_ARG_DIFF_SRC, {input_, device_.engine, input_gradient}},
           {DNNL_ARG_WEIGHTS, backward_weights_in_},
           {DNNL_ARG_DIFF_DST, {output_, device_.engine, const_cast<void*>(output_gradient)}}},
          backward_data_desc_.scratchpad_desc());
}

void PartConvolution::backward_weights(const void* input, const void* output_gradient,
                                       const Weights& weights) {
  weight_gradient_->compute(input, output_gradient);
  const std::int64_t area = shape_.kernel * shape_.kernel;
  const std::int64_t rows = shape_.out_channels * area;
  float* first =
      weights.weight_gradient + slice_.first_out * area * slice_.total_in + slice_.first_in;
  const float* const plain = weight_gradient_->weights();
  if (shape_.dense_input) {
    std::copy_n(plain, rows * shape_.in_channels, first);
  } else {
    unpack_rows(plain, shape_.in_channels, rows, first, slice_.total_in);
  }
  if (bias_) {
    std::copy_n(weight_gradient_->bias(), shape_.out_channels,
                weights.bias_gradient + slice_.first_out);
  }
}

double PartConvolution::flops() const {
  return 2.0 * static_cast<double>(shape_.images * output_.dims()[2] * output_.dims()[3]) *
         static_cast<double>(shape_.in_channels * shape_.out_channels) *
         static_cast<double>(shape_.kernel * shape_.kernel);
}

std::string PartConvolution::implementations() const {
  std::string names =
      forward_product_ ? forward_product_->implementation() : forward_desc_.impl_info_str();
  if (backward_weights_in_) {
    names += fmt::format(", {}", backward_data_desc_.impl_info_str());
  }
  if (weight_gradient_) {
    names += fmt::format(", {}", weight_gradient_->implementation());
  }
  return names;
}

}  // namespace firesweep::runners::engine

#include "runners/engine/forward_product.h"

#include <unordered_map>

#include "runners/engine/im2col.h"

namespace firesweep::runners::engine {

namespace {

using dnnl::memory;
using Tag = memory::format_tag;

constexpr std::int64_t kManyChannels = 256;
constexpr std::int64_t kFewPixels = 16;  // pixels

}  // namespace

bool ForwardProduct::is_faster(Element element, const ConvolutionShape& shape,
                               const std::string& direct) {
  const bool same_size = shape.stride == 1 && 2 * shape.padding + 1 == shape.kernel;
  return element == Element::kBf16 && same_size && shape.kernel > 1 && !shape.dense_input &&
         padded_channels(shape.in_channels) >= kManyChannels &&
         shape.in_height * shape.in_width <= kFewPixels && direct.find("amx") == std::string::npos;
}

ForwardProduct::ForwardProduct(Device& device, const ConvolutionShape& shape,
                               const memory::desc& input, const memory::desc& output, bool bias,
                               const dnnl::post_ops& operations)
    : device_(device), shape_(shape) {
  const memory::dim channels = input.dims()[1];
  const memory::dim out = output.dims()[1];
  const memory::dim pixels = shape.images * shape.in_height * shape.in_width;
  const memory::dim row = channels * shape.kernel * shape.kernel;
  const auto type = input.data_type();
  channel_bytes_ = static_cast<std::size_t>(channels) * memory::data_type_size(type);
  im2col_ = {{pixels, row}, type, Tag::ab};
  weights_ = {{row, out}, type, memory::dims{1, row}};  // memory order [K, kh, kw, C]
  output_ = {{pixels, out}, output.data_type(), Tag::ab};
  const memory::desc any({row, out}, type, Tag::any);
  if (bias) {
    bias_ = {{1, out}, memory::data_type::f32, Tag::ab};
  }
  const dnnl::matmul::primitive_desc desc({im2col_, any, bias_, output_},
                                          user_scratchpad(operations), device.engine);
  implementation_ = "matmul_" + fast_implementation(desc.impl_info_str(), "forward pass", shape);
  scratchpad_ = desc.scratchpad_desc();
  packed_ = memory(desc.weights_desc(), device.engine);
  product_ = dnnl::matmul(desc);
}

void ForwardProduct::pack(const memory& weights) {
  memory plain(weights_, device_.engine, weights.get_data_handle());
  dnnl::reorder(plain, packed_).execute(device_.stream, plain, packed_);
}

void ForwardProduct::compute(const void* input, void* output, const memory& bias) {
  const Im2colShape im2col{.images = shape_.images,
                           .height = shape_.in_height,
                           .width = shape_.in_width,
                           .kernel = shape_.kernel,
                           .channel_bytes = channel_bytes_};
  std::byte* const rows = device_.im2col_of(input, im2col);
  std::unordered_map<int, memory> arguments{
      {DNNL_ARG_SRC, {im2col_, device_.engine, rows}},
      {DNNL_ARG_WEIGHTS, packed_},
      {DNNL_ARG_DST, {output_, device_.engine, output}},
      {DNNL_ARG_SCRATCHPAD, device_.scratchpad_for(scratchpad_)}};
  if (!bias_.is_zero()) {
    arguments.emplace(DNNL_ARG_BIAS, memory(bias_, device_.engine, bias.get_data_handle()));
  }
  product_.execute(device_.stream, arguments);
}

}  // namespace firesweep::runners::engine

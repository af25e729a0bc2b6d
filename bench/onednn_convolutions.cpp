// The time oneDNN takes for the convolutions of two networks, forward and backward, each by itself
// on one thread. Needs oneDNN 2 or 3 and no other code, so that it can measure releases that the
// project is not built with:
//     g++ -O2 -std=c++20 bench/onednn_convolutions.cpp -ldnnl -o onednn_convolutions
//     OMP_NUM_THREADS=1 ./onednn_convolutions 28|224 fp32|bf16 direct|auto nhwc|any
// `any` lets oneDNN choose the layout of each tensor, as if reordering it cost nothing; `auto` lets
// it choose the algorithm, Winograd where it has it. Prints one JSON object; the names of the
// implementations go to stderr.
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstring>
#include <ctime>
#include <map>
#include <stdexcept>
#include <string>
#include <unordered_map>
#include <vector>

#include <dnnl.hpp>

namespace {

using dnnl::memory;

struct Shape {
  std::int64_t images;
  std::int64_t size;  // height and width of the input
  std::int64_t in;
  std::int64_t out;
  std::int64_t kernel = 1;
  std::int64_t stride = 1;
  std::int64_t padding = 0;
  bool images_themselves = false;  // no gradient of the input
};

using Shapes = std::vector<Shape>;

void add_fire(Shapes& shapes, std::int64_t size, std::int64_t in, std::int64_t squeeze,
              std::int64_t expand) {
  const std::int64_t images = shapes.front().images;
  shapes.push_back({images, size, in, squeeze});
  shapes.push_back({images, size, squeeze, expand});
  shapes.push_back({images, size, squeeze, expand, 3, 1, 1});
}

/// The paper's network on 224x224 images, and the preset `small` on 28x28. Channels are padded to
/// multiples of 16, as the engine pads them.
Shapes network(const std::string& name) {
  const bool paper = name == "224";
  if (!paper && name != "28") {
    throw std::invalid_argument("expected 28 or 224");
  }
  Shapes shapes{paper ? Shape{16, 224, 3, 96, 7, 2, 0, true}
                      : Shape{128, 28, 1, 64, 3, 1, 1, true}};
  const std::vector<std::int64_t> sizes =
      paper ? std::vector<std::int64_t>{54, 54, 54, 27, 27, 27, 27, 13}
            : std::vector<std::int64_t>{14, 14, 14, 7, 7, 3, 3, 3};
  std::int64_t in = shapes.front().out;
  for (std::size_t i = 0; i < sizes.size(); ++i) {
    const auto expand = static_cast<std::int64_t>(64 * (i / 2 + 1));
    add_fire(shapes, sizes[i], in, expand / 4, expand);
    in = 2 * expand;
  }
  shapes.push_back({shapes.front().images, sizes.back(), in, paper ? 1008 : 16});
  return shapes;
}

struct Setting {
  memory::data_type type;
  dnnl::algorithm algorithm;
  memory::format_tag layout;
};

/// Of this process: time of other programs does not count.
double processor_seconds() {
  timespec now{};
  clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
  return static_cast<double>(now.tv_sec) + 1e-9 * static_cast<double>(now.tv_nsec);
}

class Timer {
 public:
  /// Median of several runs, in seconds; `arguments` without memory for the scratchpad.
  double time(const dnnl::primitive& primitive, const char* pass, const char* implementation,
              const std::map<int, memory::desc>& arguments) {
    names_[std::string(pass) + " " + implementation] += 1;
    std::unordered_map<int, memory> memories;
    for (const auto& [argument, desc] : arguments) {
      memories.emplace(argument, filled(desc));
    }
    constexpr int kRuns = 4;
    std::vector<double> seconds;
    for (int run = 0; run <= kRuns; ++run) {
      const double start = processor_seconds();
      primitive.execute(stream_, memories);
      stream_.wait();
      if (run > 0) {  // the first touches the memory
        seconds.push_back(processor_seconds() - start);
      }
    }
    std::sort(seconds.begin(), seconds.end());
    return (seconds[kRuns / 2 - 1] + seconds[kRuns / 2]) / 2;
  }
  [[nodiscard]] const dnnl::engine& engine() const { return engine_; }
  [[nodiscard]] const std::map<std::string, int>& names() const { return names_; }

 private:
  /// With numbers of magnitude 1/32: no zeros, no denormals.
  memory filled(const memory::desc& desc) const {
    memory made(desc, engine_);
    auto* const bytes = static_cast<unsigned char*>(made.get_data_handle());
    for (std::size_t i = 0; i < desc.get_size(); ++i) {
      bytes[i] = i % 2 == 1 ? (i % 5 == 0 ? 0xBD : 0x3D) : static_cast<unsigned char>(i * 37);
    }
    return made;
  }

  dnnl::engine engine_{dnnl::engine::kind::cpu, 0};
  dnnl::stream stream_{engine_};
  std::map<std::string, int> names_;
};

dnnl::primitive_attr attributes(bool relu) {
  dnnl::primitive_attr made;
  made.set_scratchpad_mode(dnnl::scratchpad_mode::user);
  dnnl::post_ops operations;
  if (relu) {
#if DNNL_VERSION_MAJOR >= 3
    operations.append_eltwise(dnnl::algorithm::eltwise_relu, 0.0F, 0.0F);
#else
    operations.append_eltwise(1.0F, dnnl::algorithm::eltwise_relu, 0.0F, 0.0F);
#endif
  }
  made.set_post_ops(operations);
  return made;
}

struct Seconds {
  double forward = 0.0;
  double input_gradient = 0.0;
  double weight_gradient = 0.0;
};

/// One convolution's tensors and its three primitives.
class Convolution {
 public:
  Convolution(const Shape& shape, const Setting& setting)
      : algorithm_(setting.algorithm),
        strides_{shape.stride, shape.stride},
        padding_{shape.padding, shape.padding} {
    const std::int64_t size = (shape.size + 2 * shape.padding - shape.kernel) / shape.stride + 1;
    const memory::dims weights{shape.out, shape.in, shape.kernel, shape.kernel};
    input_ = {{shape.images, shape.in, shape.size, shape.size}, setting.type, setting.layout};
    output_ = {{shape.images, shape.out, size, size}, setting.type, setting.layout};
    weights_ = {weights, setting.type, memory::format_tag::any};
    weight_gradient_ = {weights, memory::data_type::f32, memory::format_tag::any};
    bias_ = {{shape.out}, memory::data_type::f32, memory::format_tag::a};
  }

  Seconds time(Timer& timer, bool images_themselves) const {
    Seconds seconds;
    const auto forward = describe_forward(timer.engine(), attributes(/*relu=*/true));
    const auto hint = describe_forward(timer.engine(), {});
    seconds.forward =
        timer.time(dnnl::convolution_forward(forward), "forward", forward.impl_info_str(),
                   {{DNNL_ARG_SRC, forward.src_desc()},
                    {DNNL_ARG_WEIGHTS, forward.weights_desc()},
                    {DNNL_ARG_BIAS, forward.bias_desc()},
                    {DNNL_ARG_DST, forward.dst_desc()},
                    {DNNL_ARG_SCRATCHPAD, forward.scratchpad_desc()}});
    if (!images_themselves) {
      const auto data = describe_data(timer.engine(), hint);
      seconds.input_gradient =
          timer.time(dnnl::convolution_backward_data(data), "input gradient", data.impl_info_str(),
                     {{DNNL_ARG_DIFF_SRC, data.diff_src_desc()},
                      {DNNL_ARG_WEIGHTS, data.weights_desc()},
                      {DNNL_ARG_DIFF_DST, data.diff_dst_desc()},
                      {DNNL_ARG_SCRATCHPAD, data.scratchpad_desc()}});
    }
    const auto weights = describe_weights(timer.engine(), hint);
    seconds.weight_gradient = timer.time(dnnl::convolution_backward_weights(weights),
                                         "weight gradient", weights.impl_info_str(),
                                         {{DNNL_ARG_SRC, weights.src_desc()},
                                          {DNNL_ARG_DIFF_WEIGHTS, weights.diff_weights_desc()},
                                          {DNNL_ARG_DIFF_BIAS, weights.diff_bias_desc()},
                                          {DNNL_ARG_DIFF_DST, weights.diff_dst_desc()},
                                          {DNNL_ARG_SCRATCHPAD, weights.scratchpad_desc()}});
    return seconds;
  }

 private:
  using Forward = dnnl::convolution_forward::primitive_desc;
  using Data = dnnl::convolution_backward_data::primitive_desc;
  using WeightGradient = dnnl::convolution_backward_weights::primitive_desc;

#if DNNL_VERSION_MAJOR >= 3
  Forward describe_forward(const dnnl::engine& engine, const dnnl::primitive_attr& attr) const {
    return {engine,     dnnl::prop_kind::forward_training,
            algorithm_, input_,
            weights_,   bias_,
            output_,    strides_,
            padding_,   padding_,
            attr};
  }
  Data describe_data(const dnnl::engine& engine, const Forward& hint) const {
    return {engine,   algorithm_, input_,   weights_, output_,
            strides_, padding_,   padding_, hint,     attributes(false)};
  }
  WeightGradient describe_weights(const dnnl::engine& engine, const Forward& hint) const {
    return {engine,   algorithm_, input_, weight_gradient_, bias_, output_, strides_,
            padding_, padding_,   hint,   attributes(false)};
  }
#else
  Forward describe_forward(const dnnl::engine& engine, const dnnl::primitive_attr& attr) const {
    return {{dnnl::prop_kind::forward_training, algorithm_, input_, weights_, bias_, output_,
             strides_, padding_, padding_},
            attr,
            engine};
  }
  Data describe_data(const dnnl::engine& engine, const Forward& hint) const {
    return {{algorithm_, input_, weights_, output_, strides_, padding_, padding_},
            attributes(false),
            engine,
            hint};
  }
  WeightGradient describe_weights(const dnnl::engine& engine, const Forward& hint) const {
    return {{algorithm_, input_, weight_gradient_, bias_, output_, strides_, padding_, padding_},
            attributes(false),
            engine,
            hint};
  }
#endif

  dnnl::algorithm algorithm_;
  memory::dims strides_, padding_;
  memory::desc input_, output_, weights_, weight_gradient_, bias_;
};

Setting setting_of(const std::string& precision, const std::string& algorithm,
                   const std::string& layout) {
  const auto one_of = [](const std::string& value, const char* first, const char* second) {
    if (value != first && value != second) {
      throw std::invalid_argument("got " + value + "; expected " + first + " or " + second);
    }
    return value == first;
  };
  return {one_of(precision, "fp32", "bf16") ? memory::data_type::f32 : memory::data_type::bf16,
          one_of(algorithm, "direct", "auto") ? dnnl::algorithm::convolution_direct
                                              : dnnl::algorithm::convolution_auto,
          one_of(layout, "nhwc", "any") ? memory::format_tag::nhwc : memory::format_tag::any};
}

void run(const std::vector<std::string>& arguments) {
  const Shapes shapes = network(arguments[0]);
  const Setting setting = setting_of(arguments[1], arguments[2], arguments[3]);
  Timer timer;
  Seconds sum;
  for (const Shape& shape : shapes) {
    const Seconds one = Convolution(shape, setting).time(timer, shape.images_themselves);
    sum.forward += one.forward;
    sum.input_gradient += one.input_gradient;
    sum.weight_gradient += one.weight_gradient;
  }
  const auto* version = dnnl::version();
  std::printf(
      "{\"onednn\": \"%d.%d.%d\", \"network\": \"%s\", \"precision\": \"%s\", \"algorithm\": "
      "\"%s\", "
      "\"layout\": \"%s\", \"total_ms\": %.2f, \"forward_ms\": %.2f, \"input_gradient_ms\": %.2f, "
      "\"weight_gradient_ms\": %.2f}\n",
      version->major, version->minor, version->patch, arguments[0].c_str(), arguments[1].c_str(),
      arguments[2].c_str(), arguments[3].c_str(),
      1e3 * (sum.forward + sum.input_gradient + sum.weight_gradient), 1e3 * sum.forward,
      1e3 * sum.input_gradient, 1e3 * sum.weight_gradient);
  for (const auto& [name, count] : timer.names()) {
    std::fprintf(stderr, "%2d %s\n", count, name.c_str());
  }
}

}  // namespace

int main(int argc, char** argv) {
  try {
    if (argc != 5) {
      throw std::invalid_argument(
          "usage: onednn_convolutions 28|224 fp32|bf16 direct|auto nhwc|any");
    }
    run({argv + 1, argv + argc});
    return 0;
  } catch (const std::exception& error) {
    std::fprintf(stderr, "onednn_convolutions: %s\n", error.what());
    return 1;
  }
}

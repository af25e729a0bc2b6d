#include "models/network.h"

#include <torch/types.h>

#include "models/complexity.h"
#include "models/fire.h"
#include "runners/data/random.h"
#include "tests/train/catch.h"
#include "tests/train/support.h"

namespace firesweep::runners::train {

namespace {

/// A design from the whole range the sweep can express, or nothing if that draw is impossible.
std::optional<models::Architecture> random_design(std::uint64_t seed) {
  data::RandomStream random(data::Stream::kOrder, 17, seed);
  const auto between = [&random](std::int64_t low, std::int64_t high) {
    return low +
           static_cast<std::int64_t>(random.below(static_cast<std::uint64_t>(high - low + 1)));
  };
  const char* bypasses[] = {"none", "simple", "complex"};
  models::ParameterMap values = small_model({
      {"base_e", between(2, 90)},
      {"incr_e", between(0, 40)},
      {"pct_3x3", static_cast<double>(between(1, 99)) / 100.0},
      {"freq", between(1, 4)},
      {"SR", static_cast<double>(between(5, 100)) / 100.0},
      {"fire_modules", between(1, 10)},
      {"bypass", std::string(bypasses[random.below(3)])},
      {"conv1_filters", between(1, 70)},
      {"pool_after", std::vector<std::int64_t>{1}},
      {"batch_norm", random.below(2) == 1},
  });
  auto result =
      models::find_family("squeezenet")
          ->design(values, {between(1, 3), between(8, 30), between(8, 30)}, between(2, 20));
  return std::move(result.architecture);
}

/// Batch normalisation is folded into the weights of the convolution before it.
std::int64_t folded_parameters(const torch::nn::Module& module) {
  std::int64_t count = models::parameter_count(module);
  for (const auto& parameter : module.named_parameters()) {
    if (parameter.key().find("norm.") != std::string::npos) {
      count -= parameter.value().numel();
    }
  }
  return count;
}

bool is_channels_last(const torch::Tensor& tensor) {
  return tensor.is_contiguous(torch::MemoryFormat::ChannelsLast);
}

}  // namespace

TEST_CASE("Modules have the computed numbers of parameters, layer by layer, for random designs") {
  int compared = 0;
  for (std::uint64_t seed = 0; compared < 200; ++seed) {
    const auto design = random_design(seed);
    if (!design) {
      continue;
    }
    ++compared;
    CAPTURE(models::canonical_text(*design));
    const models::Complexity expected = models::complexity_of(*design);
    const models::Network network(*design);
    REQUIRE(folded_parameters(network) == expected.parameters);
    const auto children = network.named_children();
    for (const models::LayerComplexity& layer : expected.layers) {
      const auto* child = children.find(layer.name);
      CHECK((child ? folded_parameters(**child) : 0) == layer.parameters);
    }
  }
}

TEST_CASE(
    "A batch with one value per channel is normalised by running statistics it leaves alone") {
  torch::manual_seed(5);
  models::ConvolutionBlock block(
      models::Convolution{.in_channels = 3, .out_channels = 4, .relu = false, .batch_norm = true});
  block->train();
  static_cast<void>(block->forward(torch::randn({8, 3, 2, 2})));  // statistics other than 0 and 1
  const auto statistics = [&] {
    std::vector<torch::Tensor> copies;
    for (const torch::Tensor& buffer : block->buffers()) {
      copies.push_back(buffer.clone());
    }
    return copies;
  };
  const auto before = statistics();
  const torch::Tensor image = torch::randn({1, 3, 1, 1});
  const torch::Tensor output = block->forward(image);
  output.sum().backward();
  const auto after = statistics();
  for (std::size_t i = 0; i < before.size(); ++i) {
    CHECK(torch::equal(before[i], after[i]));
  }
  block->eval();
  CHECK(torch::equal(output, block->forward(image)));
  for (const torch::Tensor& parameter : block->parameters()) {
    CHECK(parameter.grad().abs().max().item<float>() > 0.0F);
  }
  // Two values have a variance.
  block->train();
  static_cast<void>(block->forward(torch::randn({2, 3, 1, 1})));
  CHECK_FALSE(torch::equal(statistics().front(), before.front()));
}

TEST_CASE("Every stage's output has the computed shape") {
  int compared = 0;
  for (std::uint64_t seed = 1000; compared < 20; ++seed) {
    const auto design = random_design(seed);
    if (!design) {
      continue;
    }
    ++compared;
    // A design that ends after a stage must output that stage's shape.
    for (std::size_t length = 1; length <= design->stages.size(); ++length) {
      models::Architecture part = *design;
      part.stages.resize(length);
      models::Network network(part);
      network.eval();
      const models::Shape& shape = part.stages.back().output;
      const torch::Tensor output = network.forward(
          torch::zeros({2, part.input.channels, part.input.height, part.input.width}));
      CAPTURE(models::canonical_text(part));
      CHECK(output.numel() == 2 * shape.elements());
      CHECK(output.size(1) == shape.channels);
    }
  }
}

TEST_CASE("A design of the paper has the paper's parameters as a module") {
  models::ParameterMap values = models::find_family("squeezenet")->preset("v1.0");
  values["bypass"] = std::string("complex");
  CHECK(models::parameter_count(models::Network(architecture_from(values, {3, 224, 224}, 1000))) ==
        1589672);
}

TEST_CASE("Weights and activations are channels-last, also for images of one channel") {
  torch::manual_seed(1);
  const auto network = models::make_network(architecture_from(small_model(), {1, 16, 16}, 4));
  for (const auto& parameter : network->named_parameters()) {
    if (parameter.value().dim() == 4) {
      CAPTURE(parameter.key());
      CHECK(parameter.value().stride(1) == 1);
      CHECK(is_channels_last(parameter.value()));
    }
  }
  models::ConvolutionBlockImpl stem({.in_channels = 1, .out_channels = 8, .kernel = 3});
  models::Network first_only([] {
    models::Architecture net = architecture_from(small_model(), {1, 16, 16}, 4);
    net.stages.resize(1);
    return net;
  }());
  const torch::Tensor images = torch::randn({2, 16, 16, 1}).permute({0, 3, 1, 2});
  CHECK(is_channels_last(first_only.forward(images)));
}

TEST_CASE("An identity bypass adds the input, without a ReLU after the sum") {
  torch::manual_seed(1);
  models::FireImpl fire({.in_channels = 6,
                         .squeeze = 2,
                         .expand1x1 = 3,
                         .expand3x3 = 3,
                         .shortcut = models::Shortcut::kIdentity});
  const torch::NoGradGuard no_grad;
  for (torch::Tensor& parameter : fire.parameters()) {
    parameter.zero_();
  }
  const torch::Tensor input = torch::randn({2, 6, 5, 5});
  CHECK(torch::equal(fire.forward(input), input));
}

TEST_CASE("A convolution bypass learns and has a gradient of its own") {
  torch::manual_seed(1);
  models::FireImpl fire({.in_channels = 4,
                         .squeeze = 2,
                         .expand1x1 = 3,
                         .expand3x3 = 5,
                         .shortcut = models::Shortcut::kConvolution});
  const torch::Tensor output = fire.forward(torch::randn({2, 4, 5, 5}));
  REQUIRE(output.sizes() == torch::IntArrayRef({2, 8, 5, 5}));
  output.sum().backward();
  const auto parameters = fire.named_parameters();
  CHECK(parameters["bypass.weight"].grad().abs().sum().item<double>() > 0.0);
}

TEST_CASE("Initial weights have the documented deviations and zero biases") {
  torch::manual_seed(3);
  models::ParameterMap values =
      small_model({{"base_e", std::int64_t{256}}, {"classifier_std", 0.02}});
  const auto deviation = [](const models::Network& network, const char* name) {
    return network.named_parameters()[name].std().item<double>();
  };
  const auto kaiming = models::make_network(architecture_from(values, {1, 16, 16}, 64));
  // fire2's 3x3 expand: 64 inputs x 9, variance 2 / 576.
  CHECK(deviation(*kaiming, "fire2.expand3x3.conv.weight") == Approx(0.0589).epsilon(0.03));
  CHECK(deviation(*kaiming, "conv5.conv.weight") == Approx(0.02).epsilon(0.03));
  CHECK(kaiming->named_parameters()["fire2.squeeze.conv.bias"].abs().sum().item<double>() == 0.0);
  values["weight_init"] = std::string("xavier");
  const auto xavier = models::make_network(architecture_from(values, {1, 16, 16}, 64));
  // variance 2 / (9 (64 + 128))
  CHECK(deviation(*xavier, "fire2.expand3x3.conv.weight") == Approx(0.0340).epsilon(0.03));
}

TEST_CASE("Data-dependent initialisation standardises every filter, also of one squeeze filter") {
  torch::manual_seed(5);
  const std::string bypass = GENERATE(as<std::string>{}, "none", "simple", "complex");
  const models::ParameterMap values = small_model({{"SR", 0.01},
                                                   {"fire_modules", std::int64_t{12}},
                                                   {"bypass", bypass},
                                                   {"dropout", 0.0},
                                                   {"classifier_std", 0.02}});
  const models::Architecture net = architecture_from(values, {1, 16, 16}, 4);
  const auto network = models::make_network(net);
  const torch::Tensor images = torch::randn({32, 16, 16, 1}).permute({0, 3, 1, 2});
  network->standardize(images);
  CHECK(network->named_parameters()["conv14.conv.bias"].abs().sum().item<double>() == 0.0);

  // What leaves the network before its classifier varies in every channel, after twelve modules.
  models::Architecture body = net;
  while (body.stages.back().name != "fire13") {
    body.stages.pop_back();
  }
  models::Network front(body);
  const torch::NoGradGuard no_grad;
  const auto from = network->named_parameters();
  for (auto& parameter : front.named_parameters()) {
    parameter.value().copy_(from[parameter.key()]);
  }
  const torch::Tensor output = front.forward(images);
  const auto [variance, mean] = torch::var_mean(output, {0, 2, 3}, false);
  CHECK(torch::isfinite(output).all().item<bool>());
  CHECK(variance.min().item<double>() > 0.01);
  CHECK(variance.max().item<double>() < 60.0);  // identity bypasses add up
}

TEST_CASE("With batch normalisation, squeeze filters start at mean 2 and bypasses at a tenth") {
  torch::manual_seed(5);
  const models::ParameterMap values =
      small_model({{"batch_norm", true}, {"bypass", std::string("complex")}, {"dropout", 0.0}});
  const auto network = models::make_network(architecture_from(values, {1, 16, 16}, 4));
  const auto before = network->named_parameters();
  const torch::Tensor weight = before["fire2.expand3x3.conv.weight"].clone();
  const torch::Tensor images = torch::randn({32, 16, 16, 1}).permute({0, 3, 1, 2});
  network->standardize(images);

  const auto after = network->named_parameters();
  CHECK(after["fire2.expand3x3.conv.weight"].equal(weight));
  CHECK(after["fire3.squeeze.norm.bias"].eq(2.0).all().item<bool>());
  CHECK(after["fire3.expand1x1.norm.bias"].eq(0.0).all().item<bool>());
  const auto buffers = network->named_buffers();
  CHECK(buffers["fire2.squeeze.norm.running_mean"].ne(0.0).all().item<bool>());
  CHECK(buffers["fire2.squeeze.norm.num_batches_tracked"].item<std::int64_t>() == 0);
  network->eval();
  const torch::Tensor normal = network->forward(images);
  network->train();
  CHECK(torch::allclose(normal, network->forward(images), 1e-3, 1e-3));

  models::FireImpl fire({.in_channels = 3,
                         .squeeze = 2,
                         .expand1x1 = 4,
                         .expand3x3 = 4,
                         .shortcut = models::Shortcut::kConvolution,
                         .batch_norm = true});
  const torch::NoGradGuard no_grad;
  const torch::Tensor input = torch::randn({16, 3, 8, 8});
  (void)fire.standardize(input);
  auto bypass = fire.named_parameters();
  const torch::Tensor beside = torch::conv2d(input, bypass["bypass.weight"], bypass["bypass.bias"]);
  CHECK(beside.std().item<double>() == Approx(0.1).epsilon(0.02));
}

TEST_CASE("Filters whose responses are constant keep their scale") {
  torch::manual_seed(1);
  models::ConvolutionBlockImpl block({.in_channels = 2, .out_channels = 3, .kernel = 1});
  const torch::NoGradGuard no_grad;
  const torch::Tensor before = block.named_parameters()["conv.weight"].clone();
  const torch::Tensor output = block.standardize(torch::ones({4, 2, 3, 3}), 0.0);
  CHECK(block.named_parameters()["conv.weight"].equal(before));
  CHECK(torch::isfinite(output).all().item<bool>());
  const torch::Tensor noise = torch::randn({64, 2, 3, 3});
  const torch::Tensor rectified = block.standardize(noise, 0.0);
  CHECK(torch::allclose(block.forward(noise), rectified, 1e-4, 1e-5));
  // A standard normal variable behind a ReLU has the mean 1 / sqrt(2 pi).
  CHECK(rectified.mean().item<double>() == Approx(0.399).epsilon(0.05));
}

}  // namespace firesweep::runners::train

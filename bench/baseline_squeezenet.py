"""SqueezeNet in Python PyTorch with firesweep's metaparameters, in two variants.

stock  as torchvision and the tutorials write it: NCHW, a ReLU after every convolution
tuned  as an expert would: channels-last weights, one ReLU behind the concatenation, and max-pools
       in front of the ReLU they follow. ReLU is monotonic, so the network stays the same, but the
       ReLU processes a quarter of the values: 4 to 5 % of a step at 28x28.

Tried for the tuned one, without making it faster in PyTorch 1.13: torch.jit.script and
trace, multi-tensor SGD, images stored in bfloat16, mean() instead of adaptive pooling.
"""
import math

import torch
from torch import nn

# conv1's filters, kernel, stride, padding; the layers that a pool follows (1 is conv1, 2 fire2)
PRESETS = {"small": ((64, 3, 1, 1), (1, 4, 6)),
           "v1.0": ((96, 7, 2, 0), (1, 4, 8)),
           "v1.1": ((64, 3, 2, 0), (1, 3, 5))}
FIRE_MODULES = 8


def fraction_of(filters, fraction):
    """Halves round up, as in firesweep; Python's round() would take them to the even number."""
    return math.floor(fraction * filters + 0.5)


class Fire(nn.Module):
    """Squeeze, expand; `bypass` adds the input, where the widths allow it."""

    def __init__(self, in_channels, expand, squeeze_ratio, pct_3x3, bypass, relu="each"):
        super().__init__()
        squeeze, expand3x3 = fraction_of(expand, squeeze_ratio), fraction_of(expand, pct_3x3)
        self.squeeze = nn.Conv2d(in_channels, squeeze, 1)
        self.expand1x1 = nn.Conv2d(squeeze, expand - expand3x3, 1)
        self.expand3x3 = nn.Conv2d(squeeze, expand3x3, 3, padding=1)
        self.relu = nn.ReLU(inplace=True)
        self.order = relu
        self.bypass = bypass and in_channels == expand

    def forward(self, x):
        squeezed = self.relu(self.squeeze(x))
        halves = [self.expand1x1(squeezed), self.expand3x3(squeezed)]
        if self.order == "each":
            out = torch.cat([self.relu(half) for half in halves], 1)
        elif self.order == "joined":
            out = self.relu(torch.cat(halves, 1))
        else:
            out = torch.cat(halves, 1)
        return out + x if self.bypass else out


def squeezenet(design, channels, classes, tuned=False):
    """`design`: preset, SR, pct_3x3, bypass (none or simple), dropout, final_relu."""
    (filters, kernel, stride, padding), pools = PRESETS[design.get("preset", "small")]
    simple = design.get("bypass", "none") == "simple"
    pool, relu = nn.MaxPool2d(3, 2, ceil_mode=True), nn.ReLU(inplace=True)
    layers = [nn.Conv2d(channels, filters, kernel, stride, padding)]
    layers += [pool, relu] if tuned else [relu, pool]
    width = filters
    for index in range(FIRE_MODULES):
        expand = 128 + 128 * (index // 2)
        pooled = index + 2 in pools
        late = tuned and pooled and not (simple and width == expand)
        order = "none" if late else "joined" if tuned else "each"
        layers.append(Fire(width, expand, design.get("SR", 0.125), design.get("pct_3x3", 0.5),
                           simple, order))
        layers += ([pool] if pooled else []) + ([relu] if late else [])
        width = expand
    if design.get("dropout", 0.5) > 0:
        layers.append(nn.Dropout(design.get("dropout", 0.5)))
    layers.append(nn.Conv2d(width, classes, 1))
    if design.get("final_relu", True):
        layers.append(relu)
    return nn.Sequential(*layers, nn.AdaptiveAvgPool2d(1), nn.Flatten())


def initialize(model, classifier_std=0.01):
    """As firesweep does: Kaiming for every convolution, a small Gaussian for the last, no bias."""
    convolutions = [module for module in model.modules() if isinstance(module, nn.Conv2d)]
    for module in convolutions:
        nn.init.kaiming_normal_(module.weight, nonlinearity="relu")
        nn.init.zeros_(module.bias)
    nn.init.normal_(convolutions[-1].weight, 0.0, classifier_std)


def channels_last(tensor):
    """A copy: with one channel, merely asking for the format changes nothing."""
    return tensor.to(memory_format=torch.channels_last, copy=True)


def to_channels_last(model, images):
    """Converts the weights, and checks that the activations of `images` follow."""
    for module in model.modules():
        if isinstance(module, nn.Conv2d):
            module.weight.data = channels_last(module.weight.data)
    with torch.no_grad():
        for layer in list(model)[:-2]:
            images = layer(images)
            if not images.is_contiguous(memory_format=torch.channels_last):
                raise SystemExit(f"activations behind {layer} are not channels-last")

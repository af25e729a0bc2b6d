#!/usr/bin/python3
"""The same training step in Python PyTorch.

Trains SqueezeNet (default metaparameters, no bypass) on random images held in memory, with
torch.optim.SGD, in one thread. No data loading is timed, which favours this side. Prints one JSON
object with the keys of train_throughput.

--variant plain  as PyTorch's tutorials write it: NCHW, fp32
--variant tuned  as an expert would: weights and images channels-last (checked on the activations),
                 autocast to bfloat16 with --precision bf16, gradients set to None, denormals flushed,
                 multi-tensor SGD
"""
import argparse
import contextlib
import json
import resource
import statistics
import time

import torch
from torch import nn


class Fire(nn.Module):
    def __init__(self, in_channels, squeeze, expand1x1, expand3x3):
        super().__init__()
        self.squeeze = nn.Conv2d(in_channels, squeeze, 1)
        self.expand1x1 = nn.Conv2d(squeeze, expand1x1, 1)
        self.expand3x3 = nn.Conv2d(squeeze, expand3x3, 3, padding=1)
        self.relu = nn.ReLU(inplace=True)

    def forward(self, x):
        x = self.relu(self.squeeze(x))
        return torch.cat([self.relu(self.expand1x1(x)), self.relu(self.expand3x3(x))], 1)


def squeezenet(preset, channels, classes, ratio):
    if preset == "v1.0":
        stem, stem_out, pools = nn.Conv2d(channels, 96, 7, stride=2), 96, (4, 8)
    else:
        stem, stem_out, pools = nn.Conv2d(channels, 64, 3, padding=1), 64, (4, 6)
    layers = [stem, nn.ReLU(inplace=True), nn.MaxPool2d(3, 2, ceil_mode=True)]
    width = stem_out
    for index in range(8):
        expand = 128 + 128 * (index // 2)
        half = expand // 2
        layers.append(Fire(width, round(ratio * expand), half, expand - half))
        width = expand
        if index + 2 in pools:
            layers.append(nn.MaxPool2d(3, 2, ceil_mode=True))
    layers += [nn.Dropout(0.5), nn.Conv2d(width, classes, 1), nn.ReLU(inplace=True),
               nn.AdaptiveAvgPool2d(1), nn.Flatten()]
    return nn.Sequential(*layers)


def channels_last(tensor):
    """A copy: with one channel, merely asking for the format changes nothing."""
    return tensor.to(memory_format=torch.channels_last, copy=True)


def tune(model, batches):
    torch.set_flush_denormal(True)
    for module in model.modules():
        if isinstance(module, nn.Conv2d):
            module.weight.data = channels_last(module.weight.data)
    batches = [(channels_last(images), labels) for images, labels in batches]
    activation = model[:3](batches[0][0])
    if activation.stride(1) != 1:
        raise SystemExit("peer_pytorch: activations are not channels-last")
    return batches


def main():
    parser = argparse.ArgumentParser(description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--variant", choices=["plain", "tuned"], default="plain")
    parser.add_argument("--precision", choices=["fp32", "bf16"], default="fp32")
    parser.add_argument("--preset", choices=["small", "v1.0"], default="small")
    parser.add_argument("--channels", type=int, default=1)
    parser.add_argument("--size", type=int, default=28)
    parser.add_argument("--classes", type=int, default=10)
    parser.add_argument("--batch-size", type=int, default=128)
    parser.add_argument("--SR", type=float, default=0.125)
    parser.add_argument("--steps", type=int, default=20)
    parser.add_argument("--warmup-steps", type=int, default=3)
    options = parser.parse_args()
    tuned = options.variant == "tuned"
    if options.precision == "bf16" and not tuned:
        parser.error("--precision bf16 needs --variant tuned")

    torch.set_num_threads(1)
    torch.manual_seed(1)
    model = squeezenet(options.preset, options.channels, options.classes, options.SR)
    criterion = nn.CrossEntropyLoss()
    batches = [(torch.randn(options.batch_size, options.channels, options.size, options.size),
                torch.randint(options.classes, (options.batch_size,))) for _ in range(4)]
    if tuned:
        batches = tune(model, batches)
    optimizer = torch.optim.SGD(model.parameters(), lr=0.01, momentum=0.9, weight_decay=2e-4,
                                foreach=tuned)
    arithmetic = (torch.autocast("cpu", dtype=torch.bfloat16) if options.precision == "bf16"
                  else contextlib.nullcontext())
    model.train()
    times, faults = [], []
    for step in range(options.steps + options.warmup_steps):
        images, labels = batches[step % len(batches)]
        start_faults = resource.getrusage(resource.RUSAGE_SELF).ru_minflt
        start = time.perf_counter()
        optimizer.zero_grad(set_to_none=tuned)
        with arithmetic:
            logits = model(images)
        loss = criterion(logits.float(), labels)
        loss.backward()
        optimizer.step()
        loss.item()
        times.append(time.perf_counter() - start)
        faults.append(resource.getrusage(resource.RUSAGE_SELF).ru_minflt - start_faults)
    times, faults = times[options.warmup_steps:], faults[options.warmup_steps:]
    median = statistics.median(times)
    print(json.dumps({
        "images_per_second": options.batch_size / median,
        "step_seconds_median": median,
        "step_seconds_min": min(times),
        "step_seconds_max": max(times),
        "steps": len(times),
        "minor_faults_per_step": statistics.mean(faults),
        "peak_memory_mib": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024,
    }))


if __name__ == "__main__":
    main()

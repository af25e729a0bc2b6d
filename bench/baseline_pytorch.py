#!/usr/bin/python3
"""The same training step in Python PyTorch.

Trains SqueezeNet (default metaparameters, no bypass) on random images held in memory, with
torch.optim.SGD, in one thread. Data loading is not timed, which favours this side. Prints one JSON
object with the keys of train_throughput, and the allocator.

--variant stock  as PyTorch's tutorials write it: NCHW, fp32
--variant tuned  as an expert would: channels-last (checked on the activations), autocast to
                 bfloat16 with --precision bf16, gradients set to None, denormals flushed, ReLU
                 where it is cheapest (baseline_squeezenet.py)
"""
import argparse
import contextlib
import json
import resource
import statistics
import time
from pathlib import Path

import torch
from torch import nn

import baseline_squeezenet


def allocator():
    return "jemalloc" if "libjemalloc" in Path("/proc/self/maps").read_text() else "C library"


def parse():
    parser = argparse.ArgumentParser(description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--variant", choices=["stock", "tuned"], default="stock")
    parser.add_argument("--precision", choices=["fp32", "bf16"], default="fp32")
    parser.add_argument("--preset", choices=sorted(baseline_squeezenet.PRESETS), default="small")
    parser.add_argument("--channels", type=int, default=1, help="channels of the images")
    parser.add_argument("--size", type=int, default=28, help="their height and width, pixels")
    parser.add_argument("--classes", type=int, default=10)
    parser.add_argument("--batch-size", type=int, default=128, help="images per step")
    parser.add_argument("--SR", type=float, default=0.125, help="squeeze ratio")
    parser.add_argument("--steps", type=int, default=20, help="steps counted")
    parser.add_argument("--warmup-steps", type=int, default=3, help="steps before")
    options = parser.parse_args()
    if options.precision == "bf16" and options.variant == "stock":
        parser.error("--precision bf16 needs --variant tuned")
    return options


def prepare(options, tuned):
    model = baseline_squeezenet.squeezenet({"preset": options.preset, "SR": options.SR},
                                       options.channels, options.classes, tuned)
    batches = [(torch.randn(options.batch_size, options.channels, options.size, options.size),
                torch.randint(options.classes, (options.batch_size,))) for _ in range(4)]
    if tuned:
        batches = [(baseline_squeezenet.channels_last(images), labels) for images, labels in batches]
        baseline_squeezenet.to_channels_last(model, batches[0][0][:2])
    return model, batches


def measure(options):
    tuned = options.variant == "tuned"
    model, batches = prepare(options, tuned)
    criterion = nn.CrossEntropyLoss()
    optimizer = torch.optim.SGD(model.parameters(), lr=0.01, momentum=0.9, weight_decay=2e-4)
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
    return times[options.warmup_steps:], faults[options.warmup_steps:]


def main():
    options = parse()
    torch.set_num_threads(1)
    torch.set_flush_denormal(options.variant == "tuned")
    torch.manual_seed(1)
    times, faults = measure(options)
    median = statistics.median(times)
    print(json.dumps({
        "images_per_second": options.batch_size / median,
        "step_seconds_median": median,
        "step_seconds_min": min(times),
        "step_seconds_max": max(times),
        "steps": len(times),
        "minor_faults_per_step": statistics.mean(faults),
        "peak_memory_mib": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024,
        "allocator": allocator(),
    }))


if __name__ == "__main__":
    main()

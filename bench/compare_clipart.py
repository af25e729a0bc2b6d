#!/usr/bin/python3
"""Trains designs of a finished run of configs/clipart.yaml in Python PyTorch, and compares top-1.

    bench/compare_clipart.py RUN [--designs 3] [--seeds 3] [--cache DIRECTORY]

The same images, split, network and recipe; another program. Initial weights, order and augmentation are
drawn by PyTorch, so the means agree within their intervals, not to the bit. Prints a line a design:
validation and test top-1 of both, mean and standard deviation over seeds, and Welch's interval of the
difference.
"""
import argparse
import json
import math
import os
import statistics
import sys
from pathlib import Path

import numpy
import torch
from torch import nn

import cached_images
from baseline_squeezenet import fraction_of, initialize


PADDING_MODES = {"black": "constant", "edge": "replicate", "reflect": "reflect"}


class Fire(nn.Module):
    def __init__(self, width, expand, model, bypass):
        super().__init__()
        squeeze = fraction_of(expand, model["SR"])
        expand3x3 = fraction_of(expand, model["pct_3x3"])
        self.squeeze = nn.Conv2d(width, squeeze, 1)
        self.expand1x1 = nn.Conv2d(squeeze, expand - expand3x3, 1)
        self.expand3x3 = nn.Conv2d(squeeze, expand3x3, 3, padding=1)
        self.simple = bypass != "none" and width == expand
        self.complex = nn.Conv2d(width, expand, 1) if bypass == "complex" and width != expand else None

    def forward(self, x):
        squeezed = torch.relu(self.squeeze(x))
        out = torch.relu(torch.cat([self.expand1x1(squeezed), self.expand3x3(squeezed)], 1))
        if self.simple:
            return out + x
        return out + self.complex(x) if self.complex is not None else out


def network(model, channels, classes):
    """As docs/sweep-file.md describes the preset `small`."""
    pool = nn.MaxPool2d(3, 2, ceil_mode=True)
    layers = [nn.Conv2d(channels, model["conv1_filters"], model["conv1_kernel"],
                        model["conv1_stride"], model["conv1_padding"]), nn.ReLU()]
    layers += [pool] if 1 in model["pool_after"] else []
    width = model["conv1_filters"]
    for index in range(model["fire_modules"]):
        expand = model["base_e"] + model["incr_e"] * (index // model["freq"])
        layers.append(Fire(width, expand, model, model["bypass"]))
        layers += [pool] if index + 2 in model["pool_after"] else []
        width = expand
    return nn.Sequential(*layers, nn.Conv2d(width, classes, 1), nn.AdaptiveAvgPool2d(1), nn.Flatten())


def padded(images, recipe):
    """8-bit images with the recipe's padding around them."""
    padding, fill = [recipe["crop_padding"]] * 4, recipe.get("crop_fill", "black")
    if fill not in PADDING_MODES:
        raise SystemExit(f"crop_fill is {fill}; expected {', '.join(PADDING_MODES)}")
    return nn.functional.pad(images.float(), padding, PADDING_MODES[fill]).to(torch.uint8)


def augmented(images, recipe, generator):
    """Random crop out of the padded 8-bit image, random flip: on pixels, as firesweep does."""
    size, padding = images.shape[-1], recipe["crop_padding"]
    around = padded(images, recipe)
    out = torch.empty_like(images)
    for i in range(len(images)):
        top, left, flip = (int(torch.randint(n, (), generator=generator))
                           for n in (2 * padding + 1, 2 * padding + 1, 2))
        cut = around[i, :, top:top + size, left:left + size]
        out[i] = cut.flip(-1) if flip else cut
    return out


def learning_rate(recipe, step, steps):
    warmup = recipe["warmup_steps"]
    if step < warmup:
        return recipe["learning_rate"] * (step + 1) / warmup
    return recipe["learning_rate"] * 0.5 * (1 + math.cos(math.pi * (step - warmup) / (steps - warmup)))


def top1(model, images, labels, normalize):
    with torch.no_grad():
        right = sum(int((model(normalize(images[i:i + 250])).argmax(1) == labels[i:i + 250]).sum())
                    for i in range(0, len(labels), 250))
    return right / len(labels)


def train(design, recipe, data, classes, seed):
    torch.manual_seed(seed)
    generator = torch.Generator().manual_seed(seed)
    images, labels = data["train"]
    mean = images.double().mean((0, 2, 3)).float().view(1, -1, 1, 1)
    deviation = images.double().std((0, 2, 3), unbiased=False).float().view(1, -1, 1, 1)
    normalize = lambda pixels: (pixels.float() - mean) / deviation
    model = network(design, images.shape[1], classes)
    initialize(model)
    optimizer = torch.optim.SGD(model.parameters(), recipe["learning_rate"], recipe["momentum"],
                                weight_decay=recipe["weight_decay"])
    per_epoch = math.ceil(len(labels) / recipe["batch_size"])
    steps, step = per_epoch * recipe["epochs"], 0
    for _ in range(recipe["epochs"]):
        model.train()
        order = torch.randperm(len(labels), generator=generator)
        for first in range(0, len(labels), recipe["batch_size"]):
            batch = order[first:first + recipe["batch_size"]]
            optimizer.param_groups[0]["lr"] = learning_rate(recipe, step, steps)
            inputs = normalize(augmented(images[batch], recipe, generator))
            optimizer.zero_grad(set_to_none=True)
            nn.functional.cross_entropy(model(inputs), labels[batch]).backward()
            nn.utils.clip_grad_norm_(model.parameters(), recipe["gradient_clip_norm"])
            optimizer.step()
            step += 1
    model.eval()
    return {part: top1(model, *data[part], normalize) for part in ("validation", "test")}


def difference(ours, theirs):
    """Welch's 95 % interval of the difference of means."""
    from statistics import mean, variance
    a, b = variance(ours) / len(ours), variance(theirs) / len(theirs)
    if a + b == 0:
        return mean(ours) - mean(theirs), 0.0
    freedom = (a + b) ** 2 / (a ** 2 / (len(ours) - 1) + b ** 2 / (len(theirs) - 1))
    quantiles = {1: 12.706, 2: 4.303, 3: 3.182, 4: 2.776, 5: 2.571, 6: 2.447}
    return mean(ours) - mean(theirs), quantiles[max(1, min(6, int(freedom)))] * math.sqrt(a + b)


def main():
    parser = argparse.ArgumentParser(description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("run")
    parser.add_argument("--designs", type=int, default=3, help="the first ones of the run")
    parser.add_argument("--seeds", type=int, default=3)
    parser.add_argument("--cache", default=os.environ.get("FIRESWEEP_CACHE_DIR",
                                                          f"{Path.home()}/.cache/firesweep"))
    options = parser.parse_args()
    manifest = cached_images.load_manifest(options.run)
    for point in manifest["points"]:
        model = point["model"]
        if (model["batch_norm"] or model["weight_init"] != "kaiming"
                or point["training"].get("adaptive_clip", 0) != 0):
            sys.exit("only batch_norm: false, weight_init: kaiming and adaptive_clip: 0 are compared")
    parts, classes = cached_images.read_cache(
        f"{options.cache}/datasets/{manifest['dataset_checksum']}.bin")
    pixels, labels, groups = parts["train"]
    split = cached_images.grouped_split(labels, groups, classes, cached_images.counts_of(manifest),
                                        manifest["dataset"]["split_seed"])
    data = {part: (torch.from_numpy(numpy.ascontiguousarray(pixels[chosen])),
                   torch.from_numpy(labels[chosen])) for part, chosen in split.items()}
    print({part: len(chosen) for part, chosen in split.items()})
    for index, point in enumerate(manifest["points"][:options.designs]):
        design = ", ".join(f"{axis} {value}" for axis, value in
                           zip(manifest["axis_keys"], point["axis_values"]))
        ids = [trial["id"] for trial in manifest["trials"] if trial["point"] == index]
        ours = [json.loads(Path(options.run, "trials", name, "result.json").read_text()) for name in ids]
        theirs = [train(point["model"], point["training"], data, classes, seed)
                  for seed in range(1, options.seeds + 1)]
        for part in ("validation", "test"):
            a = [100 * result[f"{part}_top1"] for result in ours]
            b = [100 * result[part] for result in theirs]
            shift, half = difference(a, b)
            print(f"{design}; {part}: firesweep {statistics.mean(a):.2f} ± "
                  f"{statistics.stdev(a):.2f}, PyTorch {statistics.mean(b):.2f} ± "
                  f"{statistics.stdev(b):.2f}; difference {shift:.2f} ± {half:.2f}", flush=True)


if __name__ == "__main__":
    main()

"""Reads firesweep's cache of decoded images, and splits them as firesweep does."""
import json
import struct

import numpy

MASK = (1 << 64) - 1
FOOTER = "<10q8s"
PARTS = ("train", "validation", "test")


def splitmix64(x):
    x = (x + 0x9E3779B97F4A7C15) & MASK
    x = ((x ^ (x >> 30)) * 0xBF58476D1CE4E5B9) & MASK
    x = ((x ^ (x >> 27)) * 0x94D049BB133111EB) & MASK
    return x ^ (x >> 31)


class RandomStream:
    """runners/data/random.h"""

    def __init__(self, stream, seed, index):
        self.state = splitmix64(splitmix64(splitmix64(stream) ^ seed) ^ index)

    def below(self, bound):
        rejected = (1 << 64) % bound
        while True:
            value = splitmix64(self.state)
            self.state = (self.state + 0x9E3779B97F4A7C15) & MASK
            if value >= rejected:
                return value % bound

    def shuffle(self, items):
        for i in range(len(items), 1, -1):
            j = self.below(i)
            items[i - 1], items[j] = items[j], items[i - 1]


def padded(size):
    return (size + 7) // 8 * 8


def read_cache(path):
    """{part: (pixels [N, C, H, W] uint8, labels [N], groups [N] or None)}, number of classes"""
    data = numpy.memmap(path, numpy.uint8, "r")
    footer = struct.unpack(FOOTER, data[-16 - struct.calcsize(FOOTER):-16].tobytes())
    channels, height, width, classes, train, validation, test, has_groups, _, version, magic = footer
    if magic != b"fswdata\n" or version != 3:
        raise SystemExit(f"{path} is no cache file of version 3")
    images = train + validation + test
    shape = (images, channels, height, width)
    pixel_bytes = int(numpy.prod(shape))
    pixels = data[:pixel_bytes].reshape(shape)
    begin = padded(pixel_bytes)
    labels = data[begin:begin + 2 * images].view(numpy.uint16).astype(numpy.int64)
    begin += padded(2 * images)
    groups = data[begin:begin + 4 * images].view(numpy.uint32) if has_groups else None
    parts, first = {}, 0
    for name, count in zip(PARTS, (train, validation, test)):
        chosen = slice(first, first + count)
        parts[name] = (pixels[chosen], labels[chosen], groups[chosen] if has_groups else None)
        first += count
    return parts, classes


def apportion(seats, sizes):
    total = sum(sizes)
    quota = [seats * size // total for size in sizes]
    order = sorted(range(len(sizes)), key=lambda i: -(seats * sizes[i] % total))
    for i in order[:seats - sum(quota)]:
        quota[i] += 1
    return quota


def grouped_split(labels, groups, classes, counts, seed):
    """The split of a data set of one part with groups: {part: ascending indices}."""
    members, homes = {}, [[] for _ in range(classes)]
    for image, group in enumerate(groups):
        if group not in members:
            members[group] = []
            homes[labels[image]].append(group)
        members[group].append(image)
    queues = []
    for label, own in enumerate(homes):
        RandomStream(1, seed, label).shuffle(own)
        images, ends = [], []
        for group in own:
            images += members[group]
            ends.append(len(images))
        queues.append({"images": images, "ends": ends, "taken": 0})
    split = {}
    for part in ("test", "validation"):
        left = [len(queue["images"]) - queue["taken"] for queue in queues]
        chosen = []
        for queue, wanted in zip(queues, apportion(counts[part], left)):
            later = [end for end in queue["ends"] if end > queue["taken"]]
            target = queue["taken"] + wanted
            end = min(later, key=lambda e: abs(e - target)) if wanted and later else queue["taken"]
            chosen += queue["images"][queue["taken"]:end]
            queue["taken"] = end
        split[part] = sorted(chosen)
    left = [len(queue["images"]) - queue["taken"] for queue in queues]
    wanted = sum(left) if counts["train"] is None else min(counts["train"], sum(left))
    quotas = apportion(wanted, left)
    split["train"] = sorted(image for queue, wanted in zip(queues, quotas)
                            for image in queue["images"][queue["taken"]:queue["taken"] + wanted])
    return split


def counts_of(manifest):
    """Images of each part as firesweep chooses them; train is None if the sweep file leaves it out."""
    dataset, total = manifest["dataset"], manifest["dataset_shape"]["train"]
    test = dataset.get("test", total // 5)
    validation = dataset.get("validation", min(5000, (total - test) // 5))
    return {"test": test, "validation": validation,
            "train": dataset.get("train")}


def load_manifest(run):
    with open(f"{run}/manifest.json", encoding="utf-8") as file:
        return json.load(file)

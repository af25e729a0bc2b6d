#!/usr/bin/python3
"""Compares many real pictures with Pillow, by hand: prints the largest differences.

  clipart_parity.py PICTURE_TOOL [--pngs 500] [--jpegs 100]

Takes PNGs of Debian's openclipart-png, evenly from all of them, and makes JPEGs of some: qualities,
subsamplings, progressive, grey, CMYK. Each is decoded, resized to 64x64 and 224x224 by both filters, and
cropped and fitted to 64x64.
"""
import argparse
import collections
import pathlib
import sys
import tempfile

from PIL import Image

from pillow_reference import FILTERS, Tool, ToolError, difference, frame, reference

CLIPART = pathlib.Path("/usr/share/openclipart/png")
BACKGROUND = (255, 255, 255)


def spread(items, count):
    """`count` of the items, evenly."""
    return [items[i * len(items) // count] for i in range(min(count, len(items)))]


def make_jpeg(source, number, directory):
    """A JPEG of a PNG; what kind follows from the number."""
    image = reference(source)
    mode = ("RGB", "RGB", "RGB", "L", "CMYK")[number % 5]
    options = {"quality": (10, 40, 75, 90, 95, 100)[number % 6], "progressive": number % 2 == 1}
    if mode != "L":
        options["subsampling"] = number // 5 % 3
    path = pathlib.Path(directory) / f"{number}.jpg"
    image.convert(mode).save(path, **options)
    return path


def compare(tool, path, largest):
    """Adds the largest differences of one file to `largest`, by what was done."""
    for channels, kind in ((3, "colour"), (1, "grey")):
        image = reference(path, channels, BACKGROUND)
        largest[f"decode, {kind}"].append(difference(tool.decode(path, channels, BACKGROUND), image))
        for method, pillow in FILTERS.items():
            for size in (64, 224):
                answer = tool.frame("stretch", size, size, method)
                largest[f"stretch to {size}, {method}, {kind}"].append(
                    difference(answer, image.resize((size, size), pillow)))
            for mode in ("crop", "fit"):
                try:
                    expected = frame(image, mode, 64, 64, pillow, BACKGROUND)
                except ValueError:  # Pillow's fit can be empty
                    continue
                largest[f"{mode} to 64, {method}, {kind}"].append(
                    difference(tool.frame(mode, 64, 64, method), expected))


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n", maxsplit=1)[0])
    parser.add_argument("tool")
    parser.add_argument("--pngs", type=int, default=500)
    parser.add_argument("--jpegs", type=int, default=100)
    arguments = parser.parse_args()
    files = sorted(path for path in CLIPART.rglob("*.png") if not path.is_symlink())
    if not files:
        sys.exit(f"no pictures below {CLIPART}; on Debian: apt-get install openclipart-png")
    largest = collections.defaultdict(list)
    modes = collections.Counter()
    rejected = []
    tool = Tool(arguments.tool)
    with tempfile.TemporaryDirectory() as directory:
        chosen = spread(files, arguments.pngs)
        chosen += [make_jpeg(source, number, directory)
                   for number, source in enumerate(spread(files, arguments.jpegs))]
        for path in chosen:
            with Image.open(path) as image:
                modes[f"{image.format} {image.mode}"] += 1
            try:
                compare(tool, path, largest)
            except ToolError as error:
                rejected.append(f"{path}: {error}")
    tool.close()
    print(", ".join(f"{count} {mode}" for mode, count in sorted(modes.items())))
    for what, values in sorted(largest.items()):
        print(f"{what:32} {len(values)} pictures, largest difference {max(values)}")
    print("\n".join(rejected))
    sys.exit(1 if rejected or max(map(max, largest.values())) > 0 else 0)


if __name__ == "__main__":
    main()

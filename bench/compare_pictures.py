#!/usr/bin/python3
"""Times decoding and resizing of JPEGs against OpenCV and Pillow, interleaved on one pinned processor.

Each round starts with another contestant. The table has medians of processor time over rounds, and of
the ratios within rounds; above 1.00 firesweep is faster. Without FILES, JPEGs of 500x375 pixels (quality 90, as in
ImageNet) are made of the photographs of Debian's libjxl-testdata.
"""
import argparse
import json
import os
import platform
import statistics
import subprocess
import sys
import tempfile
from pathlib import Path

import side_by_side

BASELINE = [side_by_side.PYTHON, str(Path(__file__).resolve().parent / "baseline_pictures.py")]
PHOTOGRAPHS = Path("/usr/share/libjxl-testdata")


def contestants(program):
    """{name: (command, environment)}"""
    keep = side_by_side.KEEP_PAGES
    return {
        "firesweep": ([program], {}),
        "OpenCV INTER_LINEAR": (BASELINE + ["opencv-linear"], {}),
        "OpenCV INTER_LINEAR, jemalloc": (BASELINE + ["opencv-linear"], keep),
        "OpenCV INTER_AREA": (BASELINE + ["opencv-area"], {}),
        "OpenCV INTER_AREA, jemalloc": (BASELINE + ["opencv-area"], keep),
        "Pillow": (BASELINE + ["pillow"], {}),
    }


def make_jpegs(directory):
    from PIL import Image
    paths = []
    for source in sorted(PHOTOGRAPHS.rglob("*.png")):
        with Image.open(source) as image:
            if image.mode not in ("RGB", "RGBA") or min(image.size) < 400:
                continue
            ratio = max(500 / image.width, 375 / image.height)
            size = (round(image.width * ratio), round(image.height * ratio))
            path = Path(directory) / f"{len(paths)}.jpg"
            image.convert("RGB").resize(size).crop((0, 0, 500, 375)).save(path, quality=90)
            paths.append(str(path))
    if not paths:
        sys.exit(f"no photographs below {PHOTOGRAPHS}; on Debian: apt-get install libjxl-testdata")
    return paths


def measure(name, command, environment, arguments, cpu):
    """The median milliseconds per file."""
    result = subprocess.run(["taskset", "-c", str(cpu)] + command + arguments, text=True,
                            env={**os.environ, **environment}, capture_output=True, check=False)
    if result.returncode != 0:
        sys.exit(f"{name}: exit status {result.returncode}: {result.stderr.strip()}")
    sample = json.loads(result.stdout)
    return statistics.median(sample["milliseconds"]) / sample["files"]


def parse():
    parser = argparse.ArgumentParser(description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("files", nargs="*", help="pictures")
    parser.add_argument("--program", type=side_by_side.existing,
                        default="build/release/bench/decode_pictures", help="%(default)s")
    parser.add_argument("--rounds", type=side_by_side.positive, default=7,
                        help="%(default)s by default")
    parser.add_argument("--passes", type=side_by_side.positive, default=9,
                        help="over all files, per round (%(default)s)")
    parser.add_argument("--size", type=side_by_side.positive, default=64,
                        help="height and width of the results (%(default)s)")
    parser.add_argument("--cpu", type=int, default=0, help="processor to pin to (%(default)s)")
    return parser.parse_args()


def main():
    options = parse()
    side_by_side.require_jemalloc()
    import cv2
    import PIL
    side_by_side.introduce(side_by_side.machine(),
                           {"OpenCV": cv2.__version__, "Pillow": PIL.__version__,
                            "python": platform.python_version()})
    with tempfile.TemporaryDirectory() as directory:
        files = options.files or make_jpegs(directory)
        arguments = files + ["--size", str(options.size), "--passes", str(options.passes)]
        found = contestants(options.program)
        samples = {name: [] for name in found}
        for number in range(options.rounds):
            for name in side_by_side.order(list(found), number):
                samples[name].append(measure(name, *found[name], arguments, options.cpu))
    print(f"{len(files)} pictures, results of {options.size}x{options.size} pixels")
    print(f"{'':32}{'ms per picture':>16}  firesweep is faster by")
    for name, values in samples.items():
        ratio = side_by_side.ratios(values, samples["firesweep"])
        print(f"{name:32}{statistics.median(values):16.2f}  {side_by_side.show(ratio)}")


if __name__ == "__main__":
    main()

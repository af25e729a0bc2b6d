#!/usr/bin/python3
"""Decodes and resizes picture files in memory with OpenCV or Pillow, on one thread.

Prints one JSON object with the milliseconds of processor time of every pass over all files, as
bench/decode_pictures does.
"""
import argparse
import io
import json
import time
from pathlib import Path


def opencv(interpolation):
    """A function from file content and size to pixels."""
    import cv2
    import numpy
    cv2.setNumThreads(1)
    method = {"area": cv2.INTER_AREA, "linear": cv2.INTER_LINEAR}[interpolation]
    return lambda content, size: cv2.resize(
        cv2.imdecode(numpy.frombuffer(content, numpy.uint8), cv2.IMREAD_COLOR), (size, size),
        interpolation=method)


def pillow(content, size):
    from PIL import Image
    image = Image.open(io.BytesIO(content)).convert("RGB")
    return image.resize((size, size), Image.Resampling.BILINEAR).tobytes()


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n", maxsplit=1)[0])
    parser.add_argument("contestant", choices=("opencv-area", "opencv-linear", "pillow"))
    parser.add_argument("files", nargs="+", type=Path)
    parser.add_argument("--size", type=int, default=64)
    parser.add_argument("--passes", type=int, default=5)
    options = parser.parse_args()
    work = pillow if options.contestant == "pillow" else opencv(options.contestant.split("-")[1])
    files = [path.read_bytes() for path in options.files]
    milliseconds = []
    for _ in range(options.passes + 1):  # the first one meets cold caches
        start = time.process_time()
        for content in files:
            work(content, options.size)
        milliseconds.append(1000 * (time.process_time() - start))
    print(json.dumps({"files": len(files), "milliseconds": milliseconds[1:]}))


if __name__ == "__main__":
    main()

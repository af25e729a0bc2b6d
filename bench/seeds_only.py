#!/usr/bin/env python3
"""What a run's verdicts would be without the choice of images: standard errors and intervals over seeds only.

    bench/seeds_only.py RUN...

Reads the bits of `correct_images` in each result.json and computes both kinds of error by itself. It prints the design that
is recommended (the smallest one within one standard error of the best), and the pairs of designs for which one 95 % interval of
their difference excludes zero and the other one does not. Pairs have the same seeds on both sides, at least three.
docs/statistics.md quotes it.
"""
import argparse
import base64
import itertools
import json
import math
import pathlib


def t_tail(t, freedom):
    """Probability of more than t: Simpson's rule over the angle whose tangent is t / sqrt(freedom)."""
    start, end, steps = math.atan(t / math.sqrt(freedom)), math.pi / 2, 2000
    width = (end - start) / steps
    weights = (1 if i in (0, steps) else 4 if i % 2 else 2 for i in range(steps + 1))
    area = sum(w * math.cos(start + i * width) ** (freedom - 1) for i, w in enumerate(weights)) * width / 3
    return math.exp(math.lgamma((freedom + 1) / 2) - math.lgamma(freedom / 2)) / math.sqrt(math.pi) * area


def t_quantile(freedom):
    """Of Student's t, 97.5 %; the normal one where they are equal in three digits."""
    low, high = 0.0, 100.0
    for _ in range(50 if freedom < 500 else 0):
        middle = (low + high) / 2
        low, high = (middle, high) if t_tail(middle, freedom) > 0.025 else (low, middle)
    return high if freedom < 500 else 1.96


class Error:
    """Parts of the variance of a mean over a table of seeds and images (reports/statistics/crossed_error.h)."""

    def __init__(self, table):
        seeds, images = len(table), len(table[0])
        rows = [sum(row) / images for row in table]
        columns = [sum(column) / seeds for column in zip(*table)]
        self.mean = sum(rows) / seeds
        between_seeds = images * sum((row - self.mean) ** 2 for row in rows)
        between_images = seeds * sum((column - self.mean) ** 2 for column in columns)
        squares = sum(score * score for row in table for score in row) - seeds * images * self.mean ** 2
        rest = max(0.0, squares - between_seeds - between_images)
        self.seeds = between_seeds / (seeds - 1) / (seeds * images)
        self.images = max(0.0, between_images / (images - 1) - rest / ((seeds - 1) * (images - 1))) / (seeds * images)
        self.freedom = seeds - 1, images - 1

    def interval_over_seeds(self):
        half = t_quantile(self.freedom[0]) * math.sqrt(self.seeds)
        return self.mean - half, self.mean + half

    def interval(self):
        if self.images == 0.0:
            return self.interval_over_seeds()
        variance = self.seeds + self.images
        together = variance ** 2 / (self.seeds ** 2 / self.freedom[0] + self.images ** 2 / self.freedom[1])
        seeds, images, both = (t_quantile(freedom) ** 2 for freedom in (*self.freedom, together))
        half = math.sqrt((seeds + both) / 2 * self.seeds + (images + both) / 2 * self.images)
        return self.mean - half, self.mean + half


def bits(images):
    data = base64.b64decode(images["bits"])
    return [data[i // 8] >> i % 8 & 1 for i in range(images["images"])]


def designs_of(run):
    """(name, bytes, bits of the validation images by seed) of the designs whose trials all completed."""
    manifest = json.loads((run / "manifest.json").read_text())
    results = {}
    for trial in manifest["trials"]:
        result = json.loads((run / "trials" / trial["id"] / "result.json").read_text())
        if result["state"] == "completed":
            results.setdefault(trial["point"], {})[trial["seed"]] = bits(result["correct_images"]["validation"])
    for index, seeds in results.items():
        point = manifest["points"][index]
        name = " ".join(f"{key}={value}" for key, value in zip(manifest["axis_keys"], point["axis_values"]))
        yield name, point["weight_bytes"], seeds


def recommend(designs, error_of):
    """(best, its standard error, others within it, the smallest of them all)."""
    best = max(designs, key=lambda design: design["error"].mean)
    bound = best["error"].mean - error_of(best["error"])
    near = [design for design in designs if design["error"].mean >= bound]
    return best, error_of(best["error"]), len(near) - 1, min(near, key=lambda design: design["bytes"])


def print_recommendations(designs):
    kinds = (("seeds only", lambda error: math.sqrt(error.seeds)),
             ("seeds and images", lambda error: math.sqrt(error.seeds + error.images)))
    for kind, error_of in kinds:
        best, error, others, small = recommend(designs, error_of)
        print(f"  {kind}: best {best['name']} {100 * best['error'].mean:.2f} %, standard error {100 * error:.2f}, "
              f"{others} other means within it; smallest {small['name']}, {small['bytes']:,} bytes")


def print_pairs(designs):
    words = "{:+.2f} to {:+.2f}".format
    for one, other in itertools.combinations(designs, 2):
        seeds = sorted(set(one["seeds"]) & set(other["seeds"]))
        if len(seeds) < 3:
            continue
        error = Error([[a - b for a, b in zip(one["seeds"][seed], other["seeds"][seed])] for seed in seeds])
        over_seeds, both = error.interval_over_seeds(), error.interval()
        if (over_seeds[0] <= 0 <= over_seeds[1]) != (both[0] <= 0 <= both[1]):
            print(f"  {one['name']} minus {other['name']}: {100 * error.mean:+.2f} pp, {len(seeds)} seeds; over seeds only "
                  f"{words(*(100 * end for end in over_seeds))}, over seeds and images {words(*(100 * end for end in both))}")


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("runs", nargs="+", type=pathlib.Path, metavar="RUN")
    for run in parser.parse_args().runs:
        designs = [{"name": name, "bytes": size, "seeds": seeds, "error": Error(list(seeds.values()))}
                   for name, size, seeds in designs_of(run) if len(seeds) > 1]
        print(f"{run}: {len(next(iter(designs[0]['seeds'].values())))} validation images")
        print_recommendations(designs)
        print_pairs(designs)


if __name__ == "__main__":
    main()

#!/usr/bin/python3
"""Do values that nobody wrote learn? Trains random designs of the preset `small` and counts their states.

    bench/random_designs.py --data fashion-mnist --designs 100 --seed 1 --out build/random
    bench/random_designs.py --data folder --root build/clipart --designs 100 --seed 1 --out build/random

The sweep files write only what is drawn: SR 0.05 to 1, base_e 8 to 256 and batch_size 16 to 256
(log-uniform), pct_3x3 0.1 to 0.9, incr_e 0 to 128 and 2 to 12 Fire modules (uniform), bypass; of pictures
also their size, 28 to 64 pixels, and 1 or 3 channels. Every design sees about --images images, in one epoch
where the data set has that many. --max-macs draws again where a design is more expensive, --model and
--training add a line to all of them: `--training 'gradient_clip_norm: 0'`.

Prints a row per design and the summary; both are in OUT/results.json, too. A design that firesweep refuses
counts as `error`.
"""
import argparse
import json
import math
import random
import statistics
import subprocess
import sys
from collections import Counter
from pathlib import Path

AXES = ("SR", "pct_3x3", "bypass", "base_e", "incr_e", "fire_modules", "batch_size")
VALIDATION = {"fashion-mnist": 5000, "mnist": 5000}


def log_uniform(generator, low, high):
    return math.exp(generator.uniform(math.log(low), math.log(high)))


def drawn_design(generator):
    return {"SR": round(log_uniform(generator, 0.05, 1.0), 4),
            "pct_3x3": round(generator.uniform(0.1, 0.9), 3),
            "bypass": generator.choice(["none", "simple", "complex"]),
            "base_e": round(log_uniform(generator, 8, 256)),
            "incr_e": generator.randint(0, 128),
            "fire_modules": generator.randint(2, 12),
            "batch_size": round(log_uniform(generator, 16, 256))}


def drawn_images(generator, options):
    """What the data set is asked for; pictures have any size."""
    if options.data != "folder":
        return {}
    return {"size": generator.choice([28, 32, 40, 48, 56, 64]), "channels": generator.choice([1, 3]),
            "resize": "fit", "on_bad_file": "skip"}


def sweep_text(options, images, designs, epochs):
    dataset = {"name": options.data, **images}
    if options.root:
        dataset["root"] = str(Path(options.root).resolve())
    if options.data in VALIDATION:
        dataset.update(train=options.images, validation=VALIDATION[options.data], test=1000)
    if options.group_by:
        dataset["group_by"] = options.group_by
    lines = ["name: random", f"dataset: {json.dumps(dataset)}", "model:", "  preset: small",
             *(f"  {line}" for line in options.model), "training:", f"  epochs: {epochs}",
             *(f"  {line}" for line in options.training), f"grid: {{seed: {json.dumps(options.seeds)}}}"]
    lines += ["zip:"] + [f"  {'-' if key == AXES[0] else ' '} {key}: {json.dumps([d[key] for d in designs])}"
                         for key in AXES]
    return "\n".join(lines) + "\n"


def plan(options, path):
    """(plan, None), or (None, why firesweep refuses it)."""
    done = subprocess.run([options.firesweep, "plan", str(path), "--format", "json"], capture_output=True,
                          text=True, check=False)
    if done.returncode != 0:
        return None, done.stderr.strip().splitlines()[-1]
    return json.loads(done.stdout), None


class Drawn:
    """Designs with the same images, and so one sweep."""

    def __init__(self, images, epochs):
        self.images, self.epochs, self.designs = images, epochs, []


def epochs_for(options, images, directory):
    """As many as show about options.images images: 1, or more of a smaller data set."""
    if options.data in VALIDATION:
        return 1
    path = directory / "count.yaml"
    path.write_text(sweep_text(options, images, [dict(zip(AXES, (0.5, 0.5, "none", 32, 8, 8, 32)))], 1))
    done = subprocess.run([options.firesweep, "data", str(path), "--format", "json"], capture_output=True,
                          text=True, check=False)
    if done.returncode != 0:
        sys.exit(done.stderr)
    return max(1, round(options.images / sum(json.loads(done.stdout)["images"]["train"])))


def draw(options, directory):
    generator = random.Random(options.seed)
    groups, rows, epochs = {}, [], {}
    while sum(len(group.designs) for group in groups.values()) + len(rows) < options.designs:
        images, design = drawn_images(generator, options), drawn_design(generator)
        key = json.dumps(images)
        if key not in epochs:
            epochs[key] = epochs_for(options, images, directory)
        path = directory / "one.yaml"
        path.write_text(sweep_text(options, images, [design], epochs[key]))
        planned, refusal = plan(options, path)
        if refusal:
            rows.append({**images, **design, "state": "error", "reason": refusal})
        elif planned["trials"][0]["macs"] <= options.max_macs:
            group = groups.setdefault(key, Drawn(images, epochs[key]))
            if design not in group.designs:
                group.designs.append(design)
    return list(groups.values()), rows


def train(options, group, directory):
    directory.mkdir(parents=True)
    path = directory / "sweep.yaml"
    path.write_text(sweep_text(options, group.images, group.designs, group.epochs))
    run = directory / "run"
    subprocess.run([options.firesweep, "run", str(path), "--out", str(run), "--jobs", str(options.jobs)],
                   check=False, stderr=subprocess.DEVNULL, stdout=subprocess.DEVNULL)
    manifest = json.loads((run / "manifest.json").read_text())
    rows = []
    for trial in manifest["trials"]:
        point = manifest["points"][trial["point"]]
        result = json.loads((run / "trials" / trial["id"] / "result.json").read_text())
        rows.append({**group.images, **{key: {**point["model"], **point["training"]}[key] for key in AXES},
                     "seed": trial["seed"], "macs": point["macs"], "state": result["state"],
                     "validation_top1": result.get("validation_top1"), "reason": result.get("reason", ""),
                     "seconds": result["train_seconds"]})
    return rows


def show(rows):
    for row in sorted(rows, key=lambda row: row.get("validation_top1") or 0.0):
        top1 = row.get("validation_top1")
        print(" ".join(f"{key}={row[key]}" for key in ("size", "channels", *AXES) if key in row),
              row["state"], "-" if top1 is None else f"{100 * top1:.2f} %", row["reason"])
    states = Counter(row["state"] for row in rows)
    top1 = [100 * (row.get("validation_top1") or 0.0) for row in rows]
    print(f"{len(rows)} trials: {', '.join(f'{count} {state}' for state, count in states.most_common())}; "
          f"top-1 mean {statistics.mean(top1):.2f} % (what has none counts as 0), median "
          f"{statistics.median(top1):.2f} %, lowest {min(top1):.2f} %; "
          f"{sum(row.get('seconds', 0.0) for row in rows):.0f} s of training")


def main():
    parser = argparse.ArgumentParser(description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--firesweep", default="build/release/bin/firesweep")
    parser.add_argument("--data", default="fashion-mnist", choices=["fashion-mnist", "mnist", "folder"])
    parser.add_argument("--root", help="directory of the data set's files")
    parser.add_argument("--group-by", help="as the key group_by of dataset:")
    parser.add_argument("--designs", type=int, default=30)
    parser.add_argument("--seed", type=int, default=1, help="of the draw")
    parser.add_argument("--seeds", type=int, nargs="+", default=[1], help="of each design's trials")
    parser.add_argument("--images", type=int, default=6000)
    parser.add_argument("--max-macs", type=float, default=math.inf, help="per image, of a design")
    parser.add_argument("--model", action="append", default=[], metavar="LINE")
    parser.add_argument("--training", action="append", default=[], metavar="LINE")
    parser.add_argument("--jobs", type=int, default=2)
    parser.add_argument("--out", required=True)
    options = parser.parse_args()
    out = Path(options.out)
    out.mkdir(parents=True)
    groups, rows = draw(options, out)
    for index, group in enumerate(groups):
        rows += train(options, group, out / f"{index:02}")
    show(rows)
    (out / "results.json").write_text(json.dumps(rows, indent=1) + "\n")


if __name__ == "__main__":
    main()

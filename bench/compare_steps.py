#!/usr/bin/python3
"""Times firesweep's training step against Python PyTorch, interleaved on one pinned processor.

Rounds go A B C A B C ..., each beginning with another contestant, so that a machine whose speed
drifts favours none; the tables give medians over rounds, their spread, and medians of the ratios
within rounds. jemalloc is preloaded and configured to keep its pages: without it the figures measure
page faults, whose price depends on the machine.

The paper's network:
    bench/compare_steps.py --preset v1.0 --channels 3 --size 224 --classes 1000 --batch-size 16
"""
import argparse
import json
import os
import statistics
import subprocess
import sys
from pathlib import Path

import side_by_side

HERE = Path(__file__).resolve().parent
BASELINE = [side_by_side.PYTHON, str(HERE / "baseline_pytorch.py")]


def contestants(program):
    """{name: (command, environment)}"""
    own = [program, "--engine", "fused", "--precision"]
    tuned = BASELINE + ["--variant", "tuned", "--precision"]
    keep = side_by_side.KEEP_PAGES
    found = {
        "firesweep bf16": (own + ["bf16"], {}),
        "firesweep fp32": (own + ["fp32"], {}),
        "PyTorch tuned, bf16": (tuned + ["bf16"], side_by_side.HUGE_PAGES),
        "PyTorch tuned, fp32": (tuned + ["fp32"], side_by_side.HUGE_PAGES),
        "PyTorch stock, jemalloc": (BASELINE, keep),
        "PyTorch stock": (BASELINE, {}),
    }
    if not side_by_side.has_bf16():
        print("no bf16 instructions here: comparing only fp32", file=sys.stderr)
        found = {name: value for name, value in found.items() if "bf16" not in name}
    return found


def measure(name, command, environment, arguments, cpu):
    result = subprocess.run(["taskset", "-c", str(cpu)] + command + arguments, text=True,
                            env={**os.environ, "OMP_NUM_THREADS": "1", **environment},
                            capture_output=True)
    if result.returncode != 0:
        sys.exit(f"{name}: exit status {result.returncode}: {' '.join(command + arguments)}\n"
                 f"{result.stderr.strip()}")
    sample = json.loads(result.stdout)
    expected = "jemalloc" if environment else "C library"
    if sample.get("allocator", expected) != expected:
        sys.exit(f"{name}: ran with {sample['allocator']}; expected {expected}")
    return sample


def parse():
    parser = argparse.ArgumentParser(description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--program", type=side_by_side.existing,
                        default="build/release/bench/train_throughput",
                        help="firesweep's trainer on synthetic images (%(default)s)")
    parser.add_argument("--rounds", type=side_by_side.positive, default=5,
                        help="%(default)s by default")
    parser.add_argument("--steps", type=side_by_side.positive, default=12,
                        help="steps counted per round (%(default)s)")
    parser.add_argument("--preset", default="small", help="small (default), v1.0 or v1.1")
    parser.add_argument("--batch-size", type=side_by_side.positive, default=128,
                        help="images per step (%(default)s)")
    parser.add_argument("--size", type=int, default=28, help="height and width (%(default)s)")
    parser.add_argument("--channels", type=int, default=1, help="%(default)s by default")
    parser.add_argument("--classes", type=int, default=10, help="%(default)s by default")
    parser.add_argument("--cpu", type=int, default=0, help="processor to pin to (%(default)s)")
    parser.add_argument("--json", metavar="FILE", help="all samples and ratios")
    return parser.parse_args()


def ratio_matrix(samples):
    """{ours: {theirs: ratio of images per second}}"""
    speeds = {name: [sample["images_per_second"] for sample in rows]
              for name, rows in samples.items()}
    own = [name for name in speeds if name.startswith("firesweep")]
    return {ours: {name: side_by_side.ratios(speeds[ours], speeds[name])
                   for name in speeds if name != ours} for ours in own}


def report(options, samples, matrix):
    print(f"\n{options.preset}, {options.channels}x{options.size}x{options.size}, "
          f"batch {options.batch_size}, one thread on processor {options.cpu}, "
          f"medians of {options.rounds} rounds\n")
    print(f"{'':28}{'images/s':>10}{'min':>9}{'max':>9}{'faults/step':>13}{'peak MiB':>10}")
    for name, rows in samples.items():
        speed = side_by_side.spread(row["images_per_second"] for row in rows)
        faults = statistics.median(row["minor_faults_per_step"] for row in rows)
        memory = max(row["peak_memory_mib"] for row in rows)
        print(f"{name:28}{speed['median']:10.1f}{speed['min']:9.1f}{speed['max']:9.1f}"
              f"{faults:13.1f}{memory:10.0f}")
    print(f"\n{'speed-up of firesweep':28}" + "".join(f"{ours:>24}" for ours in matrix))
    for name in samples:
        cells = [side_by_side.show(row[name]) if name in row else "" for row in matrix.values()]
        print(f"{name:28}" + "".join(f"{cell:>24}" for cell in cells))


def main():
    options = parse()
    side_by_side.require_jemalloc()
    about = side_by_side.machine()
    libraries = side_by_side.versions(Path(options.program).parent / "firesweep")
    side_by_side.introduce(about, libraries)
    arguments = []
    for name in ("steps", "batch_size", "size", "channels", "classes", "preset"):
        arguments += ["--" + name.replace("_", "-"), str(getattr(options, name))]
    commands = contestants(options.program)
    samples = {name: [] for name in commands}
    for number in range(options.rounds):
        for name in side_by_side.order(list(commands), number):
            samples[name].append(measure(name, *commands[name], arguments, options.cpu))
        print(f"round {number + 1} of {options.rounds} done", file=sys.stderr, flush=True)
    matrix = ratio_matrix(samples)
    report(options, samples, matrix)
    side_by_side.write_json(options.json, "steps", {"machine": about, "versions": libraries,
                                                    "options": vars(options), "samples": samples,
                                                    "ratios": matrix})


if __name__ == "__main__":
    main()

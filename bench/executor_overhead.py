#!/usr/bin/python3
"""What `firesweep run` costs beyond the bare training loop, on the same trials.

Rounds go A B A B ... on one pinned core; A is bench/bare_loop, B `firesweep run --jobs 1 --only ...` on a
fresh directory, from the first line of its first trial to the last result. The start of the worker process
and the reports are outside of both; they are paid once a run, and shown apart. Accuracies of A and B must
be equal.
"""
import argparse
import json
import os
import shutil
import statistics
import subprocess
import tempfile
import time
from pathlib import Path


def trial_ids(programs, config, count):
    plan = subprocess.run([programs / "firesweep", "plan", config, "--format", "json"], check=True,
                          capture_output=True, text=True)
    trials = json.loads(plan.stdout)["trials"]
    step = max(1, len(trials) // count)
    return [trial["id"] for trial in trials[::step]][:count]


def pinned(cpu, command):
    return ["taskset", "-c", str(cpu)] + [str(word) for word in command]


def bare(programs, config, ids, cpu):
    output = subprocess.run(pinned(cpu, [programs / "bare_loop", config, "--only", *ids]), check=True,
                            capture_output=True, text=True).stdout
    result = json.loads(output)
    return result["seconds"], result["trials"]


def managed(programs, config, ids, cpu):
    out = Path(tempfile.mkdtemp(prefix="overhead-"))
    begin = time.monotonic()
    subprocess.run(pinned(cpu, [programs / "firesweep", "run", config, "--out", out, "--jobs", "1", "--only", *ids]),
                   check=True, capture_output=True)
    whole = time.monotonic() - begin
    trials = out / "trials"
    results = {name: json.loads((trials / name / "result.json").read_text()) for name in ids}
    last = max((trials / name / "result.json").stat().st_mtime for name in ids)
    first = min(birth_of(trials / name) for name in ids)
    shutil.rmtree(out)
    return last - first, whole, {name: result["test_top1"] for name, result in results.items()}


def birth_of(path):
    return float(subprocess.run(["stat", "-c", "%.W", str(path)], check=True, capture_output=True,
                                text=True).stdout.replace(",", "."))


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--programs", type=Path, default=Path("build/release/bin"))
    parser.add_argument("--config", default="configs/quickstart.yaml")
    parser.add_argument("--trials", type=int, default=4)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--cpu", type=int, default=max(os.sched_getaffinity(0)))
    options = parser.parse_args()
    ids = trial_ids(options.programs, options.config, options.trials)
    overheads = []
    for number in range(1, options.rounds + 1):
        bare_seconds, expected = bare(options.programs, options.config, ids, options.cpu)
        seconds, whole, got = managed(options.programs, options.config, ids, options.cpu)
        if got != expected:
            raise SystemExit(f"the two loops differ: {expected} and {got}")
        overheads.append(100.0 * (seconds / bare_seconds - 1.0))
        print(f"round {number}: bare {bare_seconds:.2f} s, run {seconds:.2f} s ({overheads[-1]:+.2f} %), "
              f"whole command {whole:.2f} s", flush=True)
    print(f"overhead: median {statistics.median(overheads):+.2f} %, from {min(overheads):+.2f} to "
          f"{max(overheads):+.2f} % over {len(ids)} trials")


if __name__ == "__main__":
    main()

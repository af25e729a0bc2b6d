#!/usr/bin/python3
"""The overhead of `firesweep run` beyond training and evaluation, by the clocks of one run.

    bench/executor_overhead.py runs/quickstart

A worker's span goes from the start of its first epoch to its last result. Its time other than
training, validation and test is overhead: network creation, checkpoints and their syncs, result files, events, waiting
for the next job. Both are read from the same run, so a noisy machine slows both alike. Starting the worker
and opening the data come before the span: they cost once per worker, whatever the sweep's length.

Takes an uninterrupted run: after a resume the gap between two commands would count as overhead.
"""
import argparse
import collections
import json
from pathlib import Path


def spans(run):
    """{worker: (first start, last end, seconds of training and evaluation, trials)}"""
    trials = collections.defaultdict(list)
    for path in sorted(run.glob("trials/*/result.json")):
        result = json.loads(path.read_text())
        lines = (path.parent / "epochs.jsonl").read_text().splitlines()
        epochs = [json.loads(line) for line in lines]
        workers = {epoch["worker"] for epoch in epochs}
        if result["state"] != "completed" or len(workers) != 1:
            raise SystemExit(f"{path}: expected a completed trial that one worker trained")
        begin = epochs[0]["finished_at"] - epochs[0]["seconds"]
        busy = sum(epoch["seconds"] for epoch in epochs) + result["test_seconds"]
        trials[workers.pop()].append((begin, path.stat().st_mtime, busy))
    return {worker: (min(t[0] for t in rows), max(t[1] for t in rows), sum(t[2] for t in rows), len(rows))
            for worker, rows in trials.items()}


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("run", type=Path, help="a run directory")
    found = spans(parser.parse_args().run)
    if not found:
        raise SystemExit("no finished trial in the run directory; expected a completed run")
    total, busy = 0.0, 0.0
    for worker, (begin, end, seconds, count) in sorted(found.items()):
        print(f"{worker}: {count} trials, {end - begin:.2f} s, of them {seconds:.2f} s training and evaluation: "
              f"overhead {100 * ((end - begin) / seconds - 1):.2f} %")
        total += end - begin
        busy += seconds
    first, last = min(s[0] for s in found.values()), max(s[1] for s in found.values())
    print(f"overhead {100 * (total / busy - 1):.2f} % of training and evaluation; from the first epoch to the "
          f"last result the workers trained or evaluated {100 * busy / len(found) / (last - first):.1f} % of the time")


if __name__ == "__main__":
    main()

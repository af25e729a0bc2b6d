#!/usr/bin/env python3
"""Runs a benchmark program that prints JSON lines, and keeps them with machine, date and commit.

    bench/record.py coordinator build/bench/coordinator.json build/release/bench/coordinator --json
"""
import json
import subprocess
import sys

import side_by_side


def main():
    if len(sys.argv) < 4:
        sys.exit("usage: record.py BENCHMARK FILE PROGRAM [ARGUMENT...]")
    benchmark, path, *command = sys.argv[1:]
    about = side_by_side.machine()
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode != 0:
        sys.exit(f"{' '.join(command)}: exit status {done.returncode}\n{done.stderr.strip()}")
    rows = [json.loads(line) for line in done.stdout.splitlines()]
    side_by_side.write_json(path, benchmark, {"command": " ".join(command), "machine": about, "rows": rows})


if __name__ == "__main__":
    main()

#!/usr/bin/python3
"""Times firesweep's training step against Python PyTorch, interleaved on one pinned core.

Rounds go A B C A B C ..., so that a machine whose speed drifts favours nobody; the table gives
medians over rounds, their spread, and the ratio round by round.
"""
import argparse
import json
import os
import statistics
import subprocess
from pathlib import Path

HERE = Path(__file__).resolve().parent
PEER = ["/usr/bin/python3", str(HERE / "peer_pytorch.py")]
KEEP_PAGES = {"LD_PRELOAD": "libjemalloc.so.2",
              "MALLOC_CONF": "dirty_decay_ms:-1,muzzy_decay_ms:-1"}


def contestants(program):
    return {
        "firesweep fp32": ([program, "--precision", "fp32"], {}),
        "firesweep bf16": ([program, "--precision", "bf16"], {}),
        "PyTorch, jemalloc keeping pages": (PEER, KEEP_PAGES),
        "PyTorch, jemalloc as it comes": (PEER, {"LD_PRELOAD": "libjemalloc.so.2"}),
        "PyTorch as it comes": (PEER, {}),
    }


def measure(command, environment, arguments, cpu):
    result = subprocess.run(["taskset", "-c", str(cpu)] + command + arguments, check=True,
                            env={**os.environ, **environment}, capture_output=True, text=True)
    return json.loads(result.stdout)


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--program", default="build/release/bin/train_throughput")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--steps", type=int, default=12)
    parser.add_argument("--batch-size", type=int, default=128)
    parser.add_argument("--size", type=int, default=28)
    parser.add_argument("--channels", type=int, default=1)
    parser.add_argument("--classes", type=int, default=10)
    parser.add_argument("--preset", default="small")
    parser.add_argument("--cpu", type=int, default=0)
    options = parser.parse_args()
    arguments = []
    for name in ("steps", "batch_size", "size", "channels", "classes", "preset"):
        arguments += ["--" + name.replace("_", "-"), str(getattr(options, name))]

    samples = {name: [] for name in contestants(options.program)}
    for round_number in range(options.rounds):
        for name, (command, environment) in contestants(options.program).items():
            samples[name].append(measure(command, environment, arguments, options.cpu))
        print(f"round {round_number + 1} of {options.rounds} done", flush=True)

    def speeds(name):
        return [sample["images_per_second"] for sample in samples[name]]

    own = speeds("firesweep fp32")
    print(f"\n{options.preset}, {options.channels}x{options.size}x{options.size}, "
          f"batch {options.batch_size}, one thread")
    print(f"{'':34}{'images/s':>10}{'min':>9}{'max':>9}{'faults/step':>13}{'firesweep fp32 is':>20}")
    for name in samples:
        values = speeds(name)
        faults = statistics.median(s["minor_faults_per_step"] for s in samples[name])
        ratio = statistics.median(a / b for a, b in zip(own, values))
        print(f"{name:34}{statistics.median(values):10.1f}{min(values):9.1f}{max(values):9.1f}"
              f"{faults:13.1f}{ratio:18.2f} x")


if __name__ == "__main__":
    main()

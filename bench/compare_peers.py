#!/usr/bin/python3
"""Times firesweep's training step against Python PyTorch, interleaved on one pinned core.

Rounds go A B C A B C ..., each beginning with another contestant, so that a machine whose speed
drifts favours nobody; the table gives medians over rounds, their spread, and medians of the ratios
round by round. jemalloc is preloaded and told to keep its pages: without it, page faults are what
one measures, and how dear they are depends on the machine.
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
    own = [program, "--precision"]
    tuned = PEER + ["--variant", "tuned", "--precision"]
    return {
        "firesweep bf16": (own + ["bf16"], {}),
        "firesweep fp32": (own + ["fp32"], {}),
        "PyTorch tuned bf16": (tuned + ["bf16"], KEEP_PAGES),
        "PyTorch tuned fp32": (tuned + ["fp32"], KEEP_PAGES),
        "PyTorch plain, jemalloc": (PEER, KEEP_PAGES),
        "PyTorch plain, as it comes": (PEER, {}),
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
    parser.add_argument("--json", help="file for all samples")
    options = parser.parse_args()
    arguments = []
    for name in ("steps", "batch_size", "size", "channels", "classes", "preset"):
        arguments += ["--" + name.replace("_", "-"), str(getattr(options, name))]

    samples = {name: [] for name in contestants(options.program)}
    names = list(samples)
    for round_number in range(options.rounds):
        for name in names[round_number % len(names):] + names[:round_number % len(names)]:
            command, environment = contestants(options.program)[name]
            samples[name].append(measure(command, environment, arguments, options.cpu))
        print(f"round {round_number + 1} of {options.rounds} done", flush=True)
    report(options, samples)
    if options.json:
        Path(options.json).write_text(json.dumps(samples, indent=1) + "\n")


def report(options, samples):
    def speeds(name):
        return [sample["images_per_second"] for sample in samples[name]]

    def ratio(ours, theirs):
        values = sorted(a / b for a, b in zip(speeds(ours), speeds(theirs)))
        return f"{statistics.median(values):.2f} ({values[0]:.2f} to {values[-1]:.2f})"

    print(f"\n{options.preset}, {options.channels}x{options.size}x{options.size}, "
          f"batch {options.batch_size}, one thread on processor {options.cpu}")
    print(f"{'':28}{'images/s':>10}{'min':>9}{'max':>9}{'faults/step':>13}{'MiB':>8}"
          f"{'firesweep bf16 over it':>26}{'firesweep fp32 over it':>26}")
    for name in samples:
        values = speeds(name)
        faults = statistics.median(s["minor_faults_per_step"] for s in samples[name])
        memory = max(s["peak_memory_mib"] for s in samples[name])
        print(f"{name:28}{statistics.median(values):10.1f}{min(values):9.1f}{max(values):9.1f}"
              f"{faults:13.1f}{memory:8.0f}{ratio('firesweep bf16', name):>26}"
              f"{ratio('firesweep fp32', name):>26}")


if __name__ == "__main__":
    main()

#!/usr/bin/python3
"""Times a whole grid (bench/grid.yaml) in firesweep and in Optuna with PyTorch, interleaved.

Every contestant trains the same designs on as many images with the same recipe and evaluates on
the test images once per trial, in as many processes as there are processors, one thread each and each on
a processor of its own. The clock runs from the first process's start to the last one's end. The
order rotates; each round takes another seed, so that the mean accuracies can be compared.

The baselines run with jemalloc keeping its pages, and their study is created beforehand. Two processes
on one Optuna grid may train a design twice: "trials" is their number, and their time counts.
firesweep decodes the images in the first round and finds them in its cache later.
"""
import argparse
import itertools
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import optuna
import yaml

import side_by_side

HERE = Path(__file__).resolve().parent
# name: (program, variant or none, precision)
CONTESTANTS = {
    "firesweep-bf16": ("firesweep", None, "bf16"),
    "firesweep-fp32": ("firesweep", None, "fp32"),
    "optuna-tuned-bf16": ("optuna", "tuned", "bf16"),
    "optuna-tuned-fp32": ("optuna", "tuned", "fp32"),
    "optuna-stock-jemalloc": ("optuna", "stock", "fp32"),
    "optuna-stock": ("optuna", "stock", "fp32"),
}
DEFAULT = ["firesweep-bf16", "optuna-tuned-bf16", "optuna-stock-jemalloc"]


def timed(commands, environment, logs, accepted=(0,)):
    """Seconds from the first start to the last end, and the largest process's peak in MiB."""
    start, processes = time.perf_counter(), []
    for command, log in zip(commands, logs):
        with open(log, "w") as output:
            processes.append(subprocess.Popen(command, env={**os.environ, **environment},
                                              stdout=output, stderr=subprocess.STDOUT))
    peaks = []
    for process in processes:
        _, status, usage = os.wait4(process.pid, 0)  # with what its own children used
        process.returncode = os.waitstatus_to_exitcode(status)
        peaks.append(usage.ru_maxrss / 1024)
    seconds = time.perf_counter() - start
    for process, command, log in zip(processes, commands, logs):
        if process.returncode not in accepted:
            sys.exit(f"exit status {process.returncode}: {' '.join(map(str, command))}\n"
                     f"{Path(log).read_text()[-2000:]}")
    return seconds, max(peaks)


def label(point):
    return " ".join(f"{key}={point[key]}" for key in sorted(point))


def run_firesweep(options, config, precision, scratch):
    cpus = [str(cpu) for cpu in options.cpus]
    out = scratch / "run"
    command = [options.program, "run", str(config), "--out", str(out), "--jobs", str(len(cpus)),
               "--affinity", ",".join(cpus), "--set", f"precision={precision}"]
    # Status 1: with ten validation images a good trial can count as one that failed to learn.
    seconds, peak = timed([command], {"FIRESWEEP_CACHE_DIR": str(options.cache)},
                          [scratch / "log"], accepted=(0, 1))
    trials = json.loads((out / "results.json").read_text())["trials"]
    axes = yaml.safe_load(config.read_text())["grid"]
    found = {}
    for trial in trials:
        if trial["test_top1"] is None:
            sys.exit(f"firesweep: a trial is {trial['state']}: {trial['reason']}")
        found[label({key: trial["axes"][key] for key in axes if key != "seed"})] = \
            trial["test_top1"]
    return {"seconds": seconds, "peak_memory_mib": peak, "trials": len(trials), "accuracy": found}


def run_optuna(options, config, variant, precision, environment, scratch):
    storage = f"sqlite:///{scratch}/study.db"
    optuna.create_study(study_name="grid", storage=storage, direction="maximize")
    baseline = [side_by_side.PYTHON, str(HERE / "baseline_optuna.py"), str(config), "--storage", storage,
            "--study", "grid", "--variant", variant, "--precision", precision,
            "--data", options.data]
    commands = [["taskset", "-c", str(cpu)] + baseline for cpu in options.cpus]
    seconds, peak = timed(commands, {"OMP_NUM_THREADS": "1", **environment},
                          [scratch / f"log{cpu}" for cpu in options.cpus])
    trials = optuna.load_study(study_name="grid", storage=storage).trials
    found = {}
    for trial in trials:
        found.setdefault(label(trial.params), []).append(trial.value)
    return {"seconds": seconds, "peak_memory_mib": peak, "trials": len(trials),
            "accuracy": {point: statistics.mean(values) for point, values in found.items()}}


def run(name, options, config, scratch):
    program, variant, precision = CONTESTANTS[name]
    scratch.mkdir()
    if program == "firesweep":
        return run_firesweep(options, config, precision, scratch)
    environment = (side_by_side.HUGE_PAGES if variant == "tuned" else
                   {} if name.endswith("stock") else side_by_side.KEEP_PAGES)
    return run_optuna(options, config, variant, precision, environment, scratch)


def write_config(options, seed, path):
    config = yaml.safe_load(Path(options.config).read_text())
    if options.quick:
        config["dataset"].update(train=600, test=1000)
        config["grid"] = {key: values[:1] for key, values in config["grid"].items()}
    config["grid"]["seed"] = [seed]
    path.write_text(yaml.safe_dump(config, sort_keys=False))
    axes = {key: values for key, values in config["grid"].items() if key != "seed"}
    return [label(dict(zip(axes, values))) for values in itertools.product(*axes.values())]


def parse():
    parser = argparse.ArgumentParser(description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--program", type=side_by_side.existing,
                        default="build/release/bin/firesweep",
                        help="%(default)s by default, with its worker next to it")
    parser.add_argument("--config", type=side_by_side.existing,
                        default=str(HERE / "grid.yaml"), help="sweep file")
    parser.add_argument("--rounds", type=side_by_side.positive, default=3,
                        help="%(default)s by default")
    parser.add_argument("--contestants", nargs="+", choices=list(CONTESTANTS), metavar="NAME",
                        help=f"some of {', '.join(CONTESTANTS)}; default: {', '.join(DEFAULT)}")
    parser.add_argument("--cpus", type=lambda text: [int(cpu) for cpu in text.split(",")],
                        default=sorted(os.sched_getaffinity(0)), metavar="LIST",
                        help="processors, one process each, such as 0,1; default: all")
    parser.add_argument("--data", default="/usr/share/datasets/fashion-mnist",
                        help="the baselines' directory of idx files (%(default)s)")
    parser.add_argument("--quick", action="store_true",
                        help="one design and 600 images, to try this script out")
    parser.add_argument("--json", metavar="FILE", help="all samples and ratios")
    options = parser.parse_args()
    chosen = options.contestants or DEFAULT
    if not options.contestants and not side_by_side.has_bf16():
        print("no bf16 instructions here: comparing only fp32", file=sys.stderr)
        chosen = ["firesweep-fp32", "optuna-tuned-fp32", "optuna-stock-jemalloc"]
    options.contestants = chosen
    return options


def report(options, samples, points):
    print(f"\n{len(points)} designs in {len(options.cpus)} processes, medians of {options.rounds} "
          f"rounds\n")
    own = [name for name in samples if name.startswith("firesweep")]
    seconds = {name: [row["seconds"] for row in rows] for name, rows in samples.items()}
    print(f"{'':24}{'seconds':>9}{'min':>8}{'max':>8}{'trials':>8}{'peak MiB':>10}"
          + "".join(f"{'x ' + name:>24}" for name in own))
    matrix = {name: {} for name in own}
    for name, rows in samples.items():
        for ours in own:  # ratio of times to firesweep's
            matrix[ours][name] = side_by_side.ratios(seconds[name], seconds[ours])
        time_taken = side_by_side.spread(seconds[name])
        trials = "/".join(str(count) for count in sorted({row["trials"] for row in rows}))
        print(f"{name:24}{time_taken['median']:9.1f}{time_taken['min']:8.1f}"
              f"{time_taken['max']:8.1f}{trials:>8}"
              f"{max(row['peak_memory_mib'] for row in rows):10.0f}"
              + "".join(f"{side_by_side.show(matrix[ours][name]):>24}" for ours in own))
    print_accuracies(samples, points)
    return matrix


def print_accuracies(samples, points):
    """Means over the rounds' seeds; the last line has the mean and its standard error over all trials."""
    print(f"\n{'test top-1, %':36}" + "".join(f"{name:>24}" for name in samples))
    for point in points:
        means = [statistics.mean(row["accuracy"][point] for row in rows)
                 for rows in samples.values()]
        print(f"{point:36}" + "".join(f"{100 * mean:24.2f}" for mean in means))
    cells = []
    for rows in samples.values():
        every = [100 * row["accuracy"][point] for row in rows for point in points]
        error = statistics.stdev(every) / len(every) ** 0.5 if len(every) > 1 else float("nan")
        cells.append(f"{statistics.mean(every):.2f} +- {error:.2f}")
    print(f"{'all, with standard error':36}" + "".join(f"{cell:>24}" for cell in cells))


def main():
    options = parse()
    side_by_side.require_jemalloc()
    optuna.logging.set_verbosity(optuna.logging.WARNING)
    about, libraries = side_by_side.machine(), side_by_side.versions(options.program)
    side_by_side.introduce(about, libraries)
    samples = {name: [] for name in options.contestants}
    with tempfile.TemporaryDirectory(prefix="compare_grid.") as directory:
        options.cache = Path(directory) / "cache"
        for number in range(options.rounds):
            config = Path(directory) / f"grid{number}.yaml"
            points = write_config(options, number + 1, config)
            for name in side_by_side.order(options.contestants, number):
                scratch = Path(directory) / f"{name}-{number}"
                samples[name].append(run(name, options, config, scratch))
                print(f"round {number + 1} of {options.rounds}: {name} "
                      f"{samples[name][-1]['seconds']:.1f} s", file=sys.stderr, flush=True)
    matrix = report(options, samples, points)
    side_by_side.write_json(options.json, "grid", {"machine": about, "versions": libraries,
                                                   "options": {**vars(options), "cache": None},
                                                   "samples": samples, "ratios": matrix})


if __name__ == "__main__":
    main()

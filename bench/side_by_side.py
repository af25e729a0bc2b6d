"""Shared by the comparisons: fair order, ratios with their spread, description of the machine."""
import argparse
import ctypes.util
import json
import os
import platform
import statistics
import subprocess
import sys
import time
from pathlib import Path

PYTHON = "/usr/bin/python3"
# Without the settings jemalloc returns pages after a while and is slower than the C library.
KEEP_PAGES = {"LD_PRELOAD": "libjemalloc.so.2",
              "MALLOC_CONF": "dirty_decay_ms:-1,muzzy_decay_ms:-1"}
# Huge pages help the tuned baseline a little (2 % at 224x224), so it gets them as firesweep does.
HUGE_PAGES = {**KEEP_PAGES, "MALLOC_CONF": KEEP_PAGES["MALLOC_CONF"] + ",thp:always"}


def require_jemalloc():
    """ld.so only warns of a library that can't be preloaded, and the baselines would be much slower."""
    if not ctypes.util.find_library("jemalloc"):
        sys.exit("libjemalloc.so.2 not found; on Debian: apt-get install libjemalloc2")


def positive(text):
    """For argparse: an integer from 1."""
    if not text.isdecimal() or int(text) < 1:
        raise argparse.ArgumentTypeError(f"{text}: expected an integer from 1")
    return int(text)


def existing(text):
    """For argparse: an existing file."""
    if not Path(text).is_file():
        raise argparse.ArgumentTypeError(f"{text}: no such file")
    return text


def order(names, round_number):
    """Each round starts with another contestant, because the first one meets the machine in another state."""
    first = round_number % len(names)
    return names[first:] + names[:first]


def spread(values):
    values = sorted(values)
    return {"median": statistics.median(values), "min": values[0], "max": values[-1]}


def ratios(ours, theirs):
    """Round by round: both sides of a ratio met the machine in the same minutes."""
    return spread(a / b for a, b in zip(ours, theirs))


def show(ratio):
    return f"{ratio['median']:.2f} ({ratio['min']:.2f} to {ratio['max']:.2f})"


def processor():
    fields = {}
    for line in Path("/proc/cpuinfo").read_text().splitlines():
        key, _, value = line.partition(":")
        fields.setdefault(key.strip(), value.strip())
    return fields.get("model name", platform.machine()), set(fields.get("flags", "").split())


def has_bf16():
    return bool(processor()[1] & {"avx512_bf16", "amx_bf16"})


def machine():
    name, flags = processor()
    kinds = ("avx2", "avx512f", "avx512_bf16", "amx_bf16")
    return {"processor": name,
            "processors": len(os.sched_getaffinity(0)),
            "instructions": [kind for kind in kinds if kind in flags],
            "virtual": "hypervisor" in flags,
            "kernel": platform.release(),
            "load": os.getloadavg()[0]}


def versions(firesweep):
    """Of firesweep and of the baselines' libraries."""
    code = ("import json, re, torch, torchvision, optuna\n"
            "onednn = re.search(r'MKL-DNN v(\\S+)', torch.__config__.show())\n"
            "print(json.dumps({'torch': torch.__version__, 'torchvision': torchvision.__version__,"
            " 'optuna': optuna.__version__, 'onednn': onednn and onednn.group(1)}))")
    found = json.loads(subprocess.run([PYTHON, "-c", code], check=True, capture_output=True,
                                      text=True).stdout)
    own = subprocess.run([str(firesweep), "--version"], capture_output=True, text=True).stdout \
        if Path(firesweep).exists() else ""
    return {"firesweep": own.removeprefix("firesweep").strip() or None, **found,
            "python": platform.python_version()}


def introduce(about, libraries):
    """Prints machine and versions above the figures."""
    kind = "virtual machine" if about["virtual"] else "bare machine"
    print(f"{about['processor']}, {about['processors']} processors, {kind}, "
          f"{' '.join(about['instructions'])}, Linux {about['kernel']}, load {about['load']:.1f}")
    print(", ".join(f"{name} {version}" for name, version in libraries.items() if version))
    if about["load"] > 0.5:
        print("warning: the machine is busy; ratios will spread", file=sys.stderr)


def commit():
    """Of the checkout; None outside of one."""
    done = subprocess.run(["git", "-C", str(Path(__file__).parent), "describe", "--always", "--dirty"],
                          capture_output=True, text=True, check=False)
    return done.stdout.strip() or None


def write_json(path, benchmark, content):
    """A file for bench/page.py: the samples with machine, date, commit and command."""
    if path:
        command = " ".join([os.path.relpath(sys.argv[0])] + sys.argv[1:])
        origin = {"benchmark": benchmark, "date": time.strftime("%Y-%m-%d", time.gmtime()),
                  "commit": commit(), "command": command}
        Path(path).write_text(json.dumps({**origin, **content}, indent=1) + "\n")

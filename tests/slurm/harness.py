"""What the tests on a real Slurm share: the cluster, a sweep, and ways to start, watch and compare."""

import collections
import json
import os
import pathlib
import shutil
import subprocess
import tempfile
import time
import unittest

HERE = pathlib.Path(__file__).resolve().parent
CLUSTER = str(HERE / "cluster.sh")
NODES = 3

SWEEP = """\
name: cluster
dataset: {name: synthetic, shape: [1, 12, 12], classes: 4, train: 6000, validation: 200, test: 80}
model: {base_e: 16, incr_e: 8, conv1_filters: 8, fire_modules: 3, pool_after: [1, 3], final_relu: false}
training: {epochs: 6, batch_size: 16, learning_rate: 0.05, gradient_clip_norm: 1, crop_padding: 1}
grid:
  SR: [0.5, 1]
  bypass: [none, simple, complex]
  seed: [1, 2]
executor: {kind: slurm, workers: 3, cpus: 2, memory: 500MB, time: 10m, lease: 6s}
"""
TRIALS = 12
# What may differ between two trainings of a trial.
TIMINGS = {"train_seconds", "images_per_second", "test_seconds", "environment", "seconds", "finished_at",
           "worker"}

program = {}  # "firesweep": its path
injected = collections.Counter()  # what was done, how often


def without_timings(fields):
    return {key: value for key, value in fields.items() if key not in TIMINGS}


def metrics(run, trials=None):
    """Everything of a run that must be the same wherever it was trained: trial id -> fields; of all trials,
    or of those named."""
    found = {}
    for trial in sorted((run / "trials").iterdir()):
        if trials is not None and trial.name not in trials:
            continue
        result = json.loads((trial / "result.json").read_text())
        lines = (trial / "epochs.jsonl").read_text().splitlines()
        found[trial.name] = (without_timings(result), [without_timings(json.loads(line)) for line in lines])
    return found


class SlurmCase(unittest.TestCase):
    """One cluster for all tests, a directory for each."""

    @classmethod
    def setUpClass(cls):
        cls.root = pathlib.Path(tempfile.mkdtemp(prefix="fs-", dir="/tmp"))
        cls.start_cluster()
        (cls.root / "sweep.yaml").write_text(SWEEP)
        cls.reference = cls.run_locally()

    @classmethod
    def start_cluster(cls):
        cls.cluster = tempfile.mkdtemp(prefix="c", dir=cls.root)
        subprocess.run([CLUSTER, "start", cls.cluster, str(NODES), "2"], check=True)
        cls.environment = dict(os.environ, SLURM_CONF=f"{cls.cluster}/slurm.conf",
                               XDG_CACHE_HOME=str(cls.root / "cache"), HOME=str(cls.root))

    @classmethod
    def tearDownClass(cls):
        subprocess.run([CLUSTER, "stop", cls.cluster], check=True)
        shutil.rmtree(cls.root)

    @classmethod
    def run_locally(cls):
        out = cls.root / "local"
        begin = time.monotonic()
        subprocess.run([program["firesweep"], "run", "sweep.yaml", "--out", str(out), "--executor", "local"],
                       cwd=cls.root, env=cls.environment, check=True, capture_output=True)
        cls.local_seconds = time.monotonic() - begin
        return metrics(out)

    def setUp(self):
        self.out = self.root / self.id().rsplit(".", 1)[1]
        self.processes = []

    def tearDown(self):
        for process in self.processes:
            if process.poll() is None:
                process.kill()
            process.communicate()
        try:
            self.wait_for(self.nothing_is_left, 60)
        except AssertionError:  # told of this test, and not of those that follow
            subprocess.run([CLUSTER, "stop", self.cluster], check=True)
            self.start_cluster()
            raise

    # What tests are made of.

    def command(self, *arguments):
        return [program["firesweep"], *map(str, arguments)]

    def call(self, *arguments, status=0):
        done = subprocess.run(self.command(*arguments), cwd=self.root, env=self.environment,
                              capture_output=True, text=True, timeout=300)
        self.assertEqual(done.returncode, status, done.stdout + done.stderr)
        return done.stdout + done.stderr

    def start(self, *arguments):
        with open(self.root / f"{self.out.name}.log", "a") as log:
            process = subprocess.Popen(self.command(*arguments), cwd=self.root, env=self.environment,
                                       stdout=log, stderr=log, text=True)
        self.processes.append(process)
        return process

    def run_sweep(self, *arguments):
        return self.start("run", "sweep.yaml", "--out", self.out, *arguments)

    def log(self):
        return (self.root / f"{self.out.name}.log").read_text()

    def slurm(self, *command):
        return subprocess.run(command, env=self.environment, capture_output=True, text=True).stdout

    def wait_for(self, condition, seconds=120):
        last = time.monotonic() + seconds
        while not condition():
            self.assertLess(time.monotonic(), last, "nothing came of it in time:\n" + self.state())
            time.sleep(0.1)

    def state(self):
        logs = "\n".join(f"{path.name}: {path.read_text()[-600:]}" for path in
                         sorted((self.out / "workers").glob("slurm-*.log")))
        log = self.root / f"{self.out.name}.log"
        daemons = "\n".join(f"{path.name}: {line}" for path in sorted(pathlib.Path(self.cluster, "log").glob("slurm*.log"))
                            for line in path.read_text().splitlines()[-60:] if "error" in line and "pmi" not in line)
        return "\n".join([log.read_text() if log.exists() else "", self.slurm("squeue", "--states=all"),
                          self.slurm("sinfo"), self.slurm("sinfo", "--list-reasons"), daemons, logs])

    def nothing_is_left(self):
        self.slurm("scancel", "--me")  # again and again: the controller may just be starting
        return not self.slurm("squeue", "--noheader").strip() and self.all_idle()

    def all_idle(self):
        return self.slurm("sinfo", "--noheader", "--partition=main", "--format=%T|%D").split() == [f"idle|{NODES}"]

    def results(self):
        return len(list(self.out.glob("trials/*/result.json")))

    def epochs(self):
        return sum(len(path.read_text().splitlines()) for path in self.out.glob("trials/*/epochs.jsonl"))

    def jobs(self, state="RUNNING"):
        return self.slurm("squeue", "--noheader", "--array", f"--states={state}", "--format=%i|%N").split()

    def finish(self, process, seconds=240):
        try:
            process.wait(timeout=seconds)
        except subprocess.TimeoutExpired:
            self.fail("the sweep did not end:\n" + self.state())
        self.assertEqual(process.returncode, 0, self.log())
        self.check_complete()

    def check_complete(self):
        self.assertEqual(metrics(self.out), self.reference)

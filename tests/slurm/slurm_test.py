#!/usr/bin/env python3
"""Runs a sweep on a real Slurm of virtual nodes, does to it what clusters do, and compares every
result with that of a local run, bit by bit.

    tests/slurm/slurm_test.py --firesweep build/release/bin/firesweep [-v] [-k PATTERN]

Needs what tools/install_packages.sh slurm installs. A table of what was done to how many sweeps
ends the output.
"""

import argparse
import json
import pathlib
import shutil
import signal
import subprocess
import sys
import time
import unittest

from harness import CLUSTER, NODES, SWEEP, TRIALS, SlurmCase, injected, metrics, program


class SlurmTest(SlurmCase):
    # The sweeps.

    def test_same_bits_as_here(self):
        begin = time.monotonic()
        process = self.run_sweep()
        self.finish(process)
        seconds = time.monotonic() - begin
        print(f"\n{TRIALS} trials: {self.local_seconds:.1f} s here, {seconds:.1f} s under Slurm", file=sys.stderr)
        for name in ("claims", "queue", "agents"):  # the last process removes them
            self.wait_for(lambda: not list((self.out / name).iterdir()), 30)
        self.assertTrue((self.out / "report.html").exists() or (self.out / "results.json").exists())
        hosts = {json.loads(path.read_text())["environment"]["host"]
                 for path in self.out.glob("trials/*/result.json")}
        self.assertLessEqual(hosts, {"n1", "n2", "n3"})

    def test_detached_run_needs_no_coordinator(self):
        text = self.call("run", "sweep.yaml", "--out", self.out, "--detach")
        self.assertIn("firesweep cancel", text)
        self.wait_for(lambda: self.results() == TRIALS)
        self.check_complete()
        self.assertIn("12 completed", self.call("status", self.out))
        self.finish(self.run_sweep())  # reports, and trains nothing

    def test_coordinator_killed(self):
        injected["coordinator killed"] += 2
        process = self.run_sweep()
        self.wait_for(lambda: self.epochs() >= 4)
        process.kill()
        process.wait()
        process = self.run_sweep()
        self.wait_for(lambda: self.results() >= 3)
        process.kill()
        process.wait()
        self.finish(self.run_sweep())
        submissions = json.loads((self.out / "slurm.json").read_text())["submissions"]
        self.assertEqual(len(submissions), 1)  # later ones found the jobs of the first

    def test_interrupt_leaves_the_agents_at_work(self):
        process = self.run_sweep()
        self.wait_for(lambda: self.epochs() >= 2)
        process.send_signal(signal.SIGINT)
        self.assertEqual(process.wait(), 130)
        self.assertIn("agents continue without this command", self.log())
        self.wait_for(lambda: self.results() == TRIALS)
        self.check_complete()

    def test_nodes_killed(self):
        process = self.run_sweep()
        for node in ("n1", "n2"):
            before = self.epochs()
            self.wait_for(lambda: self.epochs() >= before + 4)
            subprocess.run([CLUSTER, "kill-node", self.cluster, node], check=True)
            injected["node killed"] += 1
        self.finish(process)
        for node in ("n1", "n2"):
            subprocess.run([CLUSTER, "start-node", self.cluster, node], check=True)

    def test_controller_killed_and_started_again(self):
        process = self.run_sweep()
        self.wait_for(lambda: self.epochs() >= 4)
        time.sleep(6)  # it writes its jobs down up to 5 s late, and forgets them if it dies before
        subprocess.run([CLUSTER, "kill-controller", self.cluster], check=True)
        injected["controller killed"] += 1
        time.sleep(5)
        subprocess.run([CLUSTER, "start-controller", self.cluster], check=True)
        self.finish(process)

    def test_controller_that_forgot_the_jobs(self):
        def controller(do):
            subprocess.run([CLUSTER, f"{do}-controller", self.cluster], check=True)

        state, before = pathlib.Path(self.cluster, "state"), self.root / "state-before"
        controller("kill")
        shutil.copytree(state, before)
        controller("start")
        self.wait_for(self.all_idle)
        process = self.run_sweep()
        self.wait_for(lambda: self.epochs() >= 1)
        process.send_signal(signal.SIGSTOP)
        controller("kill")
        shutil.rmtree(state)
        before.rename(state)
        controller("start")
        injected["controller forgot jobs"] += 1
        # Others get the numbers that the agents had. Agents with the numbers of some that still run would make
        # Slurm take the nodes for broken ("Duplicate jobid").
        self.wait_for(lambda: self.slurm("sbatch", "--hold", "--array=0-9", "--output=/dev/null", "--wrap=true"), 30)
        process.send_signal(signal.SIGCONT)
        self.finish(process)

    def test_jobs_requeued_by_hand(self):
        process = self.run_sweep()
        self.wait_for(lambda: self.epochs() >= 4)
        for job in self.jobs()[:2]:
            self.slurm("scontrol", "requeue", job.split("|")[0])
            injected["job requeued by hand"] += 1
        self.finish(process)

    def test_preempted_by_a_higher_partition(self):
        # One trial for each agent, and longer ones, so that none is through before the grace time is.
        text = SWEEP.replace("epochs: 6", "epochs: 200").replace("SR: [0.5, 1]", "SR: [1]")
        text = text.replace("[none, simple, complex]", "[none, simple]").replace("seed: [1, 2]", "seed: [1]")
        (self.root / "longer.yaml").write_text(text)
        here = self.root / "local-longer"
        self.call("run", "longer.yaml", "--out", here, "--executor", "local")
        process = self.start("run", "longer.yaml", "--out", self.out, "--set", "executor.cpus=1")
        self.wait_for(lambda: self.epochs() > 0 and len(self.jobs()) == 2)
        self.slurm("sbatch", "--partition=urgent", "--exclusive", f"--nodes={NODES}", "--job-name=urgent",
                   "--output=/dev/null", "--wrap=sleep 1")
        self.assertEqual(process.wait(timeout=240), 0, self.log())
        self.assertEqual(metrics(self.out), metrics(here))
        logs = "".join(path.read_text() for path in self.out.glob("workers/slurm-*.log"))
        self.assertEqual(logs.count("DUE TO PREEMPTION"), 2, logs)
        injected["agent preempted"] += 2

    def test_jobs_cancelled_by_hand(self):
        process = self.run_sweep()
        self.wait_for(lambda: self.epochs() >= 4)
        for job in self.jobs():
            self.slurm("scancel", job.split("|")[0])
            injected["job cancelled by hand"] += 1
        self.finish(process)
        submissions = json.loads((self.out / "slurm.json").read_text())["submissions"]
        self.assertGreater(len(submissions), 1)

    def test_time_limit_within_an_epoch(self):
        process = self.run_sweep("--set", "executor.workers=2")
        for _ in range(3):
            before = self.epochs()
            self.wait_for(lambda: self.epochs() > before + 2 and self.jobs() or process.poll() is not None)
            for job in self.jobs():
                # As Slurm does before the limit; the limit itself is rounded to minutes.
                self.slurm("scancel", "--batch", "--signal=USR2", job.split("|")[0])
                injected["time limit"] += 1
        self.finish(process)

    def test_agents_killed(self):
        process = self.run_sweep("--set", "executor.workers=2")
        self.wait_for(lambda: self.epochs() >= 4)
        for job in self.jobs():
            self.slurm("scancel", "--full", "--signal=KILL", job.split("|")[0])
            injected["agent killed"] += 1
        self.finish(process)

    def test_two_arrays_and_an_agent_by_hand(self):
        process = self.run_sweep()
        self.wait_for(lambda: (self.out / "slurm.sh").exists() and self.epochs() >= 1)
        self.slurm("sbatch", "--array=0-1", f"--output={self.out}/workers/slurm-%A_%a.log",
                   str(self.out / "slurm.sh"))
        by_hand = self.start("work", self.out, "--jobs", "1")
        injected["second array, agent by hand"] += 1
        self.finish(process)
        self.assertEqual(by_hand.wait(timeout=60), 0)

    def test_cancel_and_go_on(self):
        process = self.run_sweep()
        self.wait_for(lambda: self.epochs() >= 4)
        self.assertIn("cancelled its Slurm jobs", self.call("cancel", self.out))
        self.assertEqual(process.wait(timeout=60), 130)
        self.wait_for(lambda: not self.jobs())
        self.assertLess(self.results(), TRIALS)
        injected["cancelled with firesweep cancel"] += 1
        self.finish(self.run_sweep())

    def test_trials_that_leave_the_sweep(self):
        self.call("run", "sweep.yaml", "--out", self.out, "--detach")
        self.wait_for(lambda: self.epochs() >= 1)
        (self.root / "smaller.yaml").write_text(SWEEP.replace("seed: [1, 2]", "seed: [1]"))
        self.call("run", "smaller.yaml", "--out", self.out)
        injected["sweep made smaller"] += 1
        for names in ("claims/*", "queue/*.jsonl*", "agents/*"):
            self.wait_for(lambda: not list(self.out.glob(names)), 60)
        trials = json.loads((self.root / "local" / "manifest.json").read_text())["trials"]
        left = {trial["id"] for trial in trials if trial["seed"] == 2}
        over = {path.parent.name for path in self.out.glob("trials/*/result.json")}
        stay = set(self.reference) - left
        self.assertEqual(metrics(self.out, stay), {id: self.reference[id] for id in stay})
        self.assertLess(len(over & left), len(left))  # some may have been through before

    # Clear words.

    def test_words_for_what_is_wrong(self):
        for setting, words in (("partition=gone", "Slurm refuses executor.partition 'gone'"),
                               ("command=/nowhere/firesweep", "has no program /nowhere/firesweep")):
            out = self.out / setting.split("=")[0]
            text = self.call("run", "sweep.yaml", "--out", out, "--set", f"executor.{setting}", status=2)
            self.assertIn(words, text)

    def test_words_for_a_job_that_waits_for_ever(self):
        process = self.run_sweep("--set", "executor.cpus=64")
        self.wait_for(lambda: "has what executor.cpus, memory, gres and constraint ask for" in self.log(), 30)
        self.assertIn("waiting (", self.call("status", self.out))
        self.call("cancel", self.out)
        self.assertEqual(process.wait(timeout=30), 130)

    def test_dry_run_prints_the_script(self):
        text = self.call("run", "sweep.yaml", "--out", self.out, "--dry-run")
        self.assertIn("#SBATCH --cpus-per-task=2\n", text)
        self.assertIn("# sbatch --parsable", text)
        self.assertFalse(self.out.exists())


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0], add_help=False)
    parser.add_argument("--firesweep", required=True)
    options, rest = parser.parse_known_args()
    program["firesweep"] = str(pathlib.Path(options.firesweep).resolve())
    result = unittest.main(argv=[sys.argv[0], *rest], exit=False).result
    for kind, count in sorted(injected.items()):
        print(f"{kind:35} {count:3} times", file=sys.stderr)
    sys.exit(not result.wasSuccessful())


if __name__ == "__main__":
    main()

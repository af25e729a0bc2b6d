#!/usr/bin/env python3
"""Tests of bench/page.py: the committed page is that of its files, and samples give the right figures."""
import json
import pathlib
import subprocess
import sys
import tempfile
import unittest

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
SCRIPT = ROOT / "bench" / "page.py"

MACHINE = {"processor": "Some CPU", "processors": 2, "instructions": ["avx2"], "virtual": True, "kernel": "6.1",
           "load": 0.25}
STEPS = {
    "benchmark": "steps", "date": "2026-01-02", "commit": "abc", "command": "bench/compare_steps.py",
    "machine": MACHINE, "versions": {"torch": "1.13.1", "onednn": None},
    "options": {"preset": "small", "channels": 1, "size": 28, "batch_size": 128, "rounds": 3},
    "samples": {name: [{"images_per_second": speed, "minor_faults_per_step": 2.0, "peak_memory_mib": memory}
                       for speed, memory in rows]
                for name, rows in {"firesweep fp32": [(900, 400), (1000, 410), (950, 405)],
                                   "PyTorch stock": [(300, 700), (320, 710), (310, 720)]}.items()},
    "ratios": {"firesweep fp32": {"PyTorch stock": {"median": 3.0645, "min": 3.0, "max": 3.125}}}}


def page(documents):
    with tempfile.TemporaryDirectory() as directory:
        files = []
        for number, document in enumerate(documents):
            files.append(pathlib.Path(directory, f"{number}.json"))
            files[-1].write_text(json.dumps(document), encoding="utf-8")
        done = subprocess.run([sys.executable, SCRIPT, *map(str, files)], capture_output=True, text=True,
                              check=False)
        return done.returncode, done.stdout + done.stderr


class BenchmarkPage(unittest.TestCase):
    def test_the_committed_page_is_that_of_the_committed_results(self):
        files = sorted(path.relative_to(ROOT).as_posix() for path in (ROOT / "bench" / "results").glob("*.json"))
        done = subprocess.run([sys.executable, SCRIPT, *files], cwd=ROOT, capture_output=True, text=True, check=True)
        self.assertEqual(done.stdout, (ROOT / "docs" / "benchmarks.md").read_text(encoding="utf-8"),
                         "run bench/page.py bench/results/*.json --out docs/benchmarks.md")

    def test_every_table_has_machine_date_and_commit(self):
        status, text = page([STEPS])
        self.assertEqual(status, 0, text)
        self.assertIn("*Some CPU, 2 processors, virtual machine, avx2, Linux 6.1, load 0.2; 2026-01-02; commit abc; "
                      "`bench/compare_steps.py`; torch 1.13.1; 3 rounds*", text)

    def test_samples_become_medians_with_their_range(self):
        _, text = page([STEPS])
        self.assertIn("| firesweep fp32 | 950 (900 to 1,000) | 2.0 | 410 |  |", text)
        self.assertIn("| PyTorch stock | 310 (300 to 320) | 2.0 | 720 | 3.06 (3.00 to 3.12) |", text)

    def test_a_grid_lists_the_seconds_of_each_round(self):
        grid = {**STEPS, "benchmark": "grid", "samples": {"ours": [{"seconds": 60.04}], "theirs": [{"seconds": 120.0}]},
                "ratios": {"ours": {"theirs": {"median": 2.0, "min": 2.0, "max": 2.0}}}}
        _, text = page([grid])
        self.assertIn("| ours | 60.0 |  |", text)
        self.assertIn("| theirs | 120.0 | 2.00 |", text)

    def test_rows_of_the_coordinator_are_printed(self):
        rows = [{"trials": 1000, "workers": 1000, "microseconds_per_trial": 46.2, "peak_memory_mib": 3.41}]
        _, text = page([{**STEPS, "benchmark": "coordinator", "rows": rows}])
        self.assertIn("| 1,000 | 1,000 | 46 | 3.4 |", text)

    def test_other_files_are_refused(self):
        for document in ({}, {**STEPS, "benchmark": "other"}):
            status, text = page([document])
            self.assertEqual(status, 1)
            self.assertIn("0.json: ", text)


if __name__ == "__main__":
    unittest.main()

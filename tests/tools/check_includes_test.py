#!/usr/bin/env python3
"""Tests of tools/check_includes.py: violations are found, correct trees pass."""
import pathlib
import subprocess
import sys
import tempfile
import unittest

TOOL = pathlib.Path(__file__).resolve().parent.parent.parent / "tools" / "check_includes.py"


def check(files):
    """Exit status and output of the tool on a tree of these files."""
    with tempfile.TemporaryDirectory() as root:
        for name, text in files.items():
            path = pathlib.Path(root, name)
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="utf-8")
        done = subprocess.run([sys.executable, TOOL, root], capture_output=True, text=True, check=False)
        return done.returncode, done.stdout + done.stderr


class CheckIncludes(unittest.TestCase):
    def test_downward_and_own_room_pass(self):
        status, _ = check({"cli/a.cpp": '#include "base/error.h"\n#include "cli/b.h"\n'})
        self.assertEqual(status, 0)

    def test_upward_include_is_named_with_its_place(self):
        status, output = check({"sweep/store/a.h": '// text\n#include "runners/jobs/job.h"\n'})
        self.assertEqual(status, 1)
        self.assertIn("sweep/store/a.h:2: includes runners/jobs/job.h", output)

    def test_rooms_must_not_include_tests(self):
        self.assertEqual(check({"base/a.cpp": '#include "tests/support/clock.h"\n'})[0], 1)

    def test_a_room_within_a_room_is_its_own(self):
        self.assertEqual(check({"reports/statistics/a.h": '#include "reports/front.h"\n'})[0], 1)
        self.assertEqual(check({"reports/front.h": '#include "reports/statistics/a.h"\n'})[0], 0)

    def test_libraries_stay_in_their_rooms(self):
        self.assertEqual(check({"runners/run/a.cpp": "#include <CLI/CLI.hpp>\n"})[0], 1)
        self.assertEqual(check({"sweep/spec/a.cpp": "#include <torch/nn.h>\n"})[0], 1)
        self.assertEqual(check({"runners/train/a.cpp": "#include <torch/nn.h>\n"})[0], 0)

    def test_a_folder_that_is_no_room_is_reported(self):
        self.assertEqual(check({"runners/a.cpp": "\n"})[0], 1)

    def test_an_empty_tree_does_not_pass(self):
        self.assertEqual(check({})[0], 2)


if __name__ == "__main__":
    unittest.main()

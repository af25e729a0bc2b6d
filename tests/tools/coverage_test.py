#!/usr/bin/env python3
"""Tests of tools/coverage.py: a program of two rooms is compiled, run and counted."""
import pathlib
import subprocess
import sys
import tempfile
import unittest

SCRIPT = pathlib.Path(__file__).resolve().parent.parent.parent / "tools" / "coverage.py"

USED = """int used(int x) {
  if (x > 0) {
    return 1;
  }
  return 2;
}
"""
UNUSED = """int unused() {
  return 3;
}
"""
MAIN = """int used(int x);
int main() {
  return used(1) - 1;
}
"""


def coverage(build, root, *more):
    done = subprocess.run([sys.executable, SCRIPT, str(build), "--root", str(root), *more],
                          capture_output=True, text=True, check=False)
    return done.returncode, done.stdout + done.stderr


class Coverage(unittest.TestCase):
    def setUp(self):
        self.directory = tempfile.TemporaryDirectory()
        self.root = pathlib.Path(self.directory.name, "tree")
        self.build = self.root / "build"
        self.build.mkdir(parents=True)

    def tearDown(self):
        self.directory.cleanup()

    def compile_and_run(self):
        for name, text in (("base/used.cpp", USED), ("models/unused.cpp", UNUSED), ("tests/main.cpp", MAIN)):
            path = self.root / name
            path.parent.mkdir(exist_ok=True)
            path.write_text(text, encoding="utf-8")
            subprocess.run(["g++", "--coverage", "-O0", "-c", str(path), "-o", f"{path.stem}.o"],
                           cwd=self.build, check=True)
        subprocess.run(["g++", "--coverage", "main.o", "used.o", "unused.o", "-o", "program"], cwd=self.build,
                       check=True)
        subprocess.run(["./program"], cwd=self.build, check=True)

    def test_rooms_are_counted_and_tests_are_not(self):
        self.compile_and_run()
        status, output = coverage(self.build, self.root)
        self.assertEqual(status, 0, output)
        self.assertIn("| `base` | 1 | 4 | 3 | 75.0 % |", output)
        self.assertIn("| `models` | 1 | 2 | 0 | 0.0 % |", output)
        self.assertIn("| all | 2 | 6 | 3 | 50.0 % |", output)
        self.assertNotIn("tests", output)

    def test_files_are_listed_least_covered_first(self):
        self.compile_and_run()
        _, output = coverage(self.build, self.root, "--files")
        self.assertLess(output.index("models/unused.cpp"), output.index("base/used.cpp"))

    def test_a_tree_without_counters_is_an_error(self):
        status, output = coverage(self.build, self.root)
        self.assertEqual(status, 1)
        self.assertIn("no counters", output)


if __name__ == "__main__":
    unittest.main()

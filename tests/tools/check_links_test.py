#!/usr/bin/env python3
"""Tests of tools/check_links.py: broken links are found, correct ones pass."""
import os
import subprocess
import sys
import tempfile
import unittest

SCRIPT = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..", "tools", "check_links.py")


def run(files):
    with tempfile.TemporaryDirectory() as root:
        for name, text in files.items():
            path = os.path.join(root, name)
            os.makedirs(os.path.dirname(path), exist_ok=True)
            with open(path, "w", encoding="utf-8") as stream:
                stream.write(text)
        result = subprocess.run([sys.executable, SCRIPT, root], capture_output=True, text=True, check=False)
        return result.returncode, result.stdout.splitlines()


PAGE = "# A page\n\n## What `--set` does\n\n## Twice\n\n## Twice\n"


class CheckLinks(unittest.TestCase):
    def test_links_that_lead_somewhere_pass(self):
        text = ("# Start\n[page](docs/page.md), [part](docs/page.md#what---set-does), [here](#start)\n"
                "[second](docs/page.md#twice-1) ![picture](docs/p.svg) [web](https://example.org/none#x)\n"
                "[![picture](docs/p.svg)](docs/page.md)\n[ref]: docs/page.md#twice\n")
        self.assertEqual(run({"README.md": text, "docs/page.md": PAGE, "docs/p.svg": ""}), (0, []))

    def test_a_missing_file_is_found_with_its_line(self):
        status, lines = run({"README.md": "\n[gone](docs/gone.md)\n"})
        self.assertEqual(status, 1)
        self.assertEqual(lines, ["README.md:2: docs/gone.md: there is no such file"])

    def test_a_missing_anchor_is_found(self):
        status, lines = run({"docs/other.md": "[part](page.md#thrice)\n", "docs/page.md": PAGE})
        self.assertEqual(status, 1)
        self.assertIn("docs/other.md:1: page.md#thrice", lines[0])
        self.assertEqual(run({"README.md": "[part](#nowhere)\n"})[0], 1)

    def test_images_html_and_references_are_links_too(self):
        for text in ("![x](no.png)", '<img src="no.png" alt="x">', "[x]: no.md", "[![x](no.png)](README.md)",
                     '[x](no.md "title")', "[a [b] c](no.md)"):
            with self.subTest(text=text):
                self.assertEqual(run({"README.md": text + "\n"})[0], 1)

    def test_a_link_out_of_the_checkout_is_broken(self):
        self.assertEqual(run({"docs/a.md": "[x](../../etc)\n"})[0], 1)

    def test_code_holds_no_links_and_no_headings(self):
        text = "[ok](README.md)\n`[x](no.md)`\n```\n[x](no.md)\n# Head\n```\n"
        self.assertEqual(run({"README.md": text})[0], 0)
        self.assertEqual(run({"README.md": text + "[x](#head)\n"})[0], 1)

    def test_a_tree_without_links_is_a_mistake(self):
        self.assertNotEqual(run({"README.md": "nothing\n"})[0], 0)


if __name__ == "__main__":
    unittest.main()

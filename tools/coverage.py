#!/usr/bin/env python3
"""Lines of each room that the tests ran, from the counters that GCC's --coverage left in a build tree.

  tools/coverage.py BUILD            prints a Markdown table, a row per room
  tools/coverage.py BUILD --files    also prints a row per file, the least covered first

`make coverage` builds and runs the tests first. A line counts if the compiler made code for it in any
object, and is covered if any of these was run. Tests, benchmarks and fuzz targets are not counted.
"""
import argparse
import collections
import json
import pathlib
import subprocess
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))
import check_includes  # the list of rooms

ROOT = pathlib.Path(__file__).resolve().parent.parent


def counted_lines(build, root):
    """{file, relative to `root`: {line: times it was run}} of all objects in `build`."""
    counts = collections.defaultdict(lambda: collections.defaultdict(int))
    for notes in sorted(build.resolve().rglob("*.gcno")):
        done = subprocess.run(["gcov", "--json-format", "--stdout", str(notes)], cwd=build,
                              capture_output=True, text=True, check=False)
        if done.returncode != 0:
            sys.exit(f"coverage: gcov {notes}: {done.stderr.strip()}")
        for document in done.stdout.splitlines():
            add_document(json.loads(document), root, counts)
    return counts


def add_document(document, root, counts):
    for file in document["files"]:
        path = pathlib.Path(document["current_working_directory"], file["file"]).resolve()
        if path.is_relative_to(root):
            lines = counts[path.relative_to(root).as_posix()]
            for line in file["lines"]:
                lines[line["line_number"]] += line["count"]


def by_room(counts):
    """{room: [files, lines, covered lines]}, in the order of the rooms."""
    rooms = {room: [0, 0, 0] for room in check_includes.ROOMS}
    for name, lines in counts.items():
        room = check_includes.room_of(name)
        if room in rooms:
            rooms[room][0] += 1
            rooms[room][1] += len(lines)
            rooms[room][2] += sum(count > 0 for count in lines.values())
    return {room: sums for room, sums in rooms.items() if sums[0] > 0}


def row(name, files, lines, covered):
    return f"| {name} | {files} | {lines:,} | {covered:,} | {100 * covered / max(lines, 1):.1f} % |"


def table(rooms):
    rows = ["| room | files | lines | covered | |", "|---|---|---|---|---|"]
    rows += [row(f"`{room}`", *sums) for room, sums in rooms.items()]
    total = [sum(column) for column in zip(*rooms.values())]
    return "\n".join(rows + [row("all", *total)])


def file_table(counts):
    files = [(sum(count > 0 for count in lines.values()), len(lines), name) for name, lines in counts.items()
             if check_includes.room_of(name) in check_includes.ROOMS and lines]
    files.sort(key=lambda file: file[0] / file[1])
    return "\n".join(f"{100 * covered / lines:6.1f} % {covered:5} of {lines:5}  {name}"
                     for covered, lines, name in files)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("build", type=pathlib.Path, help="build tree of the preset `coverage`")
    parser.add_argument("--files", action="store_true", help="also a row per file")
    parser.add_argument("--root", type=pathlib.Path, default=ROOT, help="the checkout (default: this script's)")
    options = parser.parse_args()
    counts = counted_lines(options.build, options.root.resolve())
    rooms = by_room(counts)
    if not rooms:
        sys.exit(f"coverage: no counters of ours in {options.build}; expected a build tree of the preset "
                 "`coverage`, made by `make coverage`")
    print(table(rooms))
    if options.files:
        print("\n" + file_table(counts))


if __name__ == "__main__":
    main()

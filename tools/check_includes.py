#!/usr/bin/env python3
"""Checks that no #include points upward in the list of rooms, and that libraries stay in their rooms.

  tools/check_includes.py [ROOT]     prints a line per violation; exit status 1 if there is one
  tools/check_includes.py --list     prints the rooms, lowest first

A file may include headers of its own room and of the rooms listed before it. Tests, benchmarks and
fuzz targets are above all rooms and may include anything, but no room may include them.
"""
import pathlib
import re
import sys

# Lowest first. A folder that is not listed belongs to the room of its parent.
ROOMS = [
    "base",
    "models",
    "sweep/spec",
    "sweep/study",
    "sweep/store",
    "runners/jobs",
    "runners/pictures",
    "runners/data",
    "runners/batches",
    "runners/engine",
    "runners/train",
    "runners/schedule",
    "runners/cluster",
    "runners/cluster/slurm",
    "reports/statistics",
    "reports",
    "reports/charts",
    "reports/writers",
    "runners/run",
    "cli",
]
# Above every room: no room may include them.
OUTSIDE = ["tests", "bench"]

# Headers that only some rooms may include, and those rooms (or single files).
LIBRARIES = {
    r"torch/|ATen/|c10/": ["models", "runners/train"],
    r"archive(_entry)?\.h": ["runners/data"],
    r"CLI/": ["cli", "runners/train/worker.cpp"],
    r"yaml-cpp/": ["sweep/spec", "runners/cluster/slurm"],
    r"(oneapi/)?dnnl": ["runners/engine"],
    r"hwy/": ["runners/batches", "runners/engine", "runners/pictures"],
    r"(jpeglib|jerror|png|gif_lib)\.h|webp/": ["runners/pictures"],
}

INCLUDE = re.compile(r'^\s*#\s*include\s*(?:"([^"]+)"|<([^>]+)>)')


def room_of(path):
    """The deepest listed room that contains `path`; None if there is none."""
    folders = path.split("/")[:-1]
    while folders:
        name = "/".join(folders)
        if name in ROOMS or name in OUTSIDE:
            return name
        folders.pop()
    return None


def rank(room):
    return len(ROOMS) if room in OUTSIDE else ROOMS.index(room)


def violations(root):
    found = []
    files = [f for top in {room.split("/")[0] for room in ROOMS} for f in (root / top).rglob("*")
             if f.suffix in (".h", ".cpp")]
    for file in sorted(files):
        name = file.relative_to(root).as_posix()
        room = room_of(name)
        if room is None:
            found.append(f"{name}:1: is in no room; add its folder to ROOMS in tools/check_includes.py")
            continue
        for number, line in enumerate(file.read_text(encoding="utf-8").splitlines(), 1):
            match = INCLUDE.match(line)
            if not match:
                continue
            ours, library = match.groups()
            if ours:
                target = room_of(ours)
                if target is not None and rank(target) > rank(room):
                    found.append(f"{name}:{number}: includes {ours}, but {target} is above {room}")
                continue
            for pattern, allowed in LIBRARIES.items():
                if re.match(pattern, library) and not any(
                        name == place or name.startswith(place + "/") for place in allowed):
                    found.append(f"{name}:{number}: includes <{library}>; only {', '.join(allowed)} may")
    return found, len(files)


def main():
    if sys.argv[1:] == ["--list"]:
        print("\n".join(ROOMS))
        return 0
    root = pathlib.Path(sys.argv[1] if len(sys.argv) > 1 else pathlib.Path(__file__).parent.parent)
    found, files = violations(root)
    if files == 0:
        print(f"check_includes: no sources below {root}", file=sys.stderr)
        return 2
    print("\n".join(found) if found else f"{files} files: no include points upward")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())

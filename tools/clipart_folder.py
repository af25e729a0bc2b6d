#!/usr/bin/env python3
"""Makes the folder of configs/clipart.yaml from Debian's openclipart-png (public domain).

    tools/clipart_folder.py [FOLDER]        default: build/clipart

Nine kinds of drawings become classes, each with at most 500. Links, which stand for the same drawing in
another place, are left out. Which drawings of a larger class are taken depends on their names alone. A
picture keeps its path in its name, so that the sweep file can keep drawings of one series together.
"""
import hashlib
import shutil
import sys
from pathlib import Path

SOURCE = Path("/usr/share/openclipart/png")
CLASSES = ["animals", "computer", "food", "people", "recreation", "shapes", "signs_and_symbols",
           "tools", "transportation"]
MOST = 500


def drawings(kind):
    files = [path for path in sorted((SOURCE / kind).rglob("*.png"))
             if path.is_file() and not path.is_symlink()]
    chosen = sorted(files, key=lambda path: hashlib.sha256(path.name.encode()).digest())[:MOST]
    return sorted(chosen)


def main():
    folder = Path(sys.argv[1] if len(sys.argv) > 1 else "build/clipart")
    if not SOURCE.is_dir():
        sys.exit(f"{SOURCE} is not there: install the package openclipart-png")
    wanted = {}
    for kind in CLASSES:
        for path in drawings(kind):
            target = folder / kind / "-".join(path.relative_to(SOURCE / kind).parts)
            if wanted.setdefault(target, path) != path:
                sys.exit(f"{wanted[target]} and {path} would both become {target}")
    others = [path for path in sorted(folder.rglob("*")) if path.is_file() and path not in wanted]
    if others:
        sys.exit(f"{folder} has files that are not of this tool, such as {others[0]}: give an empty folder")
    for target, path in wanted.items():
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy2(path, target)
    print(f"{folder}: {len(wanted)} drawings of {len(CLASSES)} classes")


if __name__ == "__main__":
    main()

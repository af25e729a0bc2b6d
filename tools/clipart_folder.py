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
    for kind in CLASSES:
        target = folder / kind
        shutil.rmtree(target, ignore_errors=True)
        target.mkdir(parents=True)
        for path in drawings(kind):
            shutil.copy2(path, target / "-".join(path.relative_to(SOURCE / kind).parts))
    count = sum(1 for path in folder.rglob("*.png"))
    print(f"{folder}: {count} drawings of {len(CLASSES)} classes")


if __name__ == "__main__":
    main()

#!/usr/bin/env python3
"""Makes the folder of configs/emoji.yaml: train has Google's emoji drawings, test Twitter's.

    tools/emoji_folder.py PACKAGES [FOLDER]        default: build/emoji

PACKAGES holds the npm packages emoji-datasource-google and emoji-datasource-twitter. A class is one of
Unicode's nine categories. Only emoji that both vendors drew themselves are taken, without skin tones.
Google's drawings are under the Apache License 2.0, Twitter's under CC BY 4.0; neither is part of
firesweep.
"""
import json
import shutil
import sys
from pathlib import Path

VENDORS = {"train": "google", "test": "twitter"}


def main():
    if len(sys.argv) < 2:
        sys.exit(__doc__)
    packages = Path(sys.argv[1])
    folder = Path(sys.argv[2] if len(sys.argv) > 2 else "build/emoji")
    table = json.loads((packages / "emoji-datasource-google" / "emoji.json").read_text(encoding="utf-8"))
    wanted = {}
    for emoji in table:
        if emoji["category"] == "Component" or not all(emoji[f"has_img_{v}"] for v in VENDORS.values()):
            continue
        kind = emoji["category"].lower().replace(" & ", "_and_")
        for part, vendor in VENDORS.items():
            source = packages / f"emoji-datasource-{vendor}" / "img" / vendor / "64" / emoji["image"]
            wanted[folder / part / kind / emoji["image"]] = source
    others = [path for path in sorted(folder.rglob("*")) if path.is_file() and path not in wanted]
    if others:
        sys.exit(f"{folder} has files that are not of this tool, such as {others[0]}: give an empty folder")
    for target, source in wanted.items():
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy2(source, target)
    print(f"{folder}: {len(wanted) // 2} emoji by {len(VENDORS)} vendors")


if __name__ == "__main__":
    main()

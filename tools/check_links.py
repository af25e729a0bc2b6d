#!/usr/bin/env python3
"""Checks that every relative link and anchor in the project's Markdown files has a target.

    tools/check_links.py [ROOT]     ROOT: the checkout, by default this script's

Prints one line per broken link, FILE:LINE: LINK: what is wrong, and exits with status 1 if there is any.
Links to web sites are not followed: the check needs no network. Standard library only.
"""
import os
import re
import sys
import urllib.parse

SKIPPED_DIRECTORIES = {".git", ".cache", "build", "install", "node_modules", "runs"}

FENCE = re.compile(r"^ {0,3}(`{3,}|~{3,})")
HEADING = re.compile(r"^ {0,3}#{1,6}\s+(.*?)\s*#*\s*$")
CODE_SPAN = re.compile(r"(`+)(?:(?!\1).)+?\1")
HTML_ANCHOR = re.compile(r"<[a-z]+\b[^>]*\b(?:id|name)=[\"']([^\"']+)[\"']", re.IGNORECASE)
HTML_LINK = re.compile(r"<(?:a|img|source)\b[^>]*\b(?:href|src|srcset)=[\"']([^\"' ]+)[^\"']*[\"']", re.IGNORECASE)
# [text](target "title"), also around an image; the text may hold one level of brackets.
INLINE_LINK = re.compile(r"\[(?:[^\[\]]|\[[^\]]*\](?:\([^)]*\))?)*\]\(\s*<?([^)\s>]*)>?(?:\s+[\"'][^)]*)?\)")
REFERENCE = re.compile(r"^ {0,3}\[[^\]]+\]:\s*<?([^\s>]+)>?")


def markdown_files(root):
    for directory, names, files in os.walk(root):
        names[:] = sorted(name for name in names if name not in SKIPPED_DIRECTORIES)
        for name in sorted(files):
            if name.endswith(".md"):
                yield os.path.join(directory, name)


def prose_lines(text):
    """Line numbers and lines outside fenced code blocks."""
    fence = None
    for number, line in enumerate(text.splitlines(), start=1):
        mark = FENCE.match(line)
        if fence is None and mark:
            fence = mark.group(1)
        elif fence is None:
            yield number, line
        elif mark and mark.group(1)[0] == fence[0] and len(mark.group(1)) >= len(fence) \
                and line.strip() == mark.group(1):
            fence = None


def slug(heading):
    """The anchor that GitHub and GitLab give a heading."""
    text = re.sub(r"!?\[([^\]]*)\]\([^)]*\)", r"\1", heading)  # links and images: their text
    text = re.sub(r"<[^>]+>", "", text.replace("`", "").replace("*", "")).lower()
    return re.sub(r"[^\w\- ]", "", text).replace(" ", "-")


def anchors_of(text):
    anchors = set()
    for _, line in prose_lines(text):
        anchors.update(HTML_ANCHOR.findall(line))
        heading = HEADING.match(line)
        if heading:
            base = slug(heading.group(1))
            anchor, count = base, 0
            while anchor in anchors:
                count += 1
                anchor = f"{base}-{count}"
            anchors.add(anchor)
    return anchors


def links_of(text):
    """Line number and target of every link and image."""
    for number, line in prose_lines(text):
        plain = CODE_SPAN.sub("", line)
        targets = INLINE_LINK.findall(plain) + HTML_LINK.findall(plain) + REFERENCE.findall(plain)
        # An image inside a link is in the text of that link.
        targets += re.findall(r"!\[[^\]]*\]\(\s*<?([^)\s>]*)", plain)
        for target in dict.fromkeys(targets):
            yield number, target


def problem_of(target, path, root, anchors):
    """What is wrong with a link in `path`; nothing if it leads somewhere or to a web site."""
    if not target:
        return "the link is empty"
    parts = urllib.parse.urlsplit(target)
    if parts.scheme or parts.netloc:
        return None
    place = urllib.parse.unquote(parts.path)
    base = root if place.startswith("/") else os.path.dirname(path)
    file = os.path.normpath(os.path.join(base, place.lstrip("/"))) if place else path
    if os.path.relpath(file, root).split(os.sep)[0] == os.pardir:
        return "leads out of the checkout"
    if not os.path.exists(file):
        return "there is no such file"
    if parts.fragment and file.endswith(".md"):
        if file not in anchors:
            with open(file, encoding="utf-8") as stream:
                anchors[file] = anchors_of(stream.read())
        if urllib.parse.unquote(parts.fragment) not in anchors[file]:
            return f"{os.path.relpath(file, root)} has no heading with this anchor"
    return None


def check(root):
    """The number of links read, and a line for each broken one."""
    anchors, count, problems = {}, 0, []
    for path in markdown_files(root):
        with open(path, encoding="utf-8") as stream:
            text = stream.read()
        for number, target in links_of(text):
            count += 1
            problem = problem_of(target, path, root, anchors)
            if problem:
                problems.append(f"{os.path.relpath(path, root)}:{number}: {target}: {problem}")
    return count, problems


def main():
    if len(sys.argv) > 2 or (len(sys.argv) == 2 and not os.path.isdir(sys.argv[1])):
        sys.exit(f"usage: {sys.argv[0]} [ROOT]")
    default = os.path.join(os.path.dirname(os.path.abspath(__file__)), os.pardir)
    root = os.path.normpath(os.path.abspath(sys.argv[1] if len(sys.argv) == 2 else default))
    count, problems = check(root)
    for problem in problems:
        print(problem)
    if not count:
        sys.exit(f"check_links: found no links below {root}")
    print(f"{count} links checked, {len(problems)} broken", file=sys.stderr)
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main())

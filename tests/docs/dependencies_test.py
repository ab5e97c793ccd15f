#!/usr/bin/env python3
"""Fails where docs/DEPENDENCIES.md and deps/lock do not name the same packages, or a pinned one at different versions."""
import pathlib
import re
import sys

root = pathlib.Path(sys.argv[1] if len(sys.argv) > 1 else ".")
locked = {}
for line in (root / "deps/lock").read_text().splitlines():
    if not line or line.startswith("#"):
        continue
    _, kind, name, *rest = line.split()
    if kind == "pip":
        name, version = rest[0].split("==")
    elif kind == "maven":
        name, version = rest[0].rsplit(":", 1)
    elif kind == "npm":
        version = rest[0].rsplit("@", 1)[1]
    else:
        version = None  # Debian's follow the release
    locked[name] = version
told = dict(re.findall(r"^\| `([^`]+)` \| ([^|]+) \|", (root / "docs/DEPENDENCIES.md").read_text(), re.M))

wrong = [f"deps/lock has {name}, docs/DEPENDENCIES.md has not" for name in sorted(locked.keys() - told.keys())]
wrong += [f"docs/DEPENDENCIES.md has {name}, deps/lock has not" for name in sorted(told.keys() - locked.keys())]
for name in sorted(locked.keys() & told.keys()):
    # A package of a package manager may be a later packing of a version: 1.5.6-r.1.
    if locked[name] and locked[name].split("-r.")[0] != told[name].strip():
        wrong.append(f"{name} is {locked[name]} in deps/lock, {told[name].strip()} in docs/DEPENDENCIES.md")
print("\n".join(wrong) or f"{len(locked)} dependencies are told")
sys.exit(1 if wrong or not locked else 0)

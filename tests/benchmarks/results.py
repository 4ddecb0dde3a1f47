"""RESULTS.md: a section for each benchmark, replaced when it is run again."""

from __future__ import annotations

from pathlib import Path

FILE = Path(__file__).with_name("RESULTS.md")


def keep(title: str, text: str) -> None:
    """Put the section in the place of the one from an earlier run."""
    old = FILE.read_text() if FILE.exists() else ""
    sections = dict(part.split("\n\n", 1) for part in old.split("\n## ")[1:])
    sections[title] = text + "\n"
    parts = [f"## {name}\n\n{sections[name].rstrip()}\n" for name in sorted(sections)]
    FILE.write_text("\n".join([_HEAD + "\n", *parts]))


_HEAD = """# What was measured

Written by `python -m tests.benchmarks` (beside vdirsyncer), `….planning`, `….febrl`, `….rules`,
`….apps`, `….scale`, `….hour` and `….desk`; each tells by `--help` what it does.

Beside vdirsyncer: medians over the runs, in which the two take turns. Wall and CPU seconds
(user + system, of the client's process) are after start-up, which stands beside them: loading
all modules that a sync uses, and doing nothing. Bodies and *with heads* are the bytes of HTTP on
the wire in both directions and on both sides. *1 % changed*: that share of the cards got a job
title on the left. *Both sides*: they got another title on the left and a nickname on the right;
*edits kept* tells of how many of them both books then show both."""

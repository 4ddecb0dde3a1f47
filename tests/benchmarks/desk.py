"""``python -m tests.benchmarks.desk``: how long each list, page and search of the desk takes when
much has happened, and the export of the audit log.

The rows are made once, in an SQLite file of their own; in an empty PostgreSQL database as well,
if ``DATABASE_URL`` names one. Each page is asked for several times by one process, as a browser
does, and shown is the median: of its CPU time (with SQLite that is all there is to it) and of the
time on the clock (with PostgreSQL the server works in another process). The aim: 300 ms a page.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
from collections.abc import Mapping
from typing import Any

from tests.benchmarks.inside import ROOT, inside, installed, run
from tests.benchmarks.report import machine
from tests.benchmarks.results import keep

ASKED = "tests.benchmarks.desk_asked"
AIM = 300


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks.desk", description=__doc__)
    parser.add_argument("--steps", type=int, default=1_000_000)
    parser.add_argument("--records", type=int, default=100_000, help="sync records")
    parser.add_argument("--connections", type=int, default=200)
    parser.add_argument("--repeat", type=int, default=5, help="each page is asked for so often")
    parser.add_argument("--keep", action="store_true", help="write the table into RESULTS.md")
    given = parser.parse_args()
    postgres = os.environ.get("DATABASE_URL", "")
    with installed() as sqlite:
        environment = {**sqlite, "PUBLIC_URL": "http://testserver"}  # else all leads to https
        run([str(ROOT / "manage.py"), "collectstatic", "--noinput", "--verbosity=0"], environment)
        found = {"SQLite": _measured(given, environment)}
        if postgres.startswith("postgres"):
            there = {**environment, "DATABASE_URL": postgres}
            run([str(ROOT / "manage.py"), "migrate", "--verbosity=0"], there)
            found["PostgreSQL"] = _measured(given, there)
    text = table(found)
    sys.stdout.write(f"{text}\n")
    if given.keep:
        keep(f"The desk, {given.steps:,} steps", f"{_about(given)} {machine()}\n\n{text}")


def _about(given: argparse.Namespace) -> str:
    return (
        f"{given.records:,} sync records and {given.connections} connections; the pages of the "
        f"largest, which has a sixth of everything. Medians of {given.repeat}; the aim is {AIM} ms."
    )


def _measured(given: argparse.Namespace, environment: Mapping[str, str]) -> Mapping[str, Any]:
    size = [str(given.connections), str(given.records), str(given.steps)]
    inside(ASKED, ["fill", *size], environment)
    answer: Mapping[str, Any] = json.loads(
        inside(ASKED, ["measure", str(given.repeat)], environment)
    )
    return answer


def table(found: Mapping[str, Mapping[str, Any]]) -> str:
    """``found``: by database the figures, as ``desk_asked.measured`` gives them."""
    heads = [f"{name}: CPU ms | on the clock" for name in found]
    lines = [
        f"| page | queries | {' | '.join(heads)} |",
        f"| --- | ---: |{' ---: | ---: |' * len(found)}",
    ]
    first = next(iter(found.values()))
    for page in first["pages"]:
        figures = [of["pages"][page] for of in found.values()]
        times = " | ".join(f"{_ms(got['cpu'])} | {_ms(got['wall'])}" for got in figures)
        lines.append(f"| {page} | {figures[0]['queries']} | {times} |")
    for name, of in found.items():
        export = of["export"]
        lines += [
            "",
            f"{name}: the audit log of the largest connection as a file, {export['rows']:,} rows: "
            f"{export['rows'] / export['cpu']:,.0f} rows a second of CPU, and "
            f"{export['memory']:.0f} MiB more than before it.",
        ]
    return "\n".join(lines)


def _ms(seconds: float) -> str:
    shown = f"{seconds * 1000:.0f}"
    return f"**{shown}**" if seconds * 1000 > AIM else shown


if __name__ == "__main__":
    main()

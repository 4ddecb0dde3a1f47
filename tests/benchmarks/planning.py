"""``python -m tests.benchmarks.planning``: how fast a run plans from the mirror, and in how much
memory. No app is asked: the mirror is filled with made-up people first.

Each phase is a process of its own on one SQLite file and goes on from where the one before it
ended; CPU and peak memory are that process's. ``a second`` counts persons by CPU, as on a machine
of its own. The aims: 5,000 a second, and less than 250 MiB with 100,000 contacts a side.
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Mapping
from typing import Any

from tests.benchmarks.inside import inside, installed
from tests.benchmarks.report import machine
from tests.benchmarks.results import keep

PLANNED = "tests.benchmarks.planned"
#: What is measured, in this order.
PHASES = {
    "first match": "everybody meets their counterpart",
    "new setup": "everybody is planned again; there is nothing to do",
    "1 % changed": "in a got a job title",
    "10 rules": "everybody is planned again, with ten rules' conditions and actions",
}


def main() -> None:
    parser = argparse.ArgumentParser(
        prog="python -m tests.benchmarks.planning", description=__doc__
    )
    parser.add_argument("--contacts", type=int, default=100_000, help="of each side")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--repeat", type=int, default=1, help="shown is the fastest of so many")
    parser.add_argument("--profile", choices=PHASES, help="tell where this phase's time goes")
    parser.add_argument("--keep", action="store_true", help="write the table into RESULTS.md")
    given = parser.parse_args()
    rounds = [_round(given) for _ in range(given.repeat)]
    text = table({phase: min((x[phase] for x in rounds), key=_cpu) for phase in PHASES})
    print(text)
    if given.keep:
        keep(
            f"Planning, {given.contacts:,} + {given.contacts:,} contacts", f"{machine()}\n\n{text}"
        )


def _cpu(figures: Mapping[str, Any]) -> float:
    cpu: float = figures["cpu"]
    return cpu


def table(found: Mapping[str, Mapping[str, Any]]) -> str:
    """``found``: the figures by phase, as ``planned.measured`` gives them."""
    lines = [
        "| phase       | persons | wall s | CPU s  | a second | peak MiB | steps |",
        "| ---         | ---     | ---    | ---    | ---      | ---      | ---   |",
    ]
    for phase, got in found.items():
        steps = ", ".join(f"{count:,} {verb}" for verb, count in got["steps"].items()) or "none"
        lines.append(
            f"| {phase:11} | {got['persons']:7,} | {got['wall']:6.2f} | {got['cpu']:6.2f} "
            f"| {got['persons'] / got['cpu']:8,.0f} | {got['memory']:8.0f} | {steps} |"
        )
    return "\n".join(lines)


def _round(given: argparse.Namespace) -> dict[str, Mapping[str, Any]]:
    with installed() as environment:
        inside(PLANNED, ["fill", str(given.contacts), str(given.seed)], environment)
        return {
            phase: json.loads(
                inside(
                    PLANNED,
                    ["measure", phase, *(["profile"] if given.profile == phase else [])],
                    environment,
                )
            )
            for phase in PHASES
        }


if __name__ == "__main__":
    main()

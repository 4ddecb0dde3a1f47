"""What ``febrl`` measures, inside its process: the files as contacts, one sync, who was found."""

from __future__ import annotations

import csv
import json
import sys
import time
from pathlib import Path
from random import Random

from connectors.contact import Address, Contact, Entry
from tests.stories.bench import Bench
from tests.stories.likeness import Found, find, reachable


def main() -> None:
    """``FOLDER PEOPLE SEED``; prints figures by name as JSON."""
    folder, people, seed = Path(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3])
    read = {side: _people(folder / f"dataset4{side}.csv", people) for side in "ab"}
    begin = time.process_time()
    with Bench().placed() as bench:
        bench.load(avoid_duplicates=False, region="AU")
        found = find(bench, reachable(read, Random(seed)))
    figures = _figures(found)
    figures["CPU seconds of the whole sync"] = f"{time.process_time() - begin:.0f}"
    sys.stdout.write(json.dumps(figures))


def _people(file: Path, most: int) -> dict[int, Contact]:
    """By number, which an original (rec-17-org) and its copy (rec-17-dup-0) have in common."""
    with file.open(newline="", encoding="utf-8") as lines:
        rows = csv.DictReader(lines, skipinitialspace=True)
        numbered = ((int(row["rec_id"].split("-")[1]), row) for row in rows)
        return {number: _contact(row) for number, row in numbered if number < most}


def _contact(row: dict[str, str]) -> Contact:
    day = row["date_of_birth"].strip()
    place = Address(
        f"{row['street_number']} {row['address_1']}".strip(),
        extended=row["address_2"],
        city=row["suburb"],
        region=row["state"].upper(),
        postcode=row["postcode"],
    )
    values = {
        "first_name": row["given_name"].title(),
        "last_name": row["surname"].title(),
        "birthday": f"{day[:4]}-{day[4:6]}-{day[6:]}" if len(day) == 8 else "",
        "addresses": (Entry(place),) if place else "",
    }
    return Contact({name: value for name, value in values.items() if value})


def _figures(found: Found) -> dict[str, str]:
    paired, proposed = found.paired, found.proposed
    return {
        "people in both": f"{len(found.true):,}",
        "paired": f"{len(paired):,}",
        "wrong pairs": f"{len(found.wrong):,}",
        "with an address of their own in common, found": _of(paired & found.own, found.own),
        "with only the address of their household in common, found": _of(
            paired & found.shared, found.shared
        ),
        "without a common address": f"{len(found.rest):,}",
        "proposed to a person": f"{len(proposed):,}",
        "precision of proposals": f"{found.precision:.3f}",
        "recall of proposals, of all without a common address": f"{found.recall(found.rest):.3f}",
        "recall, of those with a phone number in both and an address in one at most": (
            f"{found.recall(found.proposable):.3f} of {len(found.proposable):,}"
        ),
    }


def _of(some: frozenset[tuple[int, int]], all_: frozenset[tuple[int, int]]) -> str:
    return f"{len(some):,} of {len(all_):,}"

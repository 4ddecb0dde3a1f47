"""The mapping page's contact to try the lines on: search, choice, and what each line would do."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from connections.models import Connection
from connectors.contact import Value, value_to_json
from rules.rows import setup_of
from rules.setup import Line
from sync.audit import in_words
from sync.desk.mapping_lines import Lines
from sync.desk.mapping_row import Cell
from sync.sampling import (
    MOST,
    Found,
    Subject,
    Tried,
    anything_read,
    people_like,
    subject_of,
    tried,
    values_of,
    widened,
)

FIND = "_find"
#: Chooses one of those found; an empty value none.
CHOOSE = "_contact"
#: The contact that was chosen before.
CHOSEN = "contact"


@dataclass(frozen=True, slots=True)
class Sample:
    """``found``: None while nothing was searched for; ``is_more``: not all are among them."""

    is_read: bool
    text: str = ""
    found: Sequence[Found] | None = None
    is_more: bool = False
    subject: Subject | None = None


def sample_of(connection: Connection, posted: Mapping[str, str]) -> Sample:
    text = posted.get("find", "").replace("\0", "").strip()
    found = people_like(connection, text) if FIND in posted else None
    chosen = posted.get(CHOOSE, posted.get(CHOSEN, ""))
    if found and len(found) == 1:
        chosen, found = str(found[0].record), None
    subject = subject_of(connection, int(chosen)) if chosen.isdecimal() else None
    is_read = subject is not None or anything_read(connection)
    is_more = found is not None and len(found) > MOST
    return Sample(is_read, text, found and found[:MOST], is_more, subject)


def try_lines(lines: Lines, subject: Subject) -> None:
    """Each row is told what it would do; one that is off only what it would join."""
    working = [
        row.what for row in lines.rows if row.line and row.line.on and isinstance(row.what, Line)
    ]
    setup = replace(setup_of(lines.connection), lines=tuple(working))
    anew = widened(lines.connection, setup)
    for row in lines.rows:
        if row.line and isinstance(row.what, Line):
            if row.line.on:
                shows = tried(row.what, subject, setup, anew)
            else:
                shows = values_of(row.what, subject, setup)
            row.cells = {"a": _cell(shows.a, shows, "a"), "b": _cell(shows.b, shows, "b")}
            row.left_alone = shows.why


def _cell(has: Value, shows: Tried, side: str) -> Cell:
    gets = shows.gets.get(side)
    return Cell(_words(has), None if gets is None else _words(gets))


def _words(value: Value) -> str:
    return in_words(value_to_json(value))

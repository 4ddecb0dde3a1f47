"""What stands in the way of starting a draft, and what is worth knowing before, each with the page
on which it is changed."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from connections.models import Connection
from rules.editing import Edit, Fault
from rules.rows import held_conditions, held_lines
from sync.desk.fault_words import FaultWords, judged_for_page
from sync.desk.places import MAPPING, OPTIONS, RULES, SIDES, label_of, url_of

_PAGE = {"mappings": MAPPING, "rules": RULES, "a": SIDES, "b": SIDES}


@dataclass(frozen=True, slots=True)
class Remark:
    """``page``: its name; ``url``: where it is."""

    text: str
    page: str
    url: str


@dataclass(frozen=True, slots=True)
class Readiness:
    in_the_way: list[Remark]
    worth_knowing: list[Remark]


def readiness_of(connection: Connection) -> Readiness:
    """As if it were started now. No app is asked."""
    verdict = judged_for_page(connection, Edit(options={"state": Connection.State.ACTIVE.value}))
    return Readiness(
        list(_remarks(connection, verdict.errors)),
        [*_remarks(connection, verdict.warnings), *_held(connection)],
    )


def _remarks(connection: Connection, faults: Iterable[Fault]) -> Iterator[Remark]:
    for fault in faults:
        word = _PAGE.get(str(fault.at[0]).partition(" ")[0], OPTIONS)
        yield _remark(connection, fault.text, word)


def _held(connection: Connection) -> Iterator[Remark]:
    words = FaultWords(connection)
    for line in held_lines(connection):
        text = words.of(f"The line {line.line} is left out: {line.why}")
        yield _remark(connection, text, MAPPING)
    for held in held_conditions(connection):
        text = f"In the rule {held.rule}, “{held.condition}” waits: {held.why}"
        yield _remark(connection, words.of(text), RULES)


def _remark(connection: Connection, text: str, word: str) -> Remark:
    return Remark(text, label_of(word), url_of(connection, word))

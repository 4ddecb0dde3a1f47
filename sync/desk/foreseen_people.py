"""What a preview foresees contact by contact: of one kind, or of whom somebody looks for."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby

from django.db.models import Q, QuerySet
from django.utils.safestring import SafeString

from connections.finding import records_like
from connections.models import Connection, Record
from sync.desk.foreseen import BETWEEN, ON_A_SIDE
from sync.desk.words import changes
from sync.models import Run, Step

#: Steps on a page; so many contacts are looked at that a search finds.
STEPS, MOST = 60, 20

Sides = Mapping[str, str]


@dataclass(frozen=True, slots=True)
class ForeseenStep:
    step: Step
    text: str
    changes: SafeString


@dataclass(frozen=True, slots=True)
class ForeseenPerson:
    """``record``: one of theirs, by which the connection explains them; None where the mirror does
    not hold it any more."""

    name: str
    record: int | None
    steps: Sequence[ForeseenStep]


@dataclass(frozen=True, slots=True)
class Kind:
    """What can be chosen. ``word``: in the address."""

    word: str
    label: str


@dataclass(frozen=True, slots=True)
class ForeseenPage:
    """``after``: the step from which the next page goes on; None on the last."""

    people: Sequence[ForeseenPerson]
    after: int | None = None


def kinds_of(numbers: Mapping[tuple[str, str], int], names: Sides) -> list[Kind]:
    """Those that the preview has. ``numbers``: its steps by verb and side."""
    texts = {**ON_A_SIDE, **BETWEEN}
    return [
        Kind(f"{verb}-{side}", _in_words(texts[verb], side, names))
        for verb in texts
        for side in ("a", "b", "")
        if numbers.get((verb, side))
    ]


def foreseen_page(
    connection: Connection, run: Run, kind: str, after: int, names: Sides
) -> ForeseenPage:
    """``kind``: as in ``Kind``, "" for all."""
    verb, _, side = kind.partition("-")
    steps = Step.objects.filter(run=run, pk__gt=after)
    if verb:
        steps = steps.filter(verb=verb, side=side)
    # A preview is made at one time; in this order an index has the steps of a run.
    found = list(steps.order_by("at", "pk")[: STEPS + 1])
    shown, is_last = found[:STEPS], len(found) <= STEPS
    if not is_last and len({_who(step) for step in found}) > 1:
        # Nobody's steps are torn apart: whose are not all here come first on the next page.
        shown = [step for step in shown if _who(step) != _who(found[-1])]
    return ForeseenPage(_people(connection, shown, names), None if is_last else shown[-1].pk)


def foreseen_of(connection: Connection, run: Run, text: str, names: Sides) -> ForeseenPage:
    """Of those whose name, address or number begins so."""
    records = Record.objects.filter(pk__in=records_like(text, MOST, (connection.a, connection.b)))
    ids: dict[int, list[str]] = {connection.a_id: [], connection.b_id: []}
    for container, remote_id in records.values_list("container_id", "remote_id"):
        ids[container].append(remote_id)
    mine = Q(a_remote__in=ids[connection.a_id]) | Q(b_remote__in=ids[connection.b_id])
    steps: QuerySet[Step] = Step.objects.filter(mine, run=run)
    return ForeseenPage(_people(connection, steps.order_by("pk"), names))


def _people(connection: Connection, steps: Iterable[Step], names: Sides) -> list[ForeseenPerson]:
    """The steps of a person stand together."""
    groups = [(who, list(of)) for who, of in groupby(steps, _who)]
    records = _records(connection, [who for who, _ in groups])
    return [
        ForeseenPerson(
            steps[0].name or "(without a name)",
            next((records[key] for key in _keys(who) if key in records), None),
            [_step(step, names) for step in steps],
        )
        for who, steps in groups
    ]


def _who(step: Step) -> tuple[str, str, str]:
    return step.a_remote, step.b_remote, step.name


def _keys(who: tuple[str, str, str]) -> Iterator[tuple[str, str]]:
    """Side and id of each contact."""
    yield from ((side, id) for side, id in zip("ab", who, strict=False) if id)


def _records(
    connection: Connection, everybody: Sequence[tuple[str, str, str]]
) -> dict[tuple[str, str], int]:
    found: dict[tuple[str, str], int] = {}
    for side in "ab":
        ids = {id for who in everybody for at, id in _keys(who) if at == side}
        rows = Record.objects.filter(container=connection.container(side), remote_id__in=ids)
        found |= {(side, id): pk for id, pk in rows.values_list("remote_id", "pk")}
    return found


def _step(step: Step, names: Sides) -> ForeseenStep:
    text = {**ON_A_SIDE, **BETWEEN}.get(step.verb, step.verb)
    return ForeseenStep(step, _in_words(text, step.side, names), changes(step))


def _in_words(text: str, side: str, names: Sides) -> str:
    return f"{text} in {names[side]}" if side else text

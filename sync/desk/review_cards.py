"""What waits, as its page shows it: a card for each decision, together with those of the same kind
and cause."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Any

from django.conf import settings
from django.db.models import Max
from django.urls import reverse
from django.utils.safestring import SafeString

from connections.models import Connection
from connections.rights import sees_people
from sync.audit import in_words
from sync.by_hand import DIFFERENT, SAME
from sync.desk.decisions import asked_already, value_of
from sync.desk.health import Way, ways_of
from sync.desk.places import REVIEW, url_of
from sync.desk.remedies import Remedy
from sync.desk.review_words import ANSWERS, LATER, does, meaning_of
from sync.desk.side_by_side import SideBySide, side_by_side
from sync.desk.side_signs import SideSign, signs_of
from sync.desk.words import changes, field_label
from sync.engine.match import ALIKE, HEIRS
from sync.models import Run, Step
from sync.reviewing import CONFLICT, DUPLICATE, FAILED, PUT_BACK, Answer, Waiting, Who
from sync.settle import REFUSED, TRY_AGAIN

#: Letters that choose an answer on the keyboard; of several candidates their numbers do.
_LETTERS = {DIFFERENT: "d", LATER: "l"}
#: Causes whose reason is an app's answer, which never tells of a contact.
_ANSWERED = (REFUSED, TRY_AGAIN)
#: Whose reason only names those who stand beside them.
_EVIDENT = (ALIKE, HEIRS)


@dataclass(frozen=True, slots=True)
class Choice:
    """``value``: the answers that it stands for, "" for none; ``note``: what it does, where that
    is not the same for the whole group."""

    label: str
    value: str
    letter: str = ""
    note: str = ""


@dataclass(frozen=True, slots=True)
class Tried:
    """What an app did not take. ``where``: the name of the side."""

    where: str
    changes: SafeString


@dataclass(frozen=True, slots=True)
class Card:
    """``is_radio``: one of the choices is taken, else any of them. ``asked``: the run that is to
    carry out what was decided already."""

    name: str
    why: str
    url: str = ""
    beside: SideBySide | None = None
    tried: Tried | None = None
    choices: Sequence[Choice] = ()
    is_radio: bool = False
    asked: Run | None = None


@dataclass(frozen=True, slots=True)
class Group:
    """``told``: what it means; ``reason``: what all of its cards have in common. ``answers``: what
    each does; ``ways``: to where a remedy is."""

    told: Remedy
    reason: str
    answers: Sequence[tuple[str, str]]
    ways: Sequence[Way]
    cards: Sequence[Card]


def groups_of(connection: Connection, items: Sequence[Waiting], user: Any) -> list[Group]:
    """``items``: of one kind, those of the same cause one after the other. ``user``: who may not
    see people is shown none."""
    table, with_people = _Table(connection, items, user), sees_people(user)
    found = []
    for (cause, reason), part in groupby(items, _grouped_by):
        waiting = list(part)
        shared = reason or _in_common(waiting)
        found.append(
            Group(
                meaning_of(waiting[0]),
                shared if with_people or cause in _ANSWERED else "",
                list(table.answers(waiting)) if with_people else (),
                list(table.ways(waiting)),
                [table.card(item, shared) if with_people else _hidden(item) for item in waiting],
            )
        )
    return found


def _grouped_by(item: Waiting) -> tuple[str, str]:
    """What an app refused also by what it answered."""
    return item.cause, item.why if item.cause in _ANSWERED else ""


def _in_common(waiting: Sequence[Waiting]) -> str:
    """What is said of each alike is said once."""
    reasons = {"" if item.kind == CONFLICT else _why(item) for item in waiting}
    return reasons.pop() if len(reasons) == 1 and len(waiting) > 1 else ""


def _why(item: Waiting) -> str:
    """Without what stands beside it anyway."""
    if item.kind == CONFLICT and item.step:
        return f"in run {item.step.run_id}"
    return "" if item.cause in _EVIDENT or item.kind == DUPLICATE else item.why


def _hidden(item: Waiting) -> Card:
    return Card(f"Contact {item.row.pk}" if item.row else "Two contacts", "")


class _Table:
    """What cards need beside what waits."""

    def __init__(self, connection: Connection, items: Sequence[Waiting], user: Any) -> None:
        self.connection, self._user = connection, user
        self.signs: Mapping[str, SideSign] = signs_of(connection)
        self._region = connection.region or settings.DEFAULT_REGION
        self._asked = asked_already(connection)
        self._failed = _failed_steps(items)

    def card(self, item: Waiting, shared: str) -> Card:
        asked = (self._asked.get((answer.word, answer.whom)) for answer in item.answers)
        why, tried = _why(item), self._tried(item)
        return Card(
            name=item.name or "(without a name)",
            why="" if why == shared else why,
            url=reverse("admin:person", args=[item.about[0].view.id]) if item.about else "",
            beside=None if item.kind == CONFLICT or tried else self._beside(item),
            tried=tried,
            choices=list(self._choices(item)),
            is_radio=any(answer.word == SAME for answer in item.answers),
            asked=next(filter(None, asked), None),
        )

    def answers(self, waiting: Sequence[Waiting]) -> Iterator[tuple[str, str]]:
        """What each does of those that are offered."""
        offered = {answer.word for item in waiting for answer in item.answers}
        offered |= {LATER} if SAME in offered else set()
        winner = self.signs[self.connection.winner].name
        for word, label in ANSWERS.items():
            if word in offered:
                yield label, does(word, waiting[0].cause, winner)

    def ways(self, waiting: Sequence[Waiting]) -> Iterator[Way]:
        """Where else something can be done."""
        told = meaning_of(waiting[0])
        steps = [self._failed.get(item.row.pk) for item in waiting if item.row]
        found = [*ways_of(self.connection, told, self._user)]
        if self._user.has_perm("connections.view_account"):
            for side in sorted({step.side for step in steps if step and step.side}):
                account = self.connection.container(side).account
                page = reverse("admin:connections_account_change", args=[account.pk])
                found.append(Way(account.name, page))
        here = url_of(self.connection, REVIEW)
        return (way for way in dict.fromkeys(found) if way.url != here)

    def _tried(self, item: Waiting) -> Tried | None:
        step = self._failed.get(item.row.pk) if item.row else None
        return Tried(self.signs[step.side].name, changes(step)) if step and step.side else None

    def _beside(self, item: Waiting) -> SideBySide:
        alive = [who for who in item.about if not who.view.gone]
        gone = [who for who in item.about if who.view.gone]
        is_taken = item.kind == DUPLICATE and not item.answers
        notes = {who.view.id: "in sync already" for who in item.others} if is_taken else {}
        return side_by_side([*alive, *item.others, *gone], self.signs, notes, self._region)

    def _choices(self, item: Waiting) -> Iterator[Choice]:
        several = [answer for answer in item.answers if answer.word == SAME]
        if not several:
            yield from map(self._single, item.answers, [item] * len(item.answers))
            return
        names = _called(item.others)
        for number, (answer, name) in enumerate(zip(several, names, strict=True), 1):
            label = ANSWERS[SAME] if len(several) == 1 else f"Same person as {name}"
            yield Choice(label, value_of([answer]), "s" if len(several) == 1 else str(number))
        apart = [answer for answer in item.answers if answer.word == DIFFERENT]
        if apart:
            label = ANSWERS[DIFFERENT] if len(several) == 1 else "None of them"
            yield Choice(label, value_of(apart), _LETTERS[DIFFERENT])
        yield Choice(ANSWERS[LATER], "", _LETTERS[LATER])

    def _single(self, answer: Answer, item: Waiting) -> Choice:
        if answer.word != PUT_BACK or item.step is None:
            return Choice(ANSWERS[answer.word], value_of([answer]))
        _, name = answer.whom
        change = item.step.fields[name]
        where = self.signs[item.step.side].name
        label = f"{field_label(name)}: put back “{in_words(change['lost'])}” of {where}"
        return Choice(label, value_of([answer]), note=f"now “{in_words(change['after'])}”")


def _failed_steps(items: Iterable[Waiting]) -> Mapping[int, Step]:
    """By sync record of what failed the latest attempt."""
    rows = [item.row.pk for item in items if item.kind == FAILED and item.row]
    if not rows:
        return {}
    failed = Step.objects.filter(
        sync_record__in=rows, result__in=(Step.Result.REFUSED, Step.Result.FAILED)
    )
    latest = failed.order_by().values("sync_record").annotate(last=Max("pk")).values("last")
    steps = Step.objects.filter(pk__in=latest)
    return {step.sync_record_id: step for step in steps if step.sync_record_id}


def _called(people: Sequence[Who]) -> list[str]:
    """What tells one from the others: the name, else the app's own id."""
    names = [who.view.contact.title if who.view.contact else "" for who in people]
    if len(set(names)) == len(names):
        return names
    return [f"{name} ({who.view.remote_id})" for name, who in zip(names, people, strict=True)]

"""Lines of all kinds: what has to follow from what people changed since both sides last agreed.

From semantics §4 and §5, in words instead of values: a run is right if each line shows on both
sides what is expected of what they showed before it.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from connectors.contact import Contact
from rules.setup import other
from tests.world.history import Setting
from tests.world.joins import Join
from tests.world.planner.readings import Token, can_be_said, is_list, read
from tests.world.planner.world import PlannerWorld
from tests.world.runs import Told
from tests.world.told import Person, Tale, changed_fields
from tests.world.words import LISTS

Sides = Mapping[str, Token]
#: By side the only contact of a person.
Pair = Mapping[str, Contact]


@dataclass
class Known:
    """What both sides are known to have agreed on, by line; a line that is missing is unknown.
    ``lines``: those to judge; ``ids``: by side the contacts that met."""

    lines: Sequence[Join]
    ids: dict[str, str] = field(default_factory=dict)
    agreed: dict[Join, Sides] = field(default_factory=dict)
    #: How often a field was written, by side and name: for the third time it may be held.
    worn: Counter[tuple[str, str]] = field(default_factory=Counter)


def lines_are_right(world: PlannerWorld, tale: Tale) -> Iterator[str]:
    if world.setting.picky:
        return  # what an app refuses comes to it later, or never
    alone = [line for line in world.setting.all_lines if _is_alone(line, world.setting)]
    known = {pid: Known(alone) for pid in tale.people}
    for run, before, after in _runs(world):
        if run.undoes:
            return  # from then on who met may be apart
        if run.kind != "sync":
            continue
        for entry in world.journal.entries[run.first : run.last]:
            if not entry.by_user and entry.before is not None:
                known[entry.person].worn.update((entry.side, x) for x in changed_fields(entry))
        for pid, person in tale.people.items():
            if person.excused or person.mixed:
                continue
            yield from (
                f"person {pid}: run {run.number}: {text}"
                for text in _run(world, tale, run, person, known[pid], before, after)
            )


#: By person and side: by id who is alive.
People = dict[tuple[int, str], dict[str, Contact]]


def _runs(world: PlannerWorld) -> Iterator[tuple[Told, People, People]]:
    people: People = {}
    position = 0

    def upto(end: int) -> People:
        nonlocal position
        for entry in world.journal.entries[position:end]:
            there = people.setdefault((entry.person, entry.side), {})
            there.pop(entry.id, None)
            if entry.is_alive and entry.after is not None:
                there[entry.id] = entry.after
        position = end
        return {place: dict(there) for place, there in people.items() if there}

    for run in world.runs:
        before = upto(run.first)
        yield run, before, upto(run.last)


def _run(
    world: PlannerWorld,
    tale: Tale,
    run: Told,
    person: Person,
    known: Known,
    before: People,
    after: People,
) -> Iterator[str]:
    ids = {side: list(after.get((person.pid, side), {})) for side in "ab"}
    if any(len(there) != 1 for there in ids.values()):
        return
    place = {side: there[0] for side, there in ids.items()}
    then = {side: after[person.pid, side][place[side]] for side in "ab"}
    was = {
        side: contact
        for side in "ab"
        if (contact := before.get((person.pid, side), {}).get(place[side]))
    }
    was_in = tale.was_in(person, run)
    if was_in is not True or not run.is_done:
        known.agreed = known.agreed if was_in is False else {}
    else:
        if known.ids != place:
            known.agreed = dict.fromkeys(world.setting.all_lines)
        yield from _lines(world, known, was, then)
    if was_in is not False:
        known.ids = place  # unless nobody can say whether they have met
    if was_in and run.is_done:
        _find_again(world.setting, known, then)


def _find_again(setting: Setting, known: Known, then: Pair) -> None:
    """What both sides show alike they agree on, however it came about."""
    for line in setting.all_lines:
        if line not in known.agreed:
            shown = _read(line, then, {"a": (), "b": ()})
            if shown["a"] == shown["b"] != ():
                known.agreed[line] = shown


def _read(line: Join, pair: Pair, last: Sides) -> dict[str, Token]:
    return {side: read(line, side, contact, last[side]) for side, contact in pair.items()}


def _lines(world: PlannerWorld, known: Known, was: Pair, then: Pair) -> Iterator[str]:
    for line in known.lines:
        if line not in known.agreed:
            continue
        if any(known.worn[side, x] > 1 for side in "ab" for x in line.real_names(side)):
            del known.agreed[line]
            continue
        if line.of("a") in LISTS and line.of("b") in LISTS:
            continue  # element by element in told.py
        agreed = known.agreed[line]
        last = agreed or {"a": (), "b": ()}
        now = {"a": (), "b": (), **_read(line, was, last)}
        if not agreed and not is_list(line) and len(was) == 2:
            now = {s: read(line, s, was[s], now[other(s)]) for s in "ab"}  # the same is meant
        wanted = _several(line, world.setting, agreed, now) if is_list(line) else None
        wanted = wanted or _single(line, world.setting, agreed, now, was)
        shown = _read(line, then, {side: wanted.shows[side] or () for side in "ab"})
        for side in "ab":
            expected = wanted.shows[side]
            if expected is not None and shown[side] != expected:
                yield (
                    f"I3: {line!r} of {side} is {shown[side]}, not {expected}: agreed on {agreed}, "
                    f"then {now}"
                )
        if wanted.agrees:
            known.agreed[line] = shown
        elif wanted.agrees is None:
            del known.agreed[line]


def _is_alone(line: Join, setting: Setting) -> bool:
    """Does no other line see what it writes?"""
    return not any(
        set(line.real_names(side)) & set(each.real_names(side))
        for each in setting.all_lines
        for side in "ab"
        if each != line and (line.writes(side) or each.writes(side))
    )


@dataclass(frozen=True)
class Wanted:
    """``shows``: None where the judge does not know. ``agrees``: is that agreed on from then on?
    None: nobody can say on what."""

    shows: Mapping[str, Token | None]
    agrees: bool | None = True


def _single(line: Join, setting: Setting, agreed: Sides | None, now: Sides, was: Pair) -> Wanted:
    """One value: an edit flows, an edit beats a clear, of two edits the winner's stays."""
    changed = [s for s in "ab" if not agreed or now[s] != agreed[s]]
    if now["a"] == now["b"] or not changed:
        return Wanted(now)
    filled = [side for side in "ab" if now[side]]
    winner = line.winner or setting.winner
    flowing = [side for side in "ab" if _flows(line, setting, other(side))]
    if len(changed) == 2:
        is_course = bool(agreed) and len(flowing) == 1
        source = (filled if len(filled) == 1 else flowing if is_course else [winner])[0]
    else:
        source = changed[0]
    target = other(source)
    if agreed and not any(agreed.values()) and len(filled) == 2 and len(flowing) < 2:
        return Wanted({"a": None, "b": None}, agrees=None)  # it may count as a first meeting
    if not _flows(line, setting, target):
        return Wanted(now, agrees=not agreed)
    if not now[source] and len(changed) == 1:
        return _clear(line, setting, now, target, was)
    if not can_be_said(now[source]):
        return Wanted(now, agrees=False)
    return Wanted({source: now[source], target: now[source]})


def _clear(line: Join, setting: Setting, now: Sides, target: str, was: Pair) -> Wanted:
    name = line.of(target)
    if setting.never_blank:
        return Wanted(now)
    is_last = name.startswith("emails") and len(was[target].get("emails")) < 2
    if name == setting.required.get(target) or is_last:
        return Wanted(now, agrees=False)
    if name.partition(".")[0] in LISTS:
        return Wanted({**now, target: None})  # another element is shown then
    return Wanted({**now, target: ()})


def _flows(line: Join, setting: Setting, side: str) -> bool:
    return line.writes(side) and setting.may_write(side)


def _several(line: Join, setting: Setting, agreed: Sides | None, now: Sides) -> Wanted:
    """Several options: what is added on either side is added, what is removed is removed."""
    old = agreed or {"a": (), "b": ()}
    come = {side: set(now[side]) - set(old[side]) for side in "ab"}
    gone = {side: set(old[side]) - set(now[side]) for side in "ab"}
    is_both_ways = all(_flows(line, setting, side) for side in "ab")
    told = {word for side in "ab" for word in come[side]}
    are_edits = any(come[side] and gone[side] for side in "ab")
    if not is_both_ways or (are_edits and (gone["a"] & gone["b"] or not can_be_said(tuple(told)))):
        return Wanted({"a": None, "b": None}, agrees=None)
    shows = {}
    for side in "ab":
        given = {word for word in come[other(side)] if can_be_said((word,))}
        shows[side] = tuple(sorted((set(now[side]) | given) - (gone[other(side)] - come[side])))
    if setting.never_blank and not all(shows.values()):
        return Wanted({"a": None, "b": None}, agrees=None)
    return Wanted(shows)

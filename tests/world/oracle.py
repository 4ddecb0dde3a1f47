"""The judge: what must hold of any history, by people's writes and what the apps finally show.

The numbers are those of the invariants: I1 both sides equal; I2 then silence; I3 no word lost;
I4 nobody twice; I5 no deleted contact back; I6 a one-way sync never writes its source; I8 nothing
but mapped fields is written; I12 empty never erases; I13 the brake holds only where somebody
deleted; I15 it ends; I17 a preview writes nothing and says what the run does.
"""

from __future__ import annotations

from collections.abc import Iterator

from connectors.contact import Contact, Value
from connectors.fields import field_named, normals
from sync.models import Run
from tests.world.statements import Statement, last_words
from tests.world.told import Person, Tale, changed_fields
from tests.world.words import LISTS, Word, person_of, value_of, word_of, words_of
from tests.world.world import World


def judge(world: World, has_settled: bool) -> list[str]:
    """What is wrong with how the world is now; empty if nothing is."""
    complaints = [*_writes(world), *_previews(world)]
    if not has_settled:
        complaints.append(f"I2/I15: no silence: {[_line(run) for run in world.runs[-3:]]}")
    if not any(entry.after is None for entry in world.journal.entries):
        held = [run.why for run in world.runs if run.state == Run.State.HELD]
        complaints += [f"I13: held although nobody deleted anything: {why}" for why in held]
    tale = Tale(world)
    for person in tale.people.values():
        if not person.excused:
            complaints += [f"person {person.pid}: {text}" for text in _of(person, world)]
    return complaints


def _line(run: object) -> str:
    return f"{getattr(run, 'state', '')} {getattr(run, 'requests', '')} {getattr(run, 'why', '')}"


def _may_write(world: World, side: str) -> bool:
    return world.setting.direction in ("two-way", "b-to-a" if side == "a" else "a-to-b")


# --- what may be written at all ---


def _writes(world: World) -> Iterator[str]:
    for entry in world.journal.entries:
        if entry.by_user:
            continue
        if not _may_write(world, entry.side):
            yield f"I6: the source {entry.side} was written"
        if foreign := changed_fields(entry) - set(world.setting.fields):
            yield f"I8: {sorted(foreign)} of {entry.side} was written"
        if world.runs[entry.run - 1].kind == Run.Kind.PREVIEW:
            yield f"I17: a preview wrote in {entry.side}"


def _previews(world: World) -> Iterator[str]:
    """Whatever a preview promised, the very next run does, and no more; unless a fault of
    another run, or somebody, came in between."""
    for number, promised in world.previews:
        run = world.runs[number]
        if any(told.faults for told in world.runs[: number + 1]) or run.state != Run.State.DONE:
            continue
        entries = world.journal.entries[world.runs[number - 1].last : run.last]
        if any(entry.by_user for entry in entries):
            continue
        done = sorted(
            ("create" if e.before is None else "update", e.side, e.person) for e in entries
        )
        meant = sorted((verb, side, _person(world, a, b)) for verb, side, _, a, b in promised)
        if done != meant:
            yield f"I17: the preview promised {meant}, the run did {done}"


def _person(world: World, a: str, b: str) -> int:
    side, id = ("a", a) if a else ("b", b)
    versions = world.apps[side].people[id]
    return next(person_of(v.contact) for v in versions if v.contact is not None)


# --- one person ---


def _of(person: Person, world: World) -> Iterator[str]:
    yield from person.complaints
    alive = person.alive
    for side in "ab":
        if len(alive[side]) > 1:
            yield f"I4: {len(alive[side])} contacts in {side}"
    if any(len(alive[side]) > 1 for side in "ab"):
        return
    if person.deleted:
        yield from _survivor(person, world)
        return
    for side, there in (("a", "b"), ("b", "a")):
        if alive[side] and not alive[there] and _may_write(world, there):
            yield f"I1: not in {there}"
    if all(alive[side] for side in "ab"):
        contacts = {s: world.apps[s].contacts()[next(iter(alive[s]))] for s in "ab"}
        for name in world.setting.fields:
            if name not in person.blurred:
                judge_field = _list if name in LISTS else _single
                yield from judge_field(person, name, contacts, world)


def _survivor(person: Person, world: World) -> Iterator[str]:
    """Of somebody deleted on one side: what was said since on the other stands."""
    for side, there in (("a", "b"), ("b", "a")):
        if not person.alive[side] or person.alive[there] or side in person.deleted:
            continue
        contact = world.apps[side].contacts()[next(iter(person.alive[side]))]
        for name in set(world.setting.fields) - set(LISTS):
            said = [s for s in person.said[name] if s.side == side]
            if said and said[-1].at > person.deleted[there]:
                shown = word_of(contact, name)
                if shown != said[-1].word:
                    yield f"I3: {name} of the survivor is {shown}, not {said[-1].word}"


def _single(person: Person, name: str, contacts: dict[str, Contact], world: World) -> Iterator[str]:
    shown = {side: word_of(contacts[side], name) for side in "ab"}
    allowed = {said.word for said in last_words(person.said[name])} or {None}
    if world.setting.direction != "two-way":
        yield from _one_way(person, name, shown, world)
        return
    if world.setting.never_blank and any(said.word is None for said in person.said[name]):
        # A clear stays where it was made: the other side keeps its value.
        if shown["a"] and shown["b"] and shown["a"] != shown["b"]:
            yield f"I1: {name} is {shown}"
        return
    if shown["a"] != shown["b"]:
        yield f"I1: {name} is {shown}"
    for side in "ab":
        if shown[side] not in allowed:
            yield f"I3: {name} of {side} is {shown[side]}, the last words are {allowed}"
        yield from _uncut(person, name, side, contacts[side].get(name), shown[side], world)


def _uncut(
    person: Person, name: str, side: str, value: Value, word: Word | None, world: World
) -> Iterator[str]:
    """A value said where there is room for it is whole wherever there is room for it."""
    limits = {s: world.apps[s].quirks.limits.get(name) for s in "ab"}
    origins = {said.side for said in person.said[name] if said.word == word}
    if word is None or limits[side] or any(limits[origin] for origin in origins):
        return
    field = field_named(name)
    if normals(field, value) != normals(field, value_of(name, word)):
        yield f"I1: {name} of {side} was shortened: {value!r}"


def _one_way(
    person: Person, name: str, shown: dict[str, Word | None], world: World
) -> Iterator[str]:
    """The target shows what the source does, unless somebody said something there."""
    source, target = "ab" if world.setting.direction == "a-to-b" else "ba"
    said_there = {said.word for said in person.said[name] if said.side == target}
    allowed = {shown[source], *said_there}
    if world.setting.never_blank:
        allowed |= {said.word for said in person.said[name]}
    if shown[target] not in allowed:
        yield f"I1: {name} of the target is {shown[target]}, of the source {shown[source]}"


def _list(person: Person, name: str, contacts: dict[str, Contact], world: World) -> Iterator[str]:
    shown = {side: set(words_of(contacts[side], name)) for side in "ab"}
    if any(len(words_of(contacts[s], name)) != len(shown[s]) for s in "ab"):
        yield f"I4: {name} holds an element twice: {[words_of(contacts[s], name) for s in 'ab']}"
    roots = list(dict.fromkeys(said.find() for said in person.said[name]))
    loose = {said.word for said in roots if said.loose}
    by_word: dict[Word | None, list[Statement]] = {}
    for said in roots:
        by_word.setdefault(said.word, []).append(said)
    # Somebody who removes what another had entered independently, before the two have met,
    # says nothing about the other's: then it may stay or go.
    loose |= {w for w, said in by_word.items() if len({s.taken is None for s in said}) > 1}
    stay = {w for w, said in by_word.items() if all(s.taken is None for s in said)} - loose
    gone = {w for w, said in by_word.items() if all(s.taken for s in said)} - loose
    if world.setting.direction != "two-way":
        source, target = "ab" if world.setting.direction == "a-to-b" else "ba"
        said_there = {said.word for said in person.said[name] if said.side == target}
        touched = {s.word for s in roots if s.taken and s.taken[0] == target}
        missing = (shown[source] & stay) - shown[target] - said_there
        if missing and not touched:
            yield f"I1: {name} of the target lacks {missing}"
        return
    if world.setting.never_blank and not all(shown.values()):
        return  # the last element stays where it was not removed
    if name == "emails" and not stay:
        return  # the last address is never removed by a sync
    contested = _contested(person, name)
    if shown["a"] ^ shown["b"]:
        yield f"I1: {name} is {shown['a']} and {shown['b']}"
    for side in "ab":
        if missing := stay - shown[side] - contested:
            yield f"I3: {name} of {side} lost {missing}"
        if (back := shown[side] & gone) and not (world.setting.never_blank and not stay):
            yield f"I3: {name} of {side} has {back} back, which somebody removed"
    if contested & stay and not (contested & shown["a"]):
        yield f"I3: {name} lost all of {contested & stay}"


def _contested(person: Person, name: str) -> set[Word | None]:
    """Where both sides removed one element and put in another, it may count as two edits of
    one element, of which one gives way."""
    removers: set[str] = set()
    for said in person.said[name]:
        if said.taken:
            removers.add(said.taken[0])
        if len(said.heirs) > 1:
            removers = {"a", "b"}
    if len(removers) < 2:
        return set()
    return {said.word for said in person.said[name]}

"""The judge: what must hold of any history, by people's writes and what the apps finally show.

Each invariant is a check of its own, named by its number (I1 … I20): here those of contacts and
fields; ``oracle_writes``: what may be written at all; ``oracle_effects``: tags, rules and marks;
``oracle_runs``: runs, previews and undo. I9, I10, I11, I14 and I18 need no check of their own:
histories with deaths, lost cursors, and repeated ones (``test_world.py``) break the others.
"""

from __future__ import annotations

from collections.abc import Iterator

from connectors.contact import Contact, Value
from connectors.fields import field_named, normals
from tests.world.oracle_effects import effects_of
from tests.world.oracle_runs import runs
from tests.world.oracle_writes import writes
from tests.world.ruling import in_scope
from tests.world.statements import Statement, last_words
from tests.world.told import Person, Tale, changed_fields
from tests.world.words import LISTS, Word, value_of, word_of, words_of
from tests.world.world import World


def judge(world: World, has_settled: bool, tale: Tale | None = None) -> list[str]:
    """What is wrong with how the world is now; empty if nothing is."""
    tale = tale or Tale(world)
    complaints = [*world.complaints, *writes(world, tale), *runs(world, tale, has_settled)]
    for person in tale.people.values():
        if not person.excused:
            found = [*_of(person, tale), *effects_of(person, tale)]
            complaints += [f"person {person.pid}: {text}" for text in found]
    return complaints


# --- one person ---


def _of(person: Person, tale: Tale) -> Iterator[str]:
    yield from person.complaints
    yield from nobody_twice(person, tale)
    if any(len(person.alive[side]) > 1 for side in tale.sides):
        return
    if person.deleted:
        if not person.mixed and not tale.world.setting.ring:
            yield from survivor_keeps_words(person, tale)
        return
    if tale.is_refused(person) or _is_in(person, tale) is not True:
        return
    if tale.was_undone(person):
        return  # what was undone differs until somebody changes it, and who met is apart
    yield from everybody_everywhere(person, tale)
    if not all(person.alive[side] for side in tale.sides):
        return
    contacts = {s: tale.world.apps[s].contacts()[person.the(s)] for s in tale.sides}
    for name in tale.world.setting.mapped:
        if name in person.blurred or name in tale.world.setting.beside:
            continue
        if _goes_to_and_fro(person, name, contacts, tale):
            continue
        if person.mixed or tale.world.has_turned:
            # A direction that is wider than before makes each meet the other for the first time.
            yield from same_everywhere(name, contacts, tale.world)
        elif name in LISTS:
            yield from list_is_right(person, name, contacts, tale.world)
        else:
            yield from single_is_right(person, name, contacts, tale.world)


def _is_in(person: Person, tale: Tale) -> bool | None:
    """Is the person in scope in the end?"""
    world = tale.world
    if world.setting.ring:
        return True
    return in_scope(world.rules, world.setting, tale.lives.now(person.pid))


def nobody_twice(person: Person, tale: Tale) -> Iterator[str]:
    """I4: no contact is created twice."""
    for side in tale.sides:
        if len(person.alive[side]) > 1:
            yield f"I4: {len(person.alive[side])} contacts in {side}"


def everybody_everywhere(person: Person, tale: Tale) -> Iterator[str]:
    """I1: whoever is in scope is in every app that may be written."""
    setting = tale.world.setting
    for side in tale.sides:
        may_write = setting.ring or setting.may_write(side)
        if not person.alive[side] and may_write and any(person.alive.values()):
            if person.mixed:
                continue  # it may have been deleted there while it was here
            yield f"I1: not in {side}"


def survivor_keeps_words(person: Person, tale: Tale) -> Iterator[str]:
    """I3 of somebody deleted on one side: what was said since on the other stands."""
    world = tale.world
    for side, there in (("a", "b"), ("b", "a")):
        if not person.alive[side] or person.alive[there] or side in person.deleted:
            continue
        contact = world.apps[side].contacts()[person.the(side)]
        for name in set(world.setting.mapped) - set(LISTS) - world.setting.beside:
            said = [s for s in person.said[name] if s.side == side]
            if said and there in person.deleted and said[-1].at > person.deleted[there]:
                shown = word_of(contact, name)
                if shown != said[-1].word:
                    yield f"I3: {name} of the survivor is {shown}, not {said[-1].word}"


def _goes_to_and_fro(person: Person, name: str, contacts: dict[str, Contact], tale: Tale) -> bool:
    """Was, or would it be, written for the third time between two values: is it held (§9)?"""
    for side, contact in contacts.items():
        wrote = [x for x in tale.written(side, person.the(side)) if name in changed_fields(x)][-2:]
        if len(wrote) < 2:
            continue
        first, second = ([_shown(y, name) for y in (x.before, x.after)] for x in wrote)
        since = tale.world.journal.entries.index(wrote[-1])
        theirs = [
            _shown(x.after, name)
            for x in tale.world.journal.entries[since:]
            if x.person == person.pid and x.side != side
        ]
        theirs += [_shown(contacts[there], name) for there in contacts if there != side]
        for now in (second[1], _shown(contact, name)):
            for then in (words for words in theirs if words != now):
                by_turns = first[1] == then and second[1] == now
                against = all(now in pair and then in pair for pair in (first, second))
                if by_turns or against:
                    return True
    return False


def _shown(contact: Contact | None, name: str) -> set[Word | None]:
    return set(words_of(contact, name)) if name in LISTS else {word_of(contact, name)}


def same_everywhere(name: str, contacts: dict[str, Contact], world: World) -> Iterator[str]:
    """I1: a single value is the same in all apps."""
    shown = {side: word_of(contact, name) for side, contact in contacts.items()}
    is_two_way = world.setting.direction == "two-way" and name not in world.setting.arrows
    if name in LISTS or not is_two_way or world.kept_filled or any(world.setting.required):
        return
    if len(set(shown.values())) > 1:
        yield f"I1: {name} is {shown}"


def single_is_right(
    person: Person, name: str, contacts: dict[str, Contact], world: World
) -> Iterator[str]:
    """I1 and I3: everywhere the same, one of the last words; I12: an empty value is one only
    where somebody cleared it."""
    shown = {side: word_of(contact, name) for side, contact in contacts.items()}
    allowed = {said.word for said in last_words(person.said[name])} or {None}
    allowed |= person.early(name) if world.setting.ring else set()
    if world.setting.direction != "two-way" or name in world.setting.arrows:
        yield from _one_way(person, name, shown, world)
        return
    cleared = any(said.word is None for said in person.said[name])
    if cleared and (world.kept_filled or name in world.setting.required.values()):
        # A clear stays where it was made: the other side keeps its value.
        if all(shown.values()) and len(set(shown.values())) > 1:
            yield f"I1: {name} is {shown}"
        return
    if len(set(shown.values())) > 1:
        yield f"I1: {name} is {shown}"
    for side in contacts:
        if shown[side] not in allowed:
            yield f"I3: {name} of {side} is {shown[side]}, the last words are {allowed}"
        yield from _uncut(person, name, side, contacts[side].get(name), shown[side], world)


def _uncut(
    person: Person, name: str, side: str, value: Value, word: Word | None, world: World
) -> Iterator[str]:
    """A value said where there is room for it is whole wherever there is room for it."""
    limits = {s: app.quirks.limits.get(name) for s, app in world.apps.items()}
    origins = {said.side for said in person.said[name] if said.word == word}
    if word is None or limits[side] or any(limits[origin] for origin in origins):
        return
    if world.setting.ring and any(limits.values()):
        return  # it may have come by way of an app that cut it
    field = field_named(name)
    if normals(field, value) != normals(field, value_of(name, word)):
        yield f"I1: {name} of {side} was shortened: {value!r}"


def _one_way(
    person: Person, name: str, shown: dict[str, Word | None], world: World
) -> Iterator[str]:
    """The target shows what the source does, unless somebody said something there."""
    if not any(world.setting.flows_to(name, side) for side in "ab"):
        return
    source, target = tuple(_course(name, world))
    said_there = {said.word for said in person.said[name] if said.side == target}
    allowed = {shown[source], *said_there}
    if world.kept_filled or name in world.setting.required.values():
        allowed |= {said.word for said in person.said[name]}
    if shown[target] not in allowed:
        yield f"I1: {name} of the target is {shown[target]}, of the source {shown[source]}"


def _course(name: str, world: World) -> str:
    """Source and target of a field that goes one way."""
    return "ab" if world.setting.flows_to(name, "b") else "ba"


def list_is_right(
    person: Person, name: str, contacts: dict[str, Contact], world: World
) -> Iterator[str]:
    """I1, I3 and I4 of a list, element by element."""
    setting = world.setting
    shown = {side: set(words_of(contact, name)) for side, contact in contacts.items()}
    if any(len(words_of(contacts[s], name)) != len(shown[s]) for s in contacts):
        yield f"I4: {name} holds an element twice: {[words_of(contacts[s], name) for s in shown]}"
    roots = list(dict.fromkeys(said.find() for said in person.said[name]))
    loose: set[Word | None] = {said.word for said in roots if said.loose}
    loose |= person.early(name) if setting.ring else set()
    by_word: dict[Word | None, list[Statement]] = {}
    for said in roots:
        by_word.setdefault(said.word, []).append(said)
    # Somebody who removes what another had entered independently, before the two have met,
    # says nothing about the other's: then it may stay or go.
    loose |= {w for w, said in by_word.items() if len({s.taken is None for s in said}) > 1}
    stay = {w for w, said in by_word.items() if all(s.taken is None for s in said)} - loose
    gone = {w for w, said in by_word.items() if all(s.taken for s in said)} - loose
    if not any(setting.flows_to(name, side) for side in "ab"):
        return
    if setting.direction != "two-way" or name in setting.arrows:
        source, target = tuple(_course(name, world))
        said_there = {said.word for said in person.said[name] if said.side == target}
        touched = {s.word for s in roots if s.taken and s.taken[0] == target}
        missing = (shown[source] & stay) - shown[target] - said_there
        if missing and not touched:
            yield f"I1: {name} of the target lacks {missing}"
        return
    if world.kept_filled and not all(shown.values()):
        return  # the last element stays where it was not removed
    if name == "emails" and not stay:
        return  # the last address is never removed by a sync
    contested = _contested(person, name)
    if any(words != shown["a"] for words in shown.values()):
        yield f"I1: {name} is {shown}"
    for side in shown:
        if lost := stay - shown[side] - contested:
            yield f"I3: {name} of {side} lost {lost}"
        if (back := shown[side] & gone) and not (world.kept_filled and not stay):
            yield f"I3: {name} of {side} has {back} back, which somebody removed"
    # The one that was kept may have been removed afterwards, with nothing put in its place.
    removed = {said.word for said in roots if said.taken and not said.heirs}
    if contested & stay and not (contested & shown["a"]) and not contested & removed:
        yield f"I3: {name} lost all of {contested & stay}"


def _contested(person: Person, name: str) -> set[Word | None]:
    """Where both sides removed one element and put in another, it may count as two edits of
    one element, of which one gives way."""
    removers: set[str] = set()
    for said in person.said[name]:
        removers |= said.takers
        if len(said.heirs) > 1:
            removers |= {"a", "b"}
    if len(removers) < 2:
        return set()
    return {said.word for said in person.said[name]}

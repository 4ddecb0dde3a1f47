"""Runs: that they end, keep to what they announced, stay out of each other's way, and that what
is undone stays undone."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

from rules.setup import Brakes
from sync.models import Run
from tests.world.app import Entry
from tests.world.oracle_writes import TRASH, gone_untold
from tests.world.runs import Told
from tests.world.standing import FACTS
from tests.world.told import Tale, changed_fields
from tests.world.words import LEVEL, person_of, tags_of
from tests.world.world import World


def runs(world: World, tale: Tale, has_settled: bool) -> Iterator[str]:
    yield from silence_comes(world, has_settled)
    yield from brake_holds_only_for_a_reason(world)
    yield from many_marks_are_asked_for(world)
    yield from preview_tells_what_is_done(world)
    yield from one_run_at_a_time(world)
    yield from undo_restores(world)


def silence_comes(world: World, has_settled: bool) -> Iterator[str]:
    """I2 and I15: it ends, and then a run writes nothing and asks each side once."""
    if not has_settled:
        last = [f"{run.of} {run.state} {run.requests} {run.why}" for run in world.runs[-3:]]
        yield f"I2/I15: no silence: {last}"


def brake_holds_only_for_a_reason(world: World) -> Iterator[str]:
    """I13: the brake does not hold a run while nobody deleted anything, nor unsubscribed."""
    if all(entry.is_alive and not _is_unsubscribed(entry) for entry in world.journal.entries):
        held = [run.why for run in world.runs if run.state == Run.State.HELD]
        yield from (f"I13: held although nobody is to be marked: {why}" for why in held)


def _is_unsubscribed(entry: Entry) -> bool:
    return entry.after is not None and entry.after.status == "unsubscribed"


def many_marks_are_asked_for(world: World) -> Iterator[str]:
    """I13: a run that would mark many contacts as deleted asks before."""
    least, share = Brakes.from_json(world.setting.brakes).marks
    people = len({entry.person for entry in world.journal.entries})
    for run in world.runs:
        marked = {entry.person for entry in _of(run, world) if _is_marked(entry)}
        is_first = not any(
            told.is_done and told.kind == "sync" for told in world.runs[: run.number - 1]
        )
        if run.approved or is_first or run.undoes:
            continue
        if len(marked) > least and len(marked) > share * people:
            yield f"I13: run {run.number} marked {len(marked)} of at most {people} pairs unasked"


def _is_marked(entry: Entry) -> bool:
    return TRASH in tags_of(entry.after) - tags_of(entry.before)


def _of(run: Told, world: World) -> list[Entry]:
    """What the run wrote."""
    return [x for x in world.journal.entries if x.run == run.number and not x.by_user]


def preview_tells_what_is_done(world: World) -> Iterator[str]:
    """I17: whatever a preview promised, the very next run does, and no more; unless a fault of
    another run, or somebody, came in between."""
    for number, promised in world.previews:
        if number >= len(world.runs):
            continue
        run = world.runs[number]
        if any(told.faults for told in world.runs[: number + 1]) or not run.is_done:
            continue
        if run.kind != Run.Kind.SYNC or _told_otherwise(run, world.runs[number - 1]):
            continue
        lag = max(app.quirks.lag for app in world.apps.values())
        unseen = world.runs[number - 1].started - timedelta(seconds=lag)
        entries = world.journal.entries[: run.last]
        if any(entry.by_user and entry.at > unseen for entry in entries):
            continue  # what a reading does not show yet, the answer to a write may
        entries, untold = entries[world.runs[number - 1].last :], gone_untold(world)
        done = sorted(
            (x.before is None, x.side, x.person) for x in entries if x.person not in untold
        )
        people = ((made, side, _person(world, a, b)) for made, side, a, b in promised)
        meant = sorted(x for x in people if x[2] not in untold)
        refused = any(world.setting.picky) or any(world.setting.required)
        refused = refused or any(app.quirks.statuses for app in world.apps.values())
        refused = refused or any(FACTS[x].is_final for x in world.setting.real.values())
        if done != meant and not (refused and set(done) <= set(meant)):
            yield f"I17: the preview promised {meant}, the run did {done}"


def _told_otherwise(one: Told, two: Told) -> bool:
    """Had the connection other rules or options?"""
    return (one.rules, one.setting) != (two.rules, two.setting)


def _person(world: World, a: str, b: str) -> int:
    side, id = ("a", a) if a else ("b", b)
    versions = world.apps[side].people[id]
    return next(person_of(v.contact) for v in versions if v.contact is not None)


def one_run_at_a_time(world: World) -> Iterator[str]:
    """I20: of two workers at once the second finds it busy, and does nothing; unless the first
    seems to be dead, and then it finds that it lost its accounts."""
    for run in world.runs:
        if not run.within:
            continue
        first = world.runs[run.within - 1]
        if run.is_done and first.is_done:
            yield f"I20: run {run.number} was done within run {first.number}, which was done too"
        if not run.is_done and run.last > run.first:
            yield f"I20: run {run.number} is {run.state} and wrote"


def undo_restores(world: World) -> Iterator[str]:
    """I16: what an undone run wrote, and nobody touched since, is as it was before; and the next
    run leaves it so."""
    entries = world.journal.entries
    for undo in world.runs:
        if not undo.undoes or not undo.is_done or undo.faults:
            continue
        run = world.runs[undo.undoes - 1]
        later = [x for x in entries[run.first : undo.last] if x.run != run.number or x.by_user]
        refused = {x.person for x in _of(run, world) if _takes_not_back(world, x)}
        for written in _of(run, world):
            if written.person in refused:
                continue
            if written.before is None or any(_is_same(x, written) and x.by_user for x in later):
                continue
            yield from _restored(world, run, undo, written)


def _restored(world: World, run: Told, undo: Told, written: Entry) -> Iterator[str]:
    entries = world.journal.entries
    mine = [x for x in entries if _is_same(x, written)]
    before = next(x.before for x in mine if x.run == run.number)
    others = [x for x in mine if run.last <= entries.index(x) < undo.first]
    touched = {name for x in others for name in changed_fields(x)}
    touched_tags = {tag for x in others for tag in tags_of(x.before) ^ tags_of(x.after)}
    now = [x for x in mine if entries.index(x) < undo.last][-1].after
    if before is None or now is None or now.deleted or world.apps[written.side].refuses(before):
        return
    for name in changed_fields(written) - touched:
        if not before.get(name) and name == world.setting.required.get(written.side):
            continue  # the app takes nobody without it
        if now.get(name) != before.get(name) and not _is_kept_otherwise(world, written.side):
            yield f"I16: {name} of {written.side} is {now.get(name)!r}, not {before.get(name)!r}"
    for tag in (tags_of(written.before) ^ tags_of(written.after)) - touched_tags:
        if (tag in tags_of(now)) != (tag in tags_of(before)):
            yield f"I16: the tag {tag} of {written.side} is not as before the undone run"
    yield from _stays_so(world, undo, written, touched, touched_tags)


def _takes_not_back(world: World, written: Entry) -> bool:
    """Does the app refuse what was there before?"""
    if written.before is None:
        return False
    needed = world.setting.required.get(written.side, "")
    lacks = bool(needed) and not written.before.get(needed)
    return lacks or world.apps[written.side].refuses(written.before)


def _stays_so(
    world: World, undo: Told, written: Entry, touched: set[str], touched_tags: set[str]
) -> Iterator[str]:
    there = {(x.side, x.id) for x in world.journal.entries[: undo.first]}
    for run in world.runs[undo.number :]:
        if run.kind != Run.Kind.SYNC or _told_otherwise(run, world.runs[undo.undoes - 1]):
            continue
        since = [
            x
            for x in world.journal.entries[undo.first : run.last]
            if x.person == written.person and x.by_user
        ]
        edited = touched.union(*(changed_fields(x) for x in since))
        for x in _of(run, world):
            if x.person != written.person or (x.side, x.id) not in there:
                continue
            if edited & world.setting.joined:
                edited |= world.setting.beside
            undone = changed_fields(written) - ({LEVEL} if x.side != written.side else set())
            if again := changed_fields(x) & undone - edited:
                yield f"I16: {again} of {x.side} was undone, and written again"
            tags = tags_of(written.before) ^ tags_of(written.after)
            if not since and (tags_of(x.before) ^ tags_of(x.after)) & tags - touched_tags:
                yield f"I16: {tags} of {x.side} were undone, and changed again at once"


def _is_same(one: Entry, two: Entry) -> bool:
    return (one.side, one.id) == (two.side, two.id)


def _is_kept_otherwise(world: World, side: str) -> bool:
    """An app that rewrites or cuts what it is given shows no old value as it was."""
    quirks = world.apps[side].quirks
    return quirks.normalise or bool(quirks.limits)

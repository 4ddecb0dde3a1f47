"""What the engine may write at all: each of its writes by itself."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from rules.setup import direction_to, other
from sync.models import Run
from tests.world.app import Entry
from tests.world.history import Setting
from tests.world.ruling import Shadows, either, ever, in_scope, named
from tests.world.told import Tale, changed_fields
from tests.world.words import LEVEL, tags_of
from tests.world.world import World

TRASH, UNSUBSCRIBES = "PieSync Trash", "PieSync Unsubscribes"


def writes(world: World, tale: Tale) -> Iterator[str]:
    for entry in world.journal.entries:
        if entry.by_user:
            continue
        yield from source_is_not_written(world, entry)
        yield from only_what_is_named(world, entry)
        yield from preview_writes_nothing(world, entry)
        yield from nothing_is_deleted_nor_subscribed(world, entry)
        if not world.setting.ring:
            yield from left_out_are_not_written(world, tale, entry)


def marks_of(setting: Setting, side: str) -> set[str]:
    """The marks that may be put on contacts of this side."""
    direction = direction_to(side)
    marks = set()
    if direction in setting.sync_deletions:
        marks.add(TRASH)
    if direction in setting.sync_unsubscribes:
        marks.add(UNSUBSCRIBES)
    return marks


def source_is_not_written(world: World, entry: Entry) -> Iterator[str]:
    """I6: a one-way sync never writes its source, but for the marks that are ticked, and what a
    person deletes there."""
    run = world.runs[entry.run - 1]
    is_free = run.setting.ring or run.setting.may_write(entry.side)
    if is_free or run.kind == Run.Kind.BY_HAND:
        return
    tags = tags_of(entry.before) ^ tags_of(entry.after)
    marks = set().union(*(marks_of(x, entry.side) for x in world.settings))
    if changed_fields(entry) or entry.before is None or tags - marks:
        yield f"I6: the source {entry.side} was written: {sorted(tags)} {changed_fields(entry)}"


def only_what_is_named(world: World, entry: Entry) -> Iterator[str]:
    """I8: no field is written that no line writes and no rule sets, no tag that no rule and no
    mark names."""
    run, rules = world.runs[entry.run - 1], ever(world.ruled)
    setting, ring = run.setting, run.setting.ring
    if run.kind == Run.Kind.BY_HAND:
        return
    lines = set(setting.fields if ring else setting.written(entry.side))
    if run.undoes:
        lines |= set(setting.fields)
    side = entry.side if not ring or run.of == "ab" else "-"
    sets = named(rules, side, "set field") & {LEVEL} if side in "ab" else set()
    if foreign := changed_fields(entry) - lines - sets:
        yield f"I8: {sorted(foreign)} of {entry.side} was written"
    ours = named(rules, side, "add tag", "remove tag") if side in "ab" else set()
    tags = tags_of(entry.before) ^ tags_of(entry.after)
    marks = set().union(*(marks_of(x, entry.side) for x in world.settings))
    if foreign := tags - ours - marks:
        yield f"I8: the tags {sorted(foreign)} of {entry.side} were changed"


def preview_writes_nothing(world: World, entry: Entry) -> Iterator[str]:
    """I17: a preview writes nothing."""
    if world.runs[entry.run - 1].kind == Run.Kind.PREVIEW:
        yield f"I17: a preview wrote in {entry.side}"


def nothing_is_deleted_nor_subscribed(world: World, entry: Entry) -> Iterator[str]:
    """§10.1: no contact is deleted or revived, but for those that carry the mark of a deletion,
    by a person. §7: consent is a ratchet."""
    if world.runs[entry.run - 1].kind == Run.Kind.BY_HAND:
        if entry.after is not None:
            yield f"I8: a contact of {entry.side} was written by hand, not deleted"
        elif TRASH not in tags_of(entry.before) and not world.has_undone:
            yield f"I5: a contact of {entry.side} was deleted by hand without the mark"
        return
    if entry.after is None or entry.after.deleted or (entry.before and entry.before.deleted):
        yield f"I5: a contact of {entry.side} was deleted or revived"
        return
    new_status = world.runs[entry.run - 1].setting.new_status
    wanted = entry.before.status if entry.before else new_status
    if world.apps[entry.side].quirks.statuses and entry.after.status != wanted:
        yield f"consent: {wanted} became {entry.after.status} in {entry.side}"


def left_out_are_not_written(world: World, tale: Tale, entry: Entry) -> Iterator[str]:
    """I7: whoever matches no rule is not written, but to take back effects."""
    run = world.runs[entry.run - 1]
    is_marked = bool((tags_of(entry.after) - tags_of(entry.before)) & {TRASH, UNSUBSCRIBES})
    if (
        run.undoes
        or entry.after is None
        or entry.person in gone_untold(world)
        or (entry.before and not changed_fields(entry) - {LEVEL} and not is_marked)
    ):
        return
    moments = list(tale.lives.moments(entry.person, run))
    truth = either(in_scope(run.rules, run.setting, shadows) for shadows in moments)
    was_there = [shadows for shadows in moments if other(entry.side) in shadows]
    if not was_there and not world.apps[other(entry.side)].quirks.tells_deletions:
        return  # its counterpart is gone, which its app tells nobody
    if entry.before is None:
        truth = either(in_scope(run.rules, run.setting, x) for x in _alone(was_there, entry))
    if moments and truth is False and not is_marked:
        what = "made" if entry.before is None else "written"
        yield f"I7: person {entry.person} of {entry.side} was {what} although no rule matches"


def gone_untold(world: World) -> set[int]:
    """Persons who were deleted at some time in an app that tells nobody."""
    deaf = {side for side, app in world.apps.items() if not app.quirks.tells_deletions}
    return {x.person for x in world.journal.entries if x.side in deaf and not x.is_alive}


def _alone(moments: Iterable[Shadows], entry: Entry) -> Iterator[Shadows]:
    """As it was before its counterpart was made."""
    for shadows in moments:
        yield {side: shadow for side, shadow in shadows.items() if side != entry.side}

"""Tags, rules and marks: what is put on, what is taken off, and what stays."""

from __future__ import annotations

from collections.abc import Iterator

from rules.setup import other
from rules.written import WrittenRule
from sync.models import Run
from tests.world.lives import Touch
from tests.world.oracle_writes import TRASH, UNSUBSCRIBES, marks_of
from tests.world.ruling import acting, ended, ever, in_scope, matches, may_leave, named, places
from tests.world.told import Person, Tale
from tests.world.words import LEVEL, tags_of
from tests.world.world import World


def effects_of(person: Person, tale: Tale) -> Iterator[str]:
    """Only of connections in pairs: in a ring other connections see what one put on."""
    world = tale.world
    if world.setting.ring:
        return
    for (_, _, name), touches in tale.lives.touches.items():
        if touches[0].entry.person == person.pid:
            if not _was_unseen(tale, touches):
                yield from what_was_there_stays(world, name, touches)
            yield from nothing_is_repeated(tale, person, name, touches)
            if name == TRASH:
                yield from who_lives_is_not_marked(tale, person, touches)
    if person.mixed or not all(person.is_alone(side) for side in "ab"):
        yield from deleted_is_marked(tale, person)
        return
    if world.has_undone:
        return
    for side in "ab":
        yield from marks_are_right(tale, person, side)
    if _is_shaken(tale, person) or world.has_turned:
        return
    for side in "ab":
        yield from rules_are_carried_out(tale, person, side)
    yield from both_ways_are_equal(tale, person)


def _is_shaken(tale: Tale, person: Person) -> bool:
    """Was anything put on and taken off so often, within a day, that it may be held by now? Or
    was it gone for a while: what was put on it meanwhile is another story."""
    back = [x for x in tale.world.journal.entries if x.person == person.pid and not x.is_alive]
    return (
        bool(back)
        or tale.is_refused(person)
        or any(
            sum(not touch.by_user for touch in touches) > 1
            for (side, id, _), touches in tale.lives.touches.items()
            if (side, id) in person.ids
        )
    )


def _was_unseen(tale: Tale, touches: list[Touch]) -> bool:
    """Did a person touch it where no run could see that yet? An app that knows no conditional
    writes gives no way to tell that it was there before a rule put it there."""
    side = touches[0].entry.side
    if tale.world.apps[side].quirks.conditional_writes:
        return False
    blind = [
        (horizon[side], run.ended)
        for run in tale.world.runs
        if side in (horizon := tale.lives.horizon(run))
    ]
    mine = [touch.entry.at for touch in touches if touch.by_user]
    return any(since < at <= until for at in mine for since, until in blind)


# --- each write ---------------------------------------------------------------------------


def what_was_there_stays(world: World, name: str, touches: list[Touch]) -> Iterator[str]:
    """Effects: what was on a contact before, or was put there by a person, is never taken off,
    but by a rule that removes it or goes both ways; nor what a person wrote into the field."""
    side = touches[0].entry.side
    if name in named(ever(world.ruled), side, "remove tag", "both") or name == LEVEL:
        return
    was_ours = False
    for touch in touches:
        # Put on by a person after us, between two runs nobody can tell it from ours.
        undone = not touch.by_user and world.runs[touch.entry.run - 1].undoes
        if not touch.by_user and not touch.now and not was_ours and not undone:
            yield f"effects: {name} of {side} was taken off, which a person had put there"
        was_ours = was_ours or not touch.by_user


def nothing_is_repeated(
    tale: Tale, person: Person, name: str, touches: list[Touch]
) -> Iterator[str]:
    """Effects: an action is not repeated after a person took it back, until the contact has left
    the rule and come back."""
    world = tale.world
    side = touches[0].entry.side
    if name in named(ever(world.ruled), side, "both") or name in (TRASH, UNSUBSCRIBES):
        return
    for first, undone, again in zip(touches, touches[1:], touches[2:], strict=False):
        if first.by_user or not undone.by_user or again.by_user or first.now != again.now:
            continue
        run, later = (world.runs[touch.entry.run - 1] for touch in (first, again))
        if not run.is_done or undone.index < run.last or later.undoes or run.undoes:
            continue
        between = world.journal.entries[run.first : again.index]
        moved = [x for x in between if x.person == person.pid and x.by_user and x.side != side]
        ruled = any(run.first <= index <= again.index for index, _ in world.ruled[1:])
        if not moved and not ruled:
            yield f"effects: {name or LEVEL} was put on {side} again, which a person took off"


def who_lives_is_not_marked(tale: Tale, person: Person, touches: list[Touch]) -> Iterator[str]:
    """I13 and heirs: nobody is marked as deleted whose counterpart lives, or has an heir, unless
    the app may not have shown the heir yet."""
    for touch in touches:
        if touch.by_user or not touch.now:
            continue
        run, there = tale.world.runs[touch.entry.run - 1], other(touch.entry.side)
        if run.undoes:
            continue
        moments = tale.lives.moments(person.pid, run)
        if all(in_scope(run.rules, run.setting, shadows) is False for shadows in moments):
            continue  # whom no rule wants takes nobody's place
        states = tale.lives.within(person.pid, there, run)
        stayed = set(states[0]).intersection(*states)
        if all(states) and (stayed or not tale.world.apps[there].quirks.lag):
            yield f"I13: {touch.entry.side} was marked as deleted, although it lives in {there}"


# --- in the end ---------------------------------------------------------------------------


def deleted_is_marked(tale: Tale, person: Person) -> Iterator[str]:
    """§7: whoever was deleted, after the two had met, is marked where that is asked for."""
    world = tale.world
    if person.mixed or world.has_undone or "ab" not in person.known or not person.known["ab"]:
        return
    for side, there in (("a", "b"), ("b", "a")):
        if not person.is_alone(side) or there not in person.deleted:
            continue
        if (
            not all(TRASH in marks_of(setting, side) for setting in world.settings)
            or not world.apps[there].quirks.tells_deletions
        ):
            continue
        touches = tale.lives.touched(side, person.the(side), TRASH)
        if any(touch.by_user for touch in touches) or tale.was_ever_out(person):
            continue
        contact = world.apps[side].contacts()[person.the(side)]
        if TRASH not in tags_of(contact) and not _went(person, tale):
            yield f"§7: deleted in {there}, and not marked in {side}"


def _went(person: Person, tale: Tale) -> bool:
    """Did it come back from a deletion before?"""
    gone = [x for x in tale.world.journal.entries if x.person == person.pid and not x.is_alive]
    return len(gone) > 1


def rules_are_carried_out(tale: Tale, person: Person, side: str) -> Iterator[str]:
    """Effects: what rules want that match in the end is there, the first in order having its
    way; what no rule wants any more is as it was before, where all took back what they did."""
    world, shadows = tale.world, tale.lives.now(person.pid)
    if side not in shadows or other(side) not in shadows:
        return
    if in_scope(world.rules, world.setting, shadows) is None:
        return
    rules = ever(world.ruled)
    contact = world.apps[side].contacts()[person.the(side)]
    mine = [rule for rule in acting(world.rules, world.setting) if rule.side != side]
    for name in named(
        [x for x in rules if not x.both_ways], side, "add tag", "remove tag", "set field"
    ):
        if name in named(rules, side, "both"):
            continue
        touches = tale.lives.touched(side, person.the(side), name)
        if any(touch.by_user for touch in touches[1:]) or name in shadows[side].doubts:
            continue
        if touches and _was_unseen(tale, touches):
            continue
        was_put_later = touches and touches[0].by_user and touches[0].entry.was_alive
        truths = [(rule, matches(rule, shadows[other(side)])) for rule in mine]
        wanting = [(rule, truth) for rule, truth in truths if _after(rule, name) is not None]
        if any(truth is None for _, truth in wanting):
            continue
        if touches and _is_late(world, touches[0]) and any(not _after(x, name) for x, _ in wanting):
            continue  # a rule that takes it off had done so before, with nothing to write
        shown = contact.text(LEVEL) if name == LEVEL else name if name in tags_of(contact) else ""
        before = _before(touches)
        wants = [_after(rule, name) for rule, truth in wanting if truth]
        if wants:
            if not wants[0] and was_put_later:
                continue  # what is not there is taken off once, and stays when a person puts it on
            if shown != wants[0]:
                yield f"effects: {name} of {side} is {shown!r}, a rule wants {wants[0]!r}"
        elif shown != before and _all_undo(world, side, name):
            yield f"effects: {name} of {side} is {shown!r}, and was {before!r} before any rule"


def _is_late(world: World, touch: Touch) -> bool:
    """Did a person touch it when a run had been there before, be it broken off?"""
    done = (run.last for run in world.runs if run.kind == Run.Kind.SYNC)
    return touch.by_user and touch.entry.before is not None and touch.index >= min(done, default=0)


def _before(touches: list[Touch]) -> str:
    """What people had left it at."""
    if not touches:
        return ""
    return touches[0].now if touches[0].by_user else touches[0].was


def _after(rule: WrittenRule, name: str) -> str | None:
    """What a rule wants of a tag or the field; None if nothing."""
    for action in rule.actions:
        if rule.both_ways or name != (action.field or action.value):
            continue
        return {"add tag": name, "remove tag": "", "set field": action.value}[action.kind]
    return None


def _all_undo(world: World, side: str, name: str) -> bool:
    """Did every rule that ever wanted it take back what it did, and does none leave silently?"""
    wanting = {(x.name, x.side) for x in ever(world.ruled) if x.side != side and _wants(x, name)}
    return wanting.isdisjoint(may_leave(world.ruled))


def _wants(rule: WrittenRule, name: str) -> bool:
    return _after(rule, name) is not None


def marks_are_right(tale: Tale, person: Person, side: str) -> Iterator[str]:
    """§7: who unsubscribed is marked on the other side; who lives on both sides is not marked
    as deleted."""
    world, there = tale.world, other(side)
    if person.excused or tale.was_ever_out(person) or not person.known["ab"]:
        return
    if tale.is_refused(person):
        return  # whatever else is to be written comes with what the app refuses
    contact = world.apps[side].contacts()[person.the(side)]
    opposite = world.apps[there].contacts()[person.the(there)]
    trash = tale.lives.touched(side, person.the(side), TRASH)
    if trash and len(trash) < 3 and _is_ours(trash) and trash[-1].now:
        yield f"§7: {side} is marked as deleted, and lives in {there}"
    touches = tale.lives.touched(side, person.the(side), UNSUBSCRIBES)
    if (
        all(UNSUBSCRIBES in marks_of(x, side) for x in world.settings)
        and len(touches) < 3
        and _is_ours(touches)
    ):
        made = [x for x in world.journal.entries if x.id == person.the(there) and x.side == there]
        if not made[0].by_user and made[0].after and made[0].after.status == opposite.status:
            return  # nobody unsubscribed: it was made so
        is_out = opposite.status == "unsubscribed"
        if is_out != (UNSUBSCRIBES in tags_of(contact)):
            yield f"§7: {opposite.status} in {there}, tags of {side}: {sorted(tags_of(contact))}"


def _is_ours(touches: list[Touch]) -> bool:
    return not any(touch.by_user for touch in touches)


def both_ways_are_equal(tale: Tale, person: Person) -> Iterator[str]:
    """Both ways: the two memberships are equal, if the rule undoes; else one that was put on is
    on both sides unless somebody took it off; where nobody put it on it is nowhere."""
    world = tale.world
    if len(world.ruled) > 1 or world.setting.direction != "two-way":
        return
    shadows = tale.lives.now(person.pid)
    if in_scope(world.rules, world.setting, shadows) is not True:
        return
    joint = [rule for rule in world.rules if rule.both_ways and rule.on]
    for rule in joint:
        names = places(rule)
        if any(_is_named_twice(world, side, name) for side, name in names.items()):
            continue
        touches = [x for s in "ab" for x in tale.lives.touched(s, person.the(s), names[s])]
        on = {
            side: name in tags_of(world.apps[side].contacts()[person.the(side)])
            for side, name in names.items()
        }
        taken = any(touch.by_user and not touch.now for touch in touches)
        put = any(touch.by_user and touch.now for touch in touches)
        if on["a"] != on["b"] and (rule.undo or not taken):
            yield f"both ways: {names} are {on}"
        if put and not taken and not any(on.values()):
            yield f"both ways: {names} were put on and are {on}"
        if not put and any(on.values()):
            yield f"both ways: {names} are {on}, and nobody put them on"


def _is_named_twice(world: World, side: str, name: str) -> bool:
    plain = [rule for rule in world.rules if not rule.both_ways]
    return name in named(plain, side, "add tag", "remove tag")


# --- after all rules are taken back -------------------------------------------------------


def standing(tale: Tale) -> dict[tuple[str, str, str], str]:
    """What rules that match have put on contacts, and nobody touched since: by side, id and name
    what was there before."""
    world = tale.world
    if world.has_undone or world.has_turned:
        return {}
    found = {}
    for person in tale.people.values():
        if person.excused or person.mixed or not all(person.is_alone(side) for side in "ab"):
            continue
        shadows = tale.lives.now(person.pid)
        for rule in acting(world.rules, world.setting):
            side = other(rule.side)
            if matches(rule, shadows.get(rule.side)) is not True or _is_shaken(tale, person):
                continue
            names = {x.field or x.value for x in rule.actions if _after(rule, x.field or x.value)}
            for name in names - named(ever(world.ruled), side, "both", "remove tag"):
                if _may_be_left(world, rule, side, name):
                    continue
                touches = tale.lives.touched(side, person.the(side), name)
                if not touches or _was_unseen(tale, touches):
                    continue
                if touches[-1].now and not any(x.by_user for x in touches[1:]):
                    found[side, person.the(side), name] = _before(touches)
    return found


def _may_be_left(world: World, rule: WrittenRule, side: str, name: str) -> bool:
    """May another rule, or this one when it asked for something else or was off, have left behind
    what it put there? Then it was there already when this one came."""
    rules, mine = ever(world.ruled), (rule.name, rule.side)
    wanting = {(x.name, x.side) for x in rules if x.side != side and _wants(x, name)}
    return (
        not (wanting - {mine}).isdisjoint(may_leave(world.ruled))
        or mine in ended(world.ruled)
        or any(
            not (x.on or x.take_back) or (not x.undo and (x.conditions or not _wants(x, name)))
            for x in rules
            if (x.name, x.side) == mine
        )
    )


def nothing_of_ours_remains(
    world: World, standing: dict[tuple[str, str, str], str]
) -> Iterator[str]:
    """Effects: after all rules are removed and take back what they did, nothing of ours that is
    still as we left it remains."""
    for (side, id, name), before in standing.items():
        contact = world.apps[side].contacts().get(id)
        if contact is None:
            continue
        shown = contact.text(LEVEL) if name == LEVEL else name if name in tags_of(contact) else ""
        if shown != before:
            yield f"effects: {name} of {side} is {shown!r} after all rules were taken back"

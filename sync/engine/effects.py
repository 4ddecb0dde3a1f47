"""Effects: what rules and marks put on a contact, whose it is, and what was there before.

An effect is known by its *target*: a side, a kind of segment (or "field"), and a name. Several
rules may want the same target; the first in order has its way, the others are remembered as
carried out, so that each acts once. An action is not enforced afterwards: what a person changes
stays until the contact has left the rule and come back.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, fields, replace
from typing import Any

from connectors.contact import Contact, Segment, Value
from connectors.fields import equal, field_named, fold

FIELD = "field"
#: What stands in place of a rule's key for the two marks.
DELETIONS, UNSUBSCRIBES = "deletions", "unsubscribes"


@dataclass(frozen=True, slots=True)
class Effect:
    """``after``: what was wished ("" of a segment: not in it); ``left``: how the app showed it
    when it was done. ``ours``: we put it there; what was there already is never taken back.
    ``by``: the rule that has its way; ``rules``: all that were carried out."""

    side: str
    kind: str
    name: str
    before: str
    after: str
    left: str
    ours: bool
    by: str
    rules: tuple[str, ...]

    @property
    def target(self) -> str:
        return target_of(self.side, self.kind, self.name)


@dataclass(frozen=True, slots=True)
class Want:
    """What a rule that matches wants of a target. ``rule``: its key."""

    rule: str
    side: str
    kind: str
    name: str
    after: str

    @property
    def target(self) -> str:
        return target_of(self.side, self.kind, self.name)


@dataclass(frozen=True, slots=True)
class Move:
    """What becomes of a target. ``effect`` is remembered, None forgets it; with ``writes`` only
    once ``after`` was written in place of ``before``. ``puts_back``: it takes back what was
    ours. ``rule``: on whose account."""

    target: str
    side: str
    kind: str
    name: str
    effect: Effect | None
    rule: str
    before: str = ""
    after: str = ""
    writes: bool = False
    puts_back: bool = False


def target_of(side: str, kind: str, name: str) -> str:
    return f"{side} {kind} {name if kind == FIELD else fold(name)}"


def moves(
    effects: Mapping[str, Effect],
    wants: Sequence[Want],
    contacts: Mapping[str, Contact],
    undo: frozenset[str],
) -> list[Move]:
    """What is to be done about every target that is wanted or was.

    ``wants`` in the order of the rules. ``contacts``: by side; a side that is not there is left
    out, and its targets wait. ``undo``: keys of rules (and marks) that take back what they did.
    """
    wanted: dict[str, list[Want]] = {}
    for want in wants:
        wanted.setdefault(want.target, []).append(want)
    result = []
    for target in [*effects, *(key for key in wanted if key not in effects)]:
        effect, group = effects.get(target), wanted.get(target, [])
        side = effect.side if effect else group[0].side
        if side in contacts and (move := _move(target, effect, group, contacts[side], undo)):
            result.append(move)
    return result


def _move(
    target: str, effect: Effect | None, wants: list[Want], contact: Contact, undo: frozenset[str]
) -> Move | None:
    if effect is None:
        return _first(wants, shown(contact, wants[0].kind, wants[0].name))
    now = shown(contact, effect.kind, effect.name)
    as_left = same(effect.kind, effect.name, now, effect.left)
    if not wants:
        return _leave(target, effect, now, as_left, effect.by in undo)
    return _go_on(effect, wants, now, as_left)


def _first(wants: list[Want], now: str) -> Move:
    top = wants[0]
    there = same(top.kind, top.name, now, top.after)
    effect = Effect(
        top.side, top.kind, top.name, now, top.after, top.after, not there, top.rule, _keys(wants)
    )
    return _moved(effect, top.rule, now, top.after, writes=not there)


def _leave(target: str, effect: Effect, now: str, as_left: bool, undo: bool) -> Move:
    back = undo and effect.ours and as_left
    return Move(
        target,
        effect.side,
        effect.kind,
        effect.name,
        None,
        effect.by,
        now,
        effect.before,
        writes=back and not same(effect.kind, effect.name, now, effect.before),
        puts_back=True,
    )


def _go_on(effect: Effect, wants: list[Want], now: str, as_left: bool) -> Move | None:
    top, keys = wants[0], _keys(wants)
    if top.rule == effect.by and same(top.kind, top.name, top.after, effect.after):
        if keys == effect.rules:
            return None
        if not as_left and (new := _newcomer(effect, wants)):
            # A person took it off or changed it; to a rule that matches only now it is new.
            return _first([replace(new, rule=top.rule), *wants], now)
        return _moved(replace(effect, rules=keys), top.rule, now, now, writes=False)
    was_carried_out = top.rule in effect.rules and top.rule != effect.by
    there = same(top.kind, top.name, now, top.after)
    keeps = effect.ours and as_left
    changed = replace(
        effect,
        by=top.rule,
        rules=keys,
        after=top.after,
        left=top.after,
        before=effect.before if keeps else now,
        ours=keeps or not there,
    )
    if was_carried_out and not as_left:
        # A person changed it meanwhile: the next rule's action, carried out once, stays so.
        changed = replace(changed, ours=False, left=now)
        return _moved(changed, top.rule, now, now, writes=False)
    return _moved(changed, top.rule, now, top.after, writes=not there)


def _newcomer(effect: Effect, wants: Iterable[Want]) -> Want | None:
    """A rule that starts to match and wants what was done already."""
    return next(
        (
            want
            for want in wants
            if want.rule not in effect.rules
            and same(want.kind, want.name, want.after, effect.after)
        ),
        None,
    )


def _moved(effect: Effect, rule: str, before: str, after: str, writes: bool) -> Move:
    return Move(
        effect.target, effect.side, effect.kind, effect.name, effect, rule, before, after, writes
    )


def _keys(wants: Iterable[Want]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(want.rule for want in wants))


# --- what a contact shows, and what it would without us -----------------------------------


def shown(contact: Contact, kind: str, name: str) -> str:
    """A field's value, or the segment as the contact has it; "" where it is not in it."""
    if kind == FIELD:
        return contact.text(name)
    return next((item.name for item in contact.segments if _is(item, kind, name)), "")


def same(kind: str, name: str, one: str, two: str) -> bool:
    if kind == FIELD:
        return equal(field_named(name), one, two)
    return bool(one) == bool(two)


def unaided(contact: Contact, side: str, effects: Iterable[Effect]) -> Contact:
    """The contact as it would be without what we put there, where that is still as we left it:
    what rules of this connection see of it."""
    values: dict[str, Value] = {}
    segments = contact.segments
    for effect in effects:
        if effect.side != side or not effect.ours:
            continue
        now = shown(contact, effect.kind, effect.name)
        if not same(effect.kind, effect.name, now, effect.left):
            continue
        if effect.kind == FIELD:
            values[effect.name] = effect.before
        else:
            segments = frozenset(x for x in segments if not _is(x, effect.kind, effect.name))
            if effect.before:
                segments |= {Segment(effect.kind, effect.before)}
    if not values and segments == contact.segments:
        return contact
    return replace(contact.with_fields(values), segments=segments)


def _is(segment: Segment, kind: str, name: str) -> bool:
    return segment.kind == kind and fold(segment.name) == fold(name)


# --- JSON ---------------------------------------------------------------------------------


_PARTS = tuple(part.name for part in fields(Effect))


def effect_to_json(effect: Effect) -> dict[str, Any]:
    data = {name: getattr(effect, name) for name in _PARTS}
    return {**data, "rules": list(effect.rules)}


def effect_from_json(data: Mapping[str, Any]) -> Effect:
    return Effect(**{**data, "rules": tuple(data["rules"])})

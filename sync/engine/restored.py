"""What an undo puts back on one side: by field and segment what was there before the undone steps,
where it still is as they left it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from connections.stamps import Stamp
from connectors.contact import SEGMENT_KINDS, Contact, Segment, Value, as_entries, value_from_json
from connectors.fields import FieldType, equal, field_named, kept_as, normal, normals
from rules.setup import Setup
from sync.engine import effects
from sync.engine.base import fits
from sync.engine.person import Change, Memory, StepPlan, View

#: Verbs of which nothing can be put back: a contact that was made stays, one that was deleted
#: does not come back.
FINAL = ("create", "delete")


@dataclass(frozen=True, slots=True)
class Done:
    """A step of the audit log that was carried out, oldest first. ``fields``: as the step has
    them."""

    verb: str
    side: str
    fields: Mapping[str, Any] = field(default_factory=dict)
    targets: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Restored:
    """A field or segment of a side: what it showed before the undone steps and after them."""

    side: str
    name: str
    before: Value
    after: Value


def restored(done: Sequence[Done]) -> list[Restored]:
    """By side and name: the value from before the first of the steps, and that of the last."""
    found: dict[tuple[str, str, str], Restored] = {}
    for step in done:
        if step.verb in FINAL:
            continue
        for name, change in step.fields.items():
            before, after = value_from_json(change["before"]), value_from_json(change["after"])
            segment = str(after or before) if name in SEGMENT_KINDS else ""
            key = (step.side, name, effects.target_of(step.side, name, segment))
            first = found.get(key)
            found[key] = Restored(step.side, name, first.before if first else before, after)
    return list(found.values())


def put_back(
    item: Restored,
    view: View,
    memory: Memory,
    setup: Setup,
    what: str,
    taken: frozenset[str],
) -> StepPlan | None:
    contact = view.contact or Contact()
    now = _shown(contact, item)
    if view.gone or view.fault or _same(item, now, item.before):
        return None
    value = _as_it_has_them(item, now)
    label = str(item.after or item.before) if item.name in SEGMENT_KINDS else item.name
    if not _is_as_left(item, now, memory, setup):
        return _refused(item, f"{label} was changed since; it is left as it is.")
    if not value and _is_required(item, setup):
        return _refused(item, f"{label} must not be empty in the app; it is left as it is.")
    if _new_emails(item, now, value) & taken:
        return _refused(item, "Another contact has that e-mail address by now; it is left.")
    is_segment = item.name in SEGMENT_KINDS
    stamp = Stamp(view.stamp(item.name).number + 1, raw=False)
    return StepPlan(
        "undo",
        item.side,
        fields={item.name: Change(now, value)},
        stamps={} if is_segment else {item.name: stamp},
        cause="person",
        why=f"Undone: {what}.",
        calls=True,
    )


def _refused(item: Restored, why: str) -> StepPlan:
    return StepPlan("undo", item.side, why=why, cause="person")


def _as_it_has_them(item: Restored, now: Value) -> Value:
    """The value from before; elements that are there still keep the label they have by now."""
    if not isinstance(item.before, tuple) or not isinstance(now, tuple) or _is_relabelled(item):
        return item.before
    type_ = field_named(item.name).type
    own = (*item.before, *as_entries(item.after))  # what the undone steps made of it goes
    left = [entry for entry in now if entry not in own]
    result = []
    for old in item.before:
        form = normal(type_, old.value)
        same = [] if old in now else [x for x in left if normal(type_, x.value) == form]
        left = [x for x in left if x is not same[0]] if same else left
        result.append(same[0] if same else old)
    return tuple(result)


def _new_emails(item: Restored, now: Value, value: Value) -> frozenset[str]:
    field = field_named(item.name)
    if item.name in SEGMENT_KINDS or field.type != FieldType.EMAIL:
        return frozenset()
    return normals(field, value) - normals(field, now)


def _is_required(item: Restored, setup: Setup) -> bool:
    """Asked of each field by itself, since an app refuses a write as a whole."""
    fields = (line.field(item.side) for line in setup.lines)
    return any(field.name == item.name and field.required for field in fields)


def _shown(contact: Contact, item: Restored) -> Value:
    if item.name in SEGMENT_KINDS:
        return effects.shown(contact, item.name, str(item.after or item.before))
    return contact.get(item.name)


def _same(item: Restored, one: Value, two: Value) -> bool:
    if item.name in SEGMENT_KINDS:
        return bool(one) == bool(two)
    field = field_named(item.name)
    if _is_relabelled(item):
        return one == two
    if isinstance(one, tuple) and isinstance(two, tuple) and len(one) != len(two):
        return False  # one that is there twice, under two labels, is one too many
    return equal(field, one, two)


def _is_relabelled(item: Restored) -> bool:
    """Were only labels changed?"""
    one, two = item.before, item.after
    if item.name in SEGMENT_KINDS or not (isinstance(one, tuple) and isinstance(two, tuple)):
        return False
    return one != two and len(one) == len(two) and equal(field_named(item.name), one, two)


def _is_as_left(item: Restored, now: Value, memory: Memory, setup: Setup) -> bool:
    """Does it show what was written, or what the app made of that at once?"""
    if item.name in SEGMENT_KINDS:
        return bool(now) == bool(item.after)
    field = field_named(item.name)
    if _is_relabelled(item):
        return now == item.after
    if equal(field, item.after, now, setup.region):
        return True
    agreed = any(equal(field, value, now) for value in _agreed_texts(item, memory, setup))
    return agreed and kept_as(field, item.after, now, setup.region)


def _agreed_texts(item: Restored, memory: Memory, setup: Setup) -> Iterable[str]:
    """What the side is agreed, or was left, to show of a single value."""
    if effect := memory.effects.get(effects.target_of(item.side, effects.FIELD, item.name)):
        yield effect["left"]
    for line in setup.lines:
        rows: Sequence[Any] = memory.base.get(line.key) or ()
        if line.field(item.side).name == item.name and fits(rows, single=True):
            a, b = rows[0]
            yield str(value_from_json(a if item.side == "a" else b))


def with_it(contact: Contact, item: Restored, step: StepPlan) -> Contact:
    """The contact once the step was carried out."""
    if not step.calls:
        return contact
    change = step.fields[item.name]
    if item.name not in SEGMENT_KINDS:
        return contact.with_fields({item.name: change.after})
    if item.before:
        segments = contact.segments | {Segment(item.name, str(item.before))}
    else:
        segments = contact.segments - {Segment(item.name, str(change.before))}
    return replace(contact, segments=segments)

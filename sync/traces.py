"""What a record shows of a write that got no answer. Pure but for the rows."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from connections import mirror
from connections.models import Record
from connectors.contact import Contact, Value
from connectors.fields import Field, equal, field_named, kept_as, normals
from rules.setup import Setup
from sync.engine.base import shown_only
from sync.engine.carry import real_names, show
from sync.engine.effects import FIELD
from sync.engine.effects import shown as segment_of
from sync.engine.line import BaseOp
from sync.models import Step
from sync.steps import befores_of, segments_of, values_of

#: Those that were carried out, and the others.
Split = tuple[Sequence[Step], Sequence[Step]]


def carried_out(steps: Sequence[Step], record: Record, setup: Setup, side: str) -> Split:
    """An update of which anything is there was carried out whole. What still is as it was before
    is then not agreed on: it may have been put back, or what is there may be a person's by chance.
    Where only single elements of lists are there, no more than is shown counts."""
    contact = mirror.contact_of(record) or Contact()
    before, sent = befores_of(steps), values_of(steps)
    fields = {name: field_named(name) for name in sent}
    untouched = {x for x in sent if equal(fields[x], before[x], contact.get(x))}
    touched = sent.keys() - untouched
    is_certain = _shows_segments(steps, contact) or any(
        kept_as(fields[x], sent[x], contact.get(x)) for x in touched
    )
    came = any(_came(fields[x], before[x], sent[x], contact.get(x)) for x in touched)
    if record.gone_at is not None or not (is_certain or came):
        return (), steps
    real = {line.key: real_names(line.field(side)) for line in setup.lines}
    for step in steps:
        step.agree = {
            key: ops for key, ops in step.agree.items() if untouched.isdisjoint(real.get(key, ()))
        }
    return (steps, ()) if is_certain else split_as_shown(steps, record, setup, side)


def _came(field: Field, before: Value, sent: Value, now: Value) -> bool:
    """Is an element there that the write was to bring?"""
    is_list = isinstance(sent, tuple) and isinstance(now, tuple)
    return is_list and bool((normals(field, sent) - normals(field, before)) & normals(field, now))


def split_as_shown(steps: Sequence[Step], record: Record, setup: Setup, side: str) -> Split:
    """Of what a write was to bring that counts which is there. So whoever turns out to be another
    one, entered by a person at that very time, is met as strangers are."""
    contact = mirror.contact_of(record) or Contact()
    for step in steps:
        step.agree = _agreed_as_shown(step.agree, contact, setup, side)
        step.effects = {
            target: effect
            for target, effect in step.effects.items()
            if effect is None or _is_left(effect, contact, side)
        }
    lead, *others = steps
    there = [step for step in others if step.agree or step.effects]
    return [lead, *there], [step for step in others if step not in there]


def _agreed_as_shown(
    agree: Mapping[str, Sequence[BaseOp]], contact: Contact, setup: Setup, side: str
) -> dict[str, list[BaseOp]]:
    agreed = {}
    for line in setup.lines:
        if ops := agree.get(line.key):
            shown, field = show(line, side, contact, None, setup), line.field(side)
            agreed[line.key] = shown_only(ops, side, field, shown, setup.region)
    return {key: ops for key, ops in agreed.items() if ops}


def _is_left(effect: Mapping[str, Any], contact: Contact, side: str) -> bool:
    """Is the contact as this effect left it? That of a rule that goes both ways has a place."""
    if "place" in effect:
        return effect["put"] != side or bool(segment_of(contact, *effect["place"]))
    if effect["side"] != side:
        return True
    if effect["kind"] == FIELD:
        return equal(field_named(effect["name"]), effect["after"], contact.get(effect["name"]))
    return bool(segment_of(contact, effect["kind"], effect["name"])) == bool(effect["after"])


def _shows_segments(steps: Sequence[Step], contact: Contact) -> bool:
    """Is it in what it was put in, or out of what it was taken out of? A step is only planned
    where that was not so."""
    add, remove = segments_of(steps)
    return any(segment_of(contact, item.kind, item.name) for item in add) or any(
        not segment_of(contact, item.kind, item.name) for item in remove
    )


def shows(record: Record, steps: Sequence[Step]) -> bool:
    contact = mirror.contact_of(record) or Contact()
    return all(
        kept_as(field_named(name), value, contact.get(name))
        for name, value in values_of(steps).items()
    )

"""What a record shows of a write that got no answer. Pure but for the rows."""

from __future__ import annotations

from collections.abc import Sequence

from connections import mirror
from connections.models import Record
from connectors.contact import Contact, Value
from connectors.fields import Field, equal, field_named, fold, kept_as, normals
from rules.setup import Setup
from sync.engine.base import shown_only
from sync.engine.carry import real_names, show
from sync.models import Step
from sync.steps import befores_of, segments_of, values_of


def was_carried_out(steps: Sequence[Step], record: Record, setup: Setup, side: str) -> bool:
    """Is anything there that was sent? What still is as it was before the write is then not
    agreed on: it may have been put back, or what is there may be a person's by chance. Where
    only single elements of lists are there, no more than these are agreed on. The steps are left
    with that."""
    contact = mirror.contact_of(record) or Contact()
    before, sent = befores_of(steps), values_of(steps)
    fields = {name: field_named(name) for name in sent}
    untouched = {x for x in sent if equal(fields[x], before[x], contact.get(x))}
    touched = sent.keys() - untouched
    is_certain = _shows_segments(steps, contact) or any(
        kept_as(fields[x], sent[x], contact.get(x)) for x in touched
    )
    if not is_certain and not any(
        _came(fields[x], before[x], sent[x], contact.get(x)) for x in touched
    ):
        return False
    real = {line.key: real_names(line.field(side)) for line in setup.lines}
    for step in steps:
        step.agree = {
            key: ops for key, ops in step.agree.items() if untouched.isdisjoint(real.get(key, ()))
        }
    if not is_certain:
        agree_as_shown(steps, record, setup, side)
    return True


def _came(field: Field, before: Value, sent: Value, now: Value) -> bool:
    """Is an element there that the write was to bring?"""
    is_list = isinstance(sent, tuple) and isinstance(now, tuple)
    return is_list and bool((normals(field, sent) - normals(field, before)) & normals(field, now))


def agree_as_shown(steps: Sequence[Step], record: Record, setup: Setup, side: str) -> None:
    """Of what the write was to bring only that is agreed on which is there."""
    contact = mirror.contact_of(record) or Contact()
    for step in steps:
        agreed = {}
        for line in setup.lines:
            if ops := step.agree.get(line.key):
                shown, field = show(line, side, contact, None, setup), line.field(side)
                agreed[line.key] = shown_only(ops, side, field, shown, setup.region)
        step.agree = agreed


def _shows_segments(steps: Sequence[Step], contact: Contact) -> bool:
    """Is it in what it was put in, or out of what it was taken out of? A step is only planned
    where that was not so."""
    add, remove = segments_of(steps)
    inside = {(item.kind, fold(item.name)) for item in contact.segments}
    return any((item.kind, fold(item.name)) in inside for item in add) or any(
        (item.kind, fold(item.name)) not in inside for item in remove
    )


def shows_all_segments(record: Record, steps: Sequence[Step]) -> bool:
    contact = mirror.contact_of(record) or Contact()
    inside = {(item.kind, fold(item.name)) for item in contact.segments}
    put_in = {(item.kind, fold(item.name)) for item in segments_of(steps)[0]}
    return bool(put_in) and put_in <= inside


def shows(record: Record, steps: Sequence[Step]) -> bool:
    contact = mirror.contact_of(record) or Contact()
    return all(
        kept_as(field_named(name), value, contact.get(name))
        for name, value in values_of(steps).items()
    )

"""Stamps: which of two values of a field is the later word, without any clock. Pure.

Every value in the mirror carries a stamp: the number its container had when the value was first
seen (*raw*: it came from outside), or the stamp it was carried here with (not raw: a connection
wrote it). Containers' numbers are Lamport clocks, so stamps of different containers compare. In a
ring of connections the greater stamp wins, which is why the ring settles: raw edits are finite,
and carrying a value never makes it younger. A field that was written while words of its own went
the other way is raw: it holds both.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, NamedTuple

from connectors.contact import Contact, value_from_json
from connectors.fields import equal, field_named


class Stamp(NamedTuple):
    number: int
    raw: bool


#: In a record's stamps the entry of fields that have none of their own.
REST = ""


def stamp_of(stamps: Mapping[str, Any], name: str) -> Stamp:
    number, raw = stamps.get(name) or stamps.get(REST) or (0, True)
    return Stamp(number, bool(raw))


def restamp(
    old: Contact | None,
    new: Contact,
    stamps: Mapping[str, Any],
    written: Mapping[str, Stamp],
    pending: Mapping[str, Any],
    number: int,
) -> dict[str, Any]:
    """The stamps of ``new``, seen as change ``number`` of its container.

    ``written``: stamps of the fields that we have just written. ``pending``: values of a write
    whose answer was lost, ``{field: [value, stamp]}``; where the app now shows such a value, it
    was ours and no person's edit.
    """
    fresh = [number, True]
    if old is None:
        return {REST: fresh, **{name: list(stamp) for name, stamp in written.items()}}
    result = dict(stamps)
    for name in changed_fields(old, new):
        if name in written:
            continue
        value, stamp = pending.get(name, (None, None))
        ours = value is not None and equal(field_named(name), value_from_json(value), new.get(name))
        result[name] = stamp if ours else fresh
    result.update({name: list(stamp) for name, stamp in written.items()})
    return result


def changed_fields(old: Contact, new: Contact) -> Iterable[str]:
    return [name for name in {*old.fields, *new.fields} if old.get(name) != new.get(name)]

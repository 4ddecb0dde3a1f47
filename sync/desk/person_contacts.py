"""The contacts of one person side by side: what each app shows of them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from django.utils.safestring import SafeString

from connections.mirror import contact_of
from connections.models import Record
from connectors.connector import Catalogue
from connectors.contact import SEGMENT_KINDS, Contact, value_to_json
from connectors.fields import STANDARD, field_named
from sync.desk.field_signs import Sign, sign_of
from sync.desk.side_signs import SideSign, sign_of_place
from sync.desk.words import ago, moment, value

#: What is shown beside fields: what it is in, by kind, and its consent; with the icons of these.
_STATUS = "status"
_BESIDE = {**dict.fromkeys(SEGMENT_KINDS, "sell"), _STATUS: "how_to_reg"}


@dataclass(frozen=True, slots=True)
class ToldContact:
    """``gone``: since when it is no longer there; ``fault``: why it could not be understood."""

    record: Record
    sign: SideSign
    read: str
    gone: SafeString | None
    fault: str


@dataclass(frozen=True, slots=True)
class FieldRow:
    """``cells``: each contact's, with the name of where it is."""

    sign: Sign
    cells: Sequence[tuple[str, SafeString]]


def told_contacts(records: Iterable[Record]) -> list[ToldContact]:
    return [
        ToldContact(
            record,
            sign_of_place(record.container),
            ago(record.container.read_at),
            moment(record.gone_at) if record.gone_at else None,
            record.fault,
        )
        for record in records
    ]


def field_rows(contacts: Sequence[ToldContact]) -> list[FieldRow]:
    """Standard fields before those of an app's own, and last what it is in."""
    shown = [_shown(one.record) for one in contacts]
    catalogues = [one.record.container.catalogue for one in contacts]
    names = dict.fromkeys(name for values in shown for name in values)
    ordered = sorted(names, key=_place)
    return [
        FieldRow(
            _sign(name, [c for c, values in zip(catalogues, shown, strict=True) if name in values]),
            [
                (one.sign.name, values.get(name, value("")))
                for one, values in zip(contacts, shown, strict=True)
            ],
        )
        for name in ordered
    ]


def _shown(record: Record) -> Mapping[str, SafeString]:
    contact = contact_of(record)
    return dict(_values(contact)) if contact else {}


def _values(contact: Contact) -> Iterator[tuple[str, SafeString]]:
    for name, content in contact.fields.items():
        yield name, value(value_to_json(content))
    for kind in sorted({segment.kind for segment in contact.segments}):
        names = sorted(x.name for x in contact.segments if x.kind == kind)
        yield kind, value(", ".join(names))
    if contact.status:
        yield _STATUS, value(contact.status)


def _place(name: str) -> tuple[bool, bool, int, str]:
    order = list(STANDARD).index(name) if name in STANDARD else len(STANDARD)
    return name == _STATUS, name in _BESIDE, order, name


def _sign(name: str, catalogues: Sequence[Catalogue]) -> Sign:
    """``catalogues``: of those that have it."""
    if name in _BESIDE:
        return Sign(name.capitalize(), "what it is in" if name != _STATUS else "", _BESIDE[name])
    field = next((found for each in catalogues if (found := each.field(name))), None)
    return sign_of(field or field_named(name), name)

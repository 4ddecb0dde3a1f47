"""A catalogue with a field of every type, and facts about one contact."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from zoneinfo import ZoneInfo

from connectors.connector import Catalogue
from connectors.contact import Contact, Entry, Segment, Value
from connectors.fields import STANDARD, Field, FieldType
from rules.words import Facts

T = FieldType
SIZES = ("Small", "Large, with handles")
#: One field a type, single, and the same as a list.
OF_TYPE = {type_: Field(f"custom:{type_}", f"The {type_}", type_) for type_ in FieldType}
LIST_OF = {
    type_: Field(f"custom:{type_} list", f"All {type_}", type_, many=True) for type_ in FieldType
}
SIZE = Field("custom:Size", "Size", T.CHOICE, options=SIZES)
SCORE = Field("custom:Score", "Score", T.NUMBER)
READ_ONLY = Field("custom:Rank", "Rank", T.NUMBER, writable=False)

CATALOGUE = Catalogue(
    (*STANDARD.values(), *OF_TYPE.values(), *LIST_OF.values(), SIZE, SCORE, READ_ONLY),
    {
        "tag": ("Client", "VIP"),
        "bucket": ("Cold",),
        "label": (),
        "group": ("News",),
        "category": (),
    },
    {"tag": ("Old",)},
    ("subscribed", "unsubscribed", "cleaned"),
)
#: An app that knows only fields.
PLAIN = Catalogue(tuple(STANDARD.values()), tells_deletions=False)

BRUSSELS = ZoneInfo("Europe/Brussels")
NOW = datetime(2026, 11, 23, 0, 30, tzinfo=BRUSSELS)


def facts(
    fields: dict[str, Value] | None = None,
    segments: Iterable[tuple[str, str]] = (),
    status: str = "",
    now: datetime = NOW,
    region: str = "BE",
    existed: bool | None = None,
    deleted: bool = False,
    archived: bool = False,
) -> Facts:
    put_on = frozenset(Segment(kind, name) for kind, name in segments)
    contact = Contact(fields or {}, put_on, status, deleted=archived)
    return Facts(contact, now, region, existed, deleted)


def entries_of(*values: str) -> tuple[Entry, ...]:
    return tuple(Entry(value) for value in values)

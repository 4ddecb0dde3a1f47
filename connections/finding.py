"""Finding contacts of all accounts by what somebody types: the beginning of a name, of its last
part or of an e-mail address, or a whole phone number. Only the index of keys is looked at."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from django.conf import settings
from django.db.models import Q

from connections.mirror import key_value
from connections.models import Container, Key
from connections.name_parts import bare
from connections.plain_text import beginning_with
from connectors.fields import FieldType, fold, normal

_PHONE = re.compile(r"\+?[\d\s()./-]{6,}")


def records_like(text: str, most: int, within: Sequence[Container] = ()) -> list[int]:
    """Ids of records, at most so many: whose name begins so before those of whom a later part of
    the name or an address does, each in the order of the alphabet. ``within``: in these containers
    only."""
    found: dict[int, None] = {}
    for wanted in _wanted(text):
        rows = Key.objects.filter(wanted).order_by("value", "pk")
        if within:
            rows = rows.filter(container__in=within)
        found.update(dict.fromkeys(rows.values_list("record_id", flat=True)[:most]))
    return list(found)[:most]


def _wanted(text: str) -> Iterator[Q]:
    beginning = key_value(fold(text))
    if not beginning:
        return
    if _PHONE.fullmatch(beginning):
        number = key_value(normal(FieldType.PHONE, text, settings.DEFAULT_REGION))
        yield Q(kind=Key.Kind.PHONE, value=number)
    if "@" not in beginning:
        yield Q(kind=Key.Kind.NAME) & beginning_with("value", beginning)
        yield Q(kind=Key.Kind.PART) & beginning_with("value", bare(beginning))
    yield Q(kind=Key.Kind.EMAIL) & beginning_with("value", beginning)

"""By what a text names somebody: addresses, phone numbers, ids in the apps, and names."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import Enum, auto
from functools import cached_property
from typing import Any

from connections.mirror import contact_of
from connections.models import Record
from connections.vault import seal, unseal
from connectors.contact import Contact, value_from_json
from connectors.fields import FieldType, normal
from sync.models import Step, SyncRecord
from sync.watch.erasing.rows import steps_about

#: What stands in their place.
INSTEAD = "erased"
#: A shorter id, number or single name could be anything's.
LEAST = 6
_SHORTEST = 4
_TYPED_LEAST = 3


class By(Enum):
    """How much it takes to be meant."""

    #: An address or an id, which nobody else has.
    ID = auto()
    #: Or a phone number, or a name of several words.
    SURELY = auto()
    #: Or a name of one word, which others may have too.
    AT_ALL = auto()


@dataclass(frozen=True)
class Terms:
    ids: Sequence[str]
    sure: Sequence[str]
    names: Sequence[str]

    @cached_property
    def _patterns(self) -> Mapping[By, re.Pattern[str] | None]:
        return {
            By.ID: _pattern(self.ids),
            By.SURELY: _pattern([*self.ids, *self.sure]),
            By.AT_ALL: _pattern([*self.ids, *self.sure, *self.names]),
        }

    def name(self, value: Any, by: By) -> bool:
        return _is_in(self._patterns[by], value)

    def may_be_meant_by(self, typed: str) -> bool:
        """What somebody typed to find them: a part of a name or an address will do."""
        part = typed.strip().casefold()
        return len(part) >= _TYPED_LEAST and any(
            part in term.casefold() for term in (*self.ids, *self.sure, *self.names)
        )

    def without(self, value: Any, by: By) -> Any:
        """The text, or the JSON value with each of its texts, without them."""
        pattern = self._patterns[by]
        return _replaced(pattern, value) if pattern else value

    def sealed(self) -> str:
        return seal({name: json.dumps(list(getattr(self, name))) for name in _KINDS})

    @classmethod
    def opened(cls, sealed: str) -> Terms:
        opened = unseal(sealed)
        return cls(*(json.loads(opened[name]) for name in _KINDS))


_KINDS = ("ids", "sure", "names")


def terms_of(
    records: Sequence[Record], only_theirs: Callable[[Collection[str]], Collection[str]]
) -> Terms:
    """Also what they were called before, as far as steps tell. ``only_theirs``: of addresses in
    normal form, those that nobody else has."""
    contacts = [contact for record in records if (contact := contact_of(record))]
    pks = [record.pk for record in records]
    rows = [*SyncRecord.objects.filter(a__in=pks), *SyncRecord.objects.filter(b__in=pks)]
    names = {record.title for record in records} | {row.title for row in rows}
    for step in Step.objects.filter(pk__in=steps_about(records)).only("name", "fields"):
        names.add(step.name)
        contacts += [_told(step.fields, when) for when in ("before", "after", "lost")]
    names |= {contact.title for contact in contacts} | {contact.name for contact in contacts}
    sure = {name for name in names if len(name.split()) > 1}
    for contact in contacts:
        sure |= {form for text in contact.texts("phones") for form in _phones(text)}
    emails = {text for contact in contacts for text in contact.texts("emails")}
    theirs = only_theirs({normal(FieldType.EMAIL, text) for text in emails})
    ids = {record.remote_id for record in records} | {*theirs}
    ids |= {text for text in emails if normal(FieldType.EMAIL, text) in theirs}
    return Terms(
        _longer(ids, LEAST),
        _longer(sure - emails, LEAST),
        _longer(names - sure - emails, _SHORTEST),
    )


def _longer(terms: Collection[str], least: int) -> list[str]:
    return sorted(term for term in terms if len(term.strip()) >= least)


def _told(fields: dict[str, Any], when: str) -> Contact:
    """What steps say of the fields by which one is found."""
    found = {
        name: value_from_json(change[when])
        for name, change in fields.items()
        if name in ("emails", "phones", "first_name", "last_name", "full_name") and change.get(when)
    }
    return Contact(found)


def _phones(text: str) -> Collection[str]:
    return {text, normal(FieldType.PHONE, text)}


def _pattern(terms: Iterable[str]) -> re.Pattern[str] | None:
    """As a whole: ``ann@x.org`` is not in ``joann@x.org``, nor in ``ann@x.org.uk``."""
    ordered = sorted({term.strip() for term in terms}, key=len, reverse=True)
    if not ordered:
        return None
    any_of = "|".join(map(re.escape, ordered))
    return re.compile(rf"(?<![\w+-])(?<!\w\.)(?:{any_of})(?![\w-])(?!\.\w)", re.IGNORECASE)


def _is_in(pattern: re.Pattern[str] | None, value: Any) -> bool:
    if pattern is None or value in (None, "", {}, []):
        return False
    if isinstance(value, dict):
        return any(_is_in(pattern, each) for pair in value.items() for each in pair)
    if isinstance(value, list | tuple):
        return any(_is_in(pattern, each) for each in value)
    return isinstance(value, str) and pattern.search(value) is not None


def _replaced(pattern: re.Pattern[str], value: Any) -> Any:
    if isinstance(value, str):
        return pattern.sub(INSTEAD, value)
    if isinstance(value, dict):
        return {_replaced(pattern, key): _replaced(pattern, one) for key, one in value.items()}
    if isinstance(value, list):
        return [_replaced(pattern, one) for one in value]
    return value

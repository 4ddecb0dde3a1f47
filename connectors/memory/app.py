"""The foreign service itself: contacts in a dict, with the quirks of real apps as switches.

What readers are shown may lag behind what was written (``Quirks.lag``), as with a search index;
reading by id is always current. Values are kept as the app likes them (``Quirks.normalise``,
``Quirks.limits``), and the answer of a write shows them so.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from connectors.contact import Contact, Entry, Segment, Value
from connectors.errors import Changed, Gone, Refused
from connectors.fields import STANDARD, Field, FieldType, normal, tidy


@dataclass(frozen=True, slots=True)
class Quirks:
    """What this app can do, and how it differs from what was sent to it."""

    chosen_ids: bool = False
    markers: bool = True
    conditional_writes: bool = True
    #: Deltas by cursor with tombstones; otherwise every reading is a complete listing.
    deltas: bool = True
    #: A write answers with the record as it is now; otherwise only with its id.
    reads_back: bool = True
    unique_emails: bool = False
    #: E-mails in lower case, phones as digits, blanks trimmed.
    normalise: bool = False
    #: Longest text that is kept, by field; the rest is cut off silently.
    limits: Mapping[str, int] = field(default_factory=dict)
    lag: float = 0
    batch: int = 10
    page: int = 100
    segments: frozenset[str] = frozenset({"tag"})
    custom: tuple[Field, ...] = ()


@dataclass(frozen=True, slots=True)
class Version:
    """One state of a person: the number of the change that made it, and when. None: deleted."""

    number: int
    at: datetime
    contact: Contact | None


def quiet(moment: str, call: str) -> None:
    """The interruption that does not happen."""


class MemoryApp:
    """``interrupt(moment, call)`` is called before and after each call from outside: there a
    test edits a contact, loses an answer or pulls the plug."""

    def __init__(self, now: Callable[[], datetime], quirks: Quirks | None = None) -> None:
        self.now = now
        self.quirks = quirks or Quirks()
        self.people: dict[str, list[Version]] = {}
        self.markers: dict[str, str] = {}
        self.number = 0
        self.requests = 0
        self.interrupt: Callable[[str, str], None] = quiet

    # --- what people do in the app ---

    def add(self, contact: Contact, id: str = "", marker: str = "") -> str:
        if self.quirks.unique_emails and (taken := self._holder(contact)):
            raise Refused(f"An address of this contact is already in use by {taken}.")
        id = id or f"c{self.number + 1}"
        if marker:
            self.markers[marker] = id
        created = contact.created or self.now().isoformat()
        self._keep(id, replace(contact, created=created))
        return id

    def edit(self, id: str, changes: Mapping[str, Value]) -> None:
        self._keep(id, self._alive(id).with_fields(changes))

    def tag(self, id: str, add: frozenset[Segment], remove: frozenset[Segment]) -> None:
        contact = self._alive(id)
        self._keep(id, replace(contact, segments=(contact.segments - remove) | add))

    def remove(self, id: str) -> None:
        self._alive(id)
        self._keep(id, None)

    def contacts(self) -> dict[str, Contact]:
        """Everybody alive, as the app shows them now."""
        latest = {id: versions[-1].contact for id, versions in self.people.items()}
        return {id: contact for id, contact in latest.items() if contact is not None}

    # --- what the connector asks ---

    def visible(self, since: int) -> tuple[dict[str, Version], int]:
        """Latest visible version by id of what changed after ``since``, and up to where."""
        horizon = self.now() - timedelta(seconds=self.quirks.lag)
        shown: dict[str, Version] = {}
        upto = since
        for id, versions in self.people.items():
            seen = [version for version in versions if version.at <= horizon]
            if seen and seen[-1].number > since:
                shown[id] = seen[-1]
                upto = max(upto, seen[-1].number)
        return shown, upto

    def current(self, id: str) -> Version:
        version = self.people[id][-1] if id in self.people else None
        if version is None or version.contact is None:
            raise Gone("The contact is no longer in the app.")
        return version

    def create(self, contact: Contact, marker: str) -> tuple[str, bool]:
        """The id, and whether it was there already."""
        id = marker if self.quirks.chosen_ids else ""
        if id and id in self.people and self.people[id][-1].contact is not None:
            return id, True
        return self.add(contact, id, marker), False

    def update(
        self,
        id: str,
        version: str,
        changes: Mapping[str, Value],
        add: frozenset[Segment],
        remove: frozenset[Segment],
    ) -> None:
        current = self.current(id)
        if self.quirks.conditional_writes and version != str(current.number):
            raise Changed("The contact was changed in the app since it was read.")
        contact = self._alive(id).with_fields(changes)
        self._keep(id, replace(contact, segments=(contact.segments - remove) | add))

    # --- inside ---

    def _alive(self, id: str) -> Contact:
        contact = self.current(id).contact
        if contact is None:
            raise Gone("The contact is no longer in the app.")
        return contact

    def _keep(self, id: str, contact: Contact | None) -> None:
        self.number += 1
        kept = contact and self._as_kept(contact)
        self.people.setdefault(id, []).append(Version(self.number, self.now(), kept))

    def _as_kept(self, contact: Contact) -> Contact:
        fields: dict[str, Value] = {}
        for name, value in contact.fields.items():
            limit = self.quirks.limits.get(name)
            if isinstance(value, str):
                text = tidy(value) if self.quirks.normalise else value
                fields[name] = text[:limit]
            else:
                fields[name] = tuple(self._entry(name, entry) for entry in value)[:limit]
        return contact.with_fields(fields)

    def _entry(self, name: str, entry: Entry) -> Entry:
        if not self.quirks.normalise or not isinstance(entry.value, str):
            return entry
        type_ = STANDARD[name].type if name in STANDARD else FieldType.TEXT
        return replace(entry, value=normal(type_, entry.value))

    def _holder(self, contact: Contact) -> str:
        addresses = {normal(FieldType.EMAIL, text) for text in contact.texts("emails")}
        for id, other in self.contacts().items():
            if addresses & {normal(FieldType.EMAIL, text) for text in other.texts("emails")}:
                return id
        return ""

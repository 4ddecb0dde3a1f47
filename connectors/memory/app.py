"""The foreign service itself: contacts in a dict, with the quirks of real apps as switches.

What readers are shown may lag behind what was written (``Quirks.lag``), as with a search index;
reading by id is always current. Values are kept as the app likes them (``keeping``), and the
answer of a write shows them so.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from connectors.contact import Contact, Segment, Value
from connectors.errors import Changed, Gone, Refused
from connectors.fields import FieldType, fold, normal
from connectors.memory import keeping
from connectors.memory.quirks import Quirks

__all__ = ["MemoryApp", "Quirks", "Version", "quiet"]

SUBSCRIBED, UNSUBSCRIBED = "subscribed", "unsubscribed"


@dataclass(frozen=True, slots=True)
class Version:
    """One state of a person: the number of the change that made it, and when.

    ``contact`` is None when deleted, and has its ``deleted`` set when archived.
    """

    number: int
    at: datetime
    contact: Contact | None


def quiet(moment: str, call: str) -> None:
    """The interruption that does not happen."""


class MemoryApp:
    """``interrupt(moment, call)`` is called before and after each call from outside: there a
    test edits a contact, loses an answer or pulls the plug.

    ``markers``: id by marker. ``registers``: by kind the names that the app lists. ``absorbed``:
    by id those that were merged into it. ``number`` counts all changes.
    """

    def __init__(self, now: Callable[[], datetime], quirks: Quirks | None = None) -> None:
        self.now = now
        self.quirks = quirks or Quirks()
        self.people: dict[str, list[Version]] = {}
        self.markers: dict[str, str] = {}
        self.registers: dict[str, list[str]] = {}
        self.absorbed: dict[str, list[str]] = {}
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
        status = contact.status or next(iter(self.quirks.statuses), "")
        self._keep(id, replace(contact, created=created, status=status))
        return id

    def edit(self, id: str, changes: Mapping[str, Value]) -> None:
        self._keep(id, self._alive(id).with_fields(changes))

    def tag(self, id: str, add: frozenset[Segment], remove: frozenset[Segment]) -> None:
        self._keep(id, keeping.regrouped(self._alive(id), add, remove))

    def register(self, kind: str, name: str) -> str:
        """List a name, unless it is there; how the register spells it."""
        _need(kind in self.quirks.registers, f"has no register for the kind {kind}")
        names = self.registers.setdefault(kind, [])
        there = next((item for item in names if fold(item) == fold(name)), "")
        if not there:
            self.number += 1
            names.append(name)
        return there or name

    def unregister(self, kind: str, name: str) -> None:
        """The name is no longer listed, and nobody is in it any more."""
        names = self.registers.get(kind, [])
        self.registers[kind] = [item for item in names if fold(item) != fold(name)]
        self.number += 1
        for id, versions in self.people.items():
            if contact := versions[-1].contact:
                without = keeping.regrouped(contact, (), [Segment(kind, name)])
                if without != contact:
                    self._keep(id, without)

    def unsubscribe(self, id: str) -> None:
        self._set_status(id, UNSUBSCRIBED)

    def subscribe(self, id: str) -> None:
        self._set_status(id, SUBSCRIBED)

    def archive(self, id: str) -> None:
        _need(self.quirks.archives, "has no archive")
        self._keep(id, replace(self._alive(id), deleted=True))

    def restore(self, id: str) -> None:
        """Out of the archive again."""
        contact = self.current(id).contact
        _need(contact is not None and contact.deleted, f"has no {id} in its archive")
        self._keep(id, contact and replace(contact, deleted=False))

    def remove(self, id: str) -> None:
        self.current(id)
        self._keep(id, None)

    def revive(self, id: str) -> None:
        """What was removed comes back under its id."""
        *before, last = self.people[id]
        _need(last.contact is None, f"has not lost {id}")
        contact = before[-1].contact
        self._keep(id, contact and replace(contact, deleted=False))

    def merge(self, winner: str, loser: str) -> None:
        """Two records of one person become one: the loser's values are added to the winner."""
        _need(self.quirks.merges and winner != loser, f"does not merge {loser} into {winner}")
        united = keeping.united(self._alive(winner), self._alive(loser))
        self.remove(loser)
        ids = self.absorbed.setdefault(winner, [])
        ids += [*self.absorbed.pop(loser, ()), loser]
        self._keep(winner, united)

    def contacts(self) -> dict[str, Contact]:
        """Everybody alive, as people see them now; without the archive."""
        latest = {id: versions[-1].contact for id, versions in self.people.items()}
        return {id: x for id, x in latest.items() if x is not None and not x.deleted}

    # --- what the connector asks ---

    def names(self, kind: str) -> tuple[str, ...]:
        """Of a kind of segment: the register, else the names in use."""
        if kind in self.quirks.registers:
            return tuple(sorted(self.registers.get(kind, ())))
        segments = {s for contact in self.contacts().values() for s in contact.segments}
        used = sorted((s.name for s in segments if s.kind == kind), reverse=True)
        return tuple(sorted({fold(name): name for name in used}.values()))

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
        """The id, and whether it was there already (perhaps in the archive by now)."""
        id = marker if self.quirks.chosen_ids else ""
        if id and id in self.people and self.people[id][-1].contact is not None:
            return id, True
        keeping.check(contact.fields, contact, self.quirks, is_new=True)
        keeping.check_segments(contact.segments, self.quirks)
        self._check_consent(contact)
        return self.add(contact, id, marker), False

    def update(
        self,
        id: str,
        version: str,
        changes: Mapping[str, Value],
        add: frozenset[Segment],
        remove: frozenset[Segment],
    ) -> None:
        contact = self._unchanged(id, version).with_fields(changes)
        keeping.check(changes, contact, self.quirks)
        keeping.check_segments(add, self.quirks)
        self._keep(id, keeping.regrouped(contact, add, remove))

    def delete(self, id: str, version: str) -> None:
        if not self.quirks.deletes:
            raise Refused("The app lets nobody delete contacts from outside.")
        self._unchanged(id, version)
        self.remove(id)

    # --- inside ---

    def _alive(self, id: str) -> Contact:
        contact = self.current(id).contact
        if contact is None or contact.deleted:
            raise Gone("The contact is in the archive of the app.")
        return contact

    def _unchanged(self, id: str, version: str) -> Contact:
        contact = self._alive(id)
        if self.quirks.conditional_writes and version != str(self.current(id).number):
            raise Changed("The contact was changed in the app since it was read.")
        return contact

    def _check_consent(self, contact: Contact) -> None:
        """A contact is made with a status, and never in place of one who is not subscribed."""
        if contact.status not in (self.quirks.statuses or ("",)):
            statuses = ", ".join(self.quirks.statuses) or "none"
            raise Refused(f"A new contact cannot be {contact.status!r}; it can be: {statuses}.")
        if not self.quirks.statuses:
            return
        for versions in self.people.values():
            other = versions[-1].contact
            if other and (other.deleted or other.status != SUBSCRIBED) and _meet(contact, other):
                raise Refused("An address of this contact was archived or is not subscribed.")

    def _set_status(self, id: str, status: str) -> None:
        _need(status in self.quirks.statuses, f"knows nobody who is {status}")
        self._keep(id, replace(self._alive(id), status=status))

    def _keep(self, id: str, contact: Contact | None) -> None:
        kept = contact and self._as_kept(contact)
        for ids in self.absorbed.values():
            if kept and id in ids:  # it is back, so it was not merged into another after all
                ids.remove(id)
        self.number += 1
        self.people.setdefault(id, []).append(Version(self.number, self.now(), kept))

    def _as_kept(self, contact: Contact) -> Contact:
        """One of each segment, those of a register as it spells them."""
        spelled = [self._as_spelled(segment) for segment in sorted(contact.segments)]
        bare = replace(keeping.kept(contact, self.quirks), segments=frozenset())
        return keeping.regrouped(bare, spelled, ())

    def _as_spelled(self, segment: Segment) -> Segment:
        if segment.kind not in self.quirks.registers:
            return segment
        return replace(segment, name=self.register(segment.kind, segment.name))

    def _holder(self, contact: Contact) -> str:
        holders = (id for id, other in self.contacts().items() if _meet(contact, other))
        return next(holders, "")


def _meet(one: Contact, two: Contact) -> bool:
    """Do they share an address?"""
    return not _addresses(one).isdisjoint(_addresses(two))


def _addresses(contact: Contact) -> set[str]:
    return {normal(FieldType.EMAIL, text) for text in contact.texts("emails")}


def _need(able: bool, what: str) -> None:
    """A test asks for what its quirks leave out: a fault of the test."""
    if not able:
        raise ValueError(f"This app {what}.")

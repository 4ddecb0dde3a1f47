"""Who else has these addresses, on either side: a few queries for a chunk of contacts."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime

from django.conf import settings
from django.db.models import Q

from connections.days import in_configured_zone
from connections.mirror import key_value
from connections.models import Connection, Container, Key, Record
from connectors.contact import Contact, contact_from_json
from connectors.fields import STANDARD, fold, normals
from rules.setup import other
from sync.engine.match import Neighbours
from sync.engine.person import View
from sync.models import Apart, SyncRecord
from sync.so_far import SoFar
from sync.views import views_of


class Neighbourhood:
    """What is known of everybody who shares an address with one of ``views`` (of ``side``).
    ``so_far``: what this very plan has decided already; ``proposing``: look-alikes are asked
    for, of those with an address too; ``closing``: addresses of deleted contacts are. Asks its
    tables in methods of their own."""

    def __init__(
        self,
        connection: Connection,
        side: str,
        views: Sequence[View],
        so_far: SoFar,
        proposing: bool = True,
        closing: bool = True,
    ) -> None:
        self.connection, self.side = connection, side
        self.region = connection.region or settings.DEFAULT_REGION
        self.containers = {"a": connection.a_id, "b": connection.b_id}
        found = self._holders(Key.Kind.EMAIL, {email for view in views for email in view.emails})
        names = {fold(v.contact.name) for v in views if v.contact} if proposing else set()
        alike = self._holders(Key.Kind.NAME, names - {""})
        self.by_email, self.by_name = found, alike
        ids = {id for holders in (found, alike) for group in holders.values() for id in group}
        self.views = {view.id: view for view in views}
        self.views |= self._shown(ids - self.views.keys())
        self.torn = self._torn()
        standing = _Standing(self._rows(ids), ids, so_far)
        #: By record id: its sync record; that of a pair whose other contact was deleted, which a
        #: new contact of the side of the deletion may join.
        self.rows, self.survivors = standing.rows, standing.survivors
        self.paired = standing.paired
        self.bereaved = standing.bereaved(self._gone(self.survivors) if self.survivors else {})
        self.apart = self._apart([view.id for view in views])
        self.closed = self._closed({email for v in views for email in v.emails} if closing else ())

    def of(self, me: View, met: Collection[int]) -> Neighbours:
        """``met``: contacts that were paired, or got a counterpart planned, in this very run."""
        there = {email: self._views(other(self.side), email) for email in me.emails}
        here = {v.id: v for email in me.emails for v in self._views(self.side, email)}
        here.pop(me.id, None)
        ids = {*here, *(view.id for group in there.values() for view in group)}
        return Neighbours(
            here=list(here.values()),
            there=there,
            paired=frozenset(id for id in ids if id in self.paired or id in met),
            bereaved={id: self.bereaved[id] for id in ids & self.bereaved.keys()},
            closed={email: self.closed[email] for email in me.emails if email in self.closed},
            torn=frozenset(ids & self.torn),
            apart=self.apart.get(me.id, frozenset()),
            proposed=self._look_alikes(me, met),
        )

    def _torn(self) -> frozenset[int]:
        """Those there whose own addresses belong to different contacts here."""
        here, there = self.containers[self.side], self.containers[other(self.side)]
        theirs = {
            id for (place, _), group in self.by_email.items() if place == there for id in group
        }
        emails = {email for id in theirs for email in self.views[id].emails}
        holders = self._holders(Key.Kind.EMAIL, emails)
        torn = set()
        for id in theirs:
            emails_of = self.views[id].emails
            groups = [set(holders.get((here, key_value(email)), ())) for email in emails_of]
            filled = [group for group in groups if group]
            if filled and not set.intersection(*filled):
                torn.add(id)
        return frozenset(torn)

    def _views(self, side: str, email: str) -> list[View]:
        ids: Iterable[int] = self.by_email.get((self.containers[side], key_value(email)), ())
        return [self.views[id] for id in ids if self.views[id].alive]

    def _look_alikes(self, me: View, met: Collection[int]) -> list[View]:
        """Unpaired contacts there with my name and a phone number, or the company, in common. Of
        two with addresses the addresses tell."""
        if me.contact is None:
            return []
        name = key_value(fold(me.contact.name))
        ids = self.by_name.get((self.containers[other(self.side)], name), ())
        return [
            self.views[id]
            for id in ids
            if id not in self.paired
            and id not in met
            and not (me.emails and self.views[id].emails)
            and _alike(me, self.views[id], self.region)
        ]

    def _closed(self, emails: Collection[str]) -> dict[str, str]:
        """Of these addresses those of contacts that were deleted there while their counterparts
        here live, and when that was: a counterpart may have another address by now."""
        found: dict[str, str] = {}
        wanted = frozenset(emails)
        for contact, gone_at in self._lost() if wanted else ():
            for email in normals(STANDARD["emails"], contact.get("emails")) & wanted:
                found[email] = _day(gone_at)
        return found

    # --- what the tables say ---

    def _holders(self, kind: str, values: Collection[str]) -> Mapping[tuple[int, str], list[int]]:
        """By container and key those who are found by it, in the order of first seeing."""
        rows = Key.objects.filter(
            container_id__in=self.containers.values(),
            kind=kind,
            value__in={key_value(value) for value in values},
        )
        holders: dict[tuple[int, str], list[int]] = defaultdict(list)
        for container_id, value, record_id in rows.values_list(
            "container_id", "value", "record_id"
        ).order_by("record_id"):
            holders[container_id, value].append(record_id)
        return holders

    def _shown(self, ids: Collection[int]) -> dict[int, View]:
        return views_of(ids)

    def _rows(self, ids: Collection[int]) -> Iterable[SyncRecord]:
        """The sync records of these contacts, of either side."""
        return SyncRecord.objects.filter(
            Q(a_id__in=ids) | Q(b_id__in=ids), connection=self.connection
        )

    def _gone(self, ids: Collection[int]) -> Mapping[int, datetime]:
        """Of these contacts those that are gone, and since when."""
        rows = Record.objects.filter(pk__in=ids, gone_at__isnull=False)
        return {id: gone_at for id, gone_at in rows.values_list("pk", "gone_at") if gone_at}

    def _apart(self, ids: Collection[int]) -> Mapping[int, frozenset[int]]:
        """By contact those of the other side of whom a person said that they are somebody else."""
        here, there = f"{self.side}_id", f"{other(self.side)}_id"
        rows = Apart.objects.filter(connection=self.connection, **{f"{here}__in": ids})
        found: dict[int, set[int]] = defaultdict(set)
        for mine, theirs in rows.values_list(here, there):
            found[mine].add(theirs)
        return {mine: frozenset(theirs) for mine, theirs in found.items()}

    def _lost(self) -> Iterable[tuple[Contact, datetime]]:
        """The contacts of the other side that were deleted while their counterparts live, and
        when that was."""
        there = other(self.side)
        rows = SyncRecord.objects.filter(
            connection=self.connection,
            state=SyncRecord.State.DELETED_OPPOSITE,
            **{f"{self.side}__gone_at__isnull": True, f"{there}__gone_at__isnull": False},
        )
        columns = (f"{there}__contact", f"{there}__gone_at")
        for data, gone_at in rows.values_list(*columns).iterator():
            if data:
                yield contact_from_json(data), gone_at


def holders_of(container: Container, emails: Iterable[str]) -> dict[str, set[int]]:
    """By key (``mirror.key_value``) the ids of the records that hold these addresses."""
    holders: dict[str, set[int]] = defaultdict(set)
    if keys := {key_value(email) for email in emails}:
        rows = Key.objects.filter(container=container, kind=Key.Kind.EMAIL, value__in=keys)
        for value, id in rows.values_list("value", "record_id"):
            holders[value].add(id)
    return holders


def _alike(one: View, two: View, region: str) -> bool:
    if one.contact is None or two.contact is None:
        return False
    company = fold(one.contact.text("company"))
    if company and company == fold(two.contact.text("company")):
        return True
    return bool(_phones(one.contact, region) & _phones(two.contact, region))


def _phones(contact: Contact, region: str) -> frozenset[str]:
    return normals(STANDARD["phones"], contact.get("phones"), region)


def _day(moment: datetime) -> str:
    return in_configured_zone(moment).strftime("%Y-%m-%d")


class _Standing:
    """What the connection knows of these records: whether they are paired already."""

    def __init__(self, rows: Iterable[SyncRecord], ids: Collection[int], so_far: SoFar) -> None:
        self.rows: dict[int, SyncRecord] = {}
        self.paired: set[int] = set()
        self.survivors: dict[int, SyncRecord] = {}
        for row in rows:
            members = [id for id in (row.a_id, row.b_id) if id is not None]
            self.rows.update(dict.fromkeys(members, row))
            is_parted = row.a_id in so_far.parted or row.state == SyncRecord.State.DELETED_OPPOSITE
            if is_parted and len(members) == 2:
                self.survivors.update(dict.fromkeys(members, row))
            elif len(members) == 2 or row.state == SyncRecord.State.NEW:
                self.paired.update(members)
        self.rows = so_far.completed(self.rows, ids)

    def bereaved(self, gone: Mapping[int, datetime]) -> dict[int, str]:
        """By id of who is left when the counterpart was deleted. ``gone``: since when, by id."""
        dates: dict[int, str] = {}
        for id, row in self.survivors.items():
            opposite = row.b_id if id == row.a_id else row.a_id
            if when := gone.get(opposite or 0):
                dates[id] = _day(when)
        return dates

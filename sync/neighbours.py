"""Who else has these addresses, on either side: two indexed queries for a chunk of contacts."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence

from django.conf import settings
from django.db.models import Q

from connections.models import Connection, Key, Record
from connectors.contact import Contact
from connectors.fields import STANDARD, fold, normals
from rules.setup import other
from sync.engine.match import Neighbours
from sync.engine.person import View
from sync.models import SyncRecord
from sync.views import COLUMNS, view_of


class Neighbourhood:
    """What is known of everybody who shares an address with one of ``views`` (of ``side``)."""

    def __init__(self, connection: Connection, side: str, views: Sequence[View]) -> None:
        self.side = side
        self.containers = {"a": connection.a_id, "b": connection.b_id}
        found = self._holders(Key.Kind.EMAIL, {email for view in views for email in view.emails})
        names = {fold(v.contact.name) for v in views if v.contact and not v.emails}
        alike = self._holders(Key.Kind.NAME, names - {""})
        self.by_email, self.by_name = found, alike
        ids = {id for holders in (found, alike) for group in holders.values() for id in group}
        self.views = {view.id: view for view in views}
        rows = Record.objects.filter(pk__in=ids - self.views.keys()).only(*COLUMNS)
        self.views |= {row.pk: view_of(row) for row in rows}
        self.torn = self._torn()
        standing = _Standing(connection, ids)
        #: By record id: its sync record; that of a pair whose other contact was deleted, which a
        #: new contact of the side of the deletion may join.
        self.rows, self.survivors = standing.rows, standing.survivors
        self.paired = standing.paired

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
            bereaved=frozenset(ids & self.survivors.keys()),
            torn=frozenset(ids & self.torn),
            proposed=[] if me.emails else self._look_alikes(me, met),
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
            groups = [set(holders.get((here, email), ())) for email in self.views[id].emails]
            filled = [group for group in groups if group]
            if filled and not set.intersection(*filled):
                torn.add(id)
        return frozenset(torn)

    def _holders(self, kind: str, values: Collection[str]) -> Mapping[tuple[int, str], list[int]]:
        rows = Key.objects.filter(
            container_id__in=self.containers.values(), kind=kind, value__in=values
        )
        holders: dict[tuple[int, str], list[int]] = defaultdict(list)
        for container_id, value, record_id in rows.values_list(
            "container_id", "value", "record_id"
        ).order_by("record_id"):
            holders[container_id, value].append(record_id)
        return holders

    def _views(self, side: str, email: str) -> list[View]:
        ids: Iterable[int] = self.by_email.get((self.containers[side], email), ())
        return [self.views[id] for id in ids if self.views[id].alive]

    def _look_alikes(self, me: View, met: Collection[int]) -> list[View]:
        """Unpaired contacts there with my name and a phone number, or the company, in common."""
        if me.contact is None:
            return []
        ids = self.by_name.get((self.containers[other(self.side)], fold(me.contact.name)), ())
        return [
            self.views[id]
            for id in ids
            if id not in self.paired and id not in met and _alike(me, self.views[id])
        ]


def _alike(one: View, two: View) -> bool:
    if one.contact is None or two.contact is None:
        return False
    company = fold(one.contact.text("company"))
    if company and company == fold(two.contact.text("company")):
        return True
    return bool(_phones(one.contact) & _phones(two.contact))


def _phones(contact: Contact) -> frozenset[str]:
    return normals(STANDARD["phones"], contact.get("phones"), settings.DEFAULT_REGION)


class _Standing:
    """What the connection knows of these records: whether they are paired already."""

    def __init__(self, connection: Connection, ids: Collection[int]) -> None:
        self.rows: dict[int, SyncRecord] = {}
        self.paired: set[int] = set()
        self.survivors: dict[int, SyncRecord] = {}
        for row in SyncRecord.objects.filter(
            Q(a_id__in=ids) | Q(b_id__in=ids), connection=connection
        ):
            members = [id for id in (row.a_id, row.b_id) if id is not None]
            self.rows.update(dict.fromkeys(members, row))
            if row.state == SyncRecord.State.DELETED_OPPOSITE and len(members) == 2:
                self.survivors.update(dict.fromkeys(members, row))
            elif len(members) == 2 or row.state == SyncRecord.State.NEW:
                self.paired.update(members)

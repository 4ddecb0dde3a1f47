"""Who took a deleted contact's place: before a deletion is concluded, its heir is looked for."""

from __future__ import annotations

from collections.abc import Collection, Iterable

from django.db.models import Q

from connections.mirror import key_value
from connections.models import Connection, Key, Record
from connectors.fields import FieldType, normal
from sync.engine.person import View
from sync.models import SyncRecord
from sync.views import COLUMNS, view_of


class Heirs:
    """Of the gone contacts of one side, by id: live, unpaired contacts of that side that the app
    says they were merged into, or that have one of their addresses."""

    def __init__(self, connection: Connection, side: str, gone: Collection[View]) -> None:
        self._by_id: dict[int, list[View]] = {}
        if not gone:
            return
        container = connection.container(side)
        named = dict(
            Record.objects.filter(pk__in=[view.id for view in gone])
            .exclude(heir="")
            .values_list("pk", "heir")
        )
        emails = {view.id: _emails(view) for view in gone}
        keys = Key.objects.filter(
            container=container,
            kind=Key.Kind.EMAIL,
            value__in={email for found in emails.values() for email in found},
        )
        holders = list(keys.values_list("value", "record_id"))
        rows = Record.objects.filter(
            Q(pk__in={id for _, id in holders}) | Q(remote_id__in=set(named.values())),
            container=container,
            gone_at=None,
        )
        found = {row.pk: row for row in rows.only(*COLUMNS)}
        paired = _paired(connection, side, found)
        free = {pk: row for pk, row in found.items() if pk not in paired}
        by_remote = {row.remote_id: row for row in free.values()}
        for view in gone:
            survivor = by_remote.get(named.get(view.id, ""))
            ids = {id for email, id in holders if email in emails[view.id] and id in free}
            heirs = [survivor] if survivor else [free[id] for id in sorted(ids)]
            self._by_id[view.id] = [view_of(row) for row in heirs]

    def of(self, gone: View, met: Collection[int]) -> list[View]:
        """``met``: contacts that were paired in this very run."""
        return [view for view in self._by_id.get(gone.id, ()) if view.id not in met]


def _emails(view: View) -> frozenset[str]:
    texts = view.contact.texts("emails") if view.contact else ()
    return frozenset(key_value(normal(FieldType.EMAIL, text)) for text in texts)


def _paired(connection: Connection, side: str, ids: Iterable[int]) -> set[int]:
    rows = SyncRecord.objects.filter(
        connection=connection, a__isnull=False, b__isnull=False, **{f"{side}__in": list(ids)}
    )
    return set(rows.values_list(f"{side}_id", flat=True))

"""The rows that are about somebody, wherever they are kept by column."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from django.db.models import Q, QuerySet

from connections.models import Connection, Record
from sync.belonging import sync_records_of
from sync.models import Step, SyncRecord
from sync.search_keys import name_key


def sync_records_about(records: Sequence[Record]) -> QuerySet[SyncRecord]:
    return SyncRecord.objects.filter(sync_records_of([record.pk for record in records]))


def steps_about(records: Sequence[Record]) -> set[int]:
    """By their sync records; by the ids of the contacts, which steps outlive; and those that have
    neither and tell of somebody of the same name."""
    rows = list(sync_records_about(records))
    found = set(_pks(Step.objects.filter(sync_record__in=[row.pk for row in rows])))
    ids = _ids(records)
    for side in "ab":
        for container, remote_ids in ids.items():
            here = set(Connection.objects.filter(**{side: container}).values_list("pk", flat=True))
            about = Step.objects.filter(**{f"{side}_remote__in": remote_ids})
            of = about.values_list("pk", "connection_id")
            found |= {pk for pk, connection in of if connection in here}
    names = {row.name_key for row in rows} | {name_key(record.title) for record in records}
    nameless = Step.objects.filter(
        Q(a_remote="", b_remote=""), sync_record=None, name_key__in=names - {""}
    )
    return found | set(_pks(nameless))


def _ids(records: Sequence[Record]) -> Mapping[int, list[str]]:
    found: dict[int, list[str]] = {}
    for record in records:
        found.setdefault(record.container_id, []).append(record.remote_id)
    return found


def _pks(steps: QuerySet[Step]) -> Iterable[int]:
    return steps.values_list("pk", flat=True)

"""Who belongs together: the contacts of several apps that connections keep equal are one person."""

from __future__ import annotations

from collections.abc import Collection, Iterable

from django.db.models import Q

from sync.models import SyncRecord


def together(ids: Iterable[int]) -> list[frozenset[int]]:
    """Records by their ids, grouped by person in the order of ``ids``: with those that any
    connection pairs them with, and those that others pair these with. A query each time it goes
    one app further."""
    wanted = list(ids)
    groups = {id: {id} for id in wanted}
    news: Collection[int] = list(groups)
    while news:
        pairs = _pairs(news)
        news = {id for pair in pairs for id in pair} - groups.keys()
        groups.update({id: {id} for id in news})
        for a, b in pairs:
            _unite(groups, a, b)
    return list(dict.fromkeys(frozenset(groups[id]) for id in wanted))


def sync_records_of(ids: Collection[int]) -> Q:
    return Q(a__in=ids) | Q(b__in=ids)


def _pairs(ids: Collection[int]) -> list[tuple[int, int]]:
    """Those who were parted are two people."""
    rows = SyncRecord.objects.filter(sync_records_of(ids)).exclude(state=SyncRecord.State.APART)
    return [(a, b) for a, b in rows.values_list("a_id", "b_id") if a and b]


def _unite(groups: dict[int, set[int]], a: int, b: int) -> None:
    if groups[a] is not groups[b]:
        groups[a] |= groups[b]
        for id in groups[b]:
            groups[id] = groups[a]

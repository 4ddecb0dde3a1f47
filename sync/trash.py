"""The Trash inbox: contacts marked since their counterpart was deleted, and contacts that were made
by a run that was undone since. Staff may delete them deliberately; nothing else ever does."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from connections.models import Connection
from rules.setup import other
from sync.engine.effects import DELETIONS, effect_from_json, same, shown
from sync.engine.person import View
from sync.engine.undo import UNDONE
from sync.models import Step, SyncRecord
from sync.views import views_of


@dataclass(frozen=True, slots=True)
class Thrown:
    """A contact of ``side`` that may be deleted there; ``why`` it is in the inbox."""

    row: SyncRecord
    side: str
    view: View
    why: str


def trash_of(connection: Connection) -> list[Thrown]:
    """By name."""
    found = [*_marked(connection), *_left_apart(connection)]
    return sorted(found, key=lambda item: (item.row.title.casefold(), item.row.pk))


def _marked(connection: Connection) -> list[Thrown]:
    state = SyncRecord.State.DELETED_OPPOSITE
    rows = list(SyncRecord.objects.filter(connection=connection, state=state))
    views = _views(rows)
    found = []
    for row in rows:
        for data in row.effects.values():
            if data.get("by") != DELETIONS:
                continue
            effect = effect_from_json(data)
            view = views.get(getattr(row, f"{effect.side}_id"))
            if view is None or view.gone or view.contact is None or not effect.ours:
                continue
            if same(effect.kind, effect.name, shown(view.contact, effect.kind, effect.name), "on"):
                why = f"Deleted in {other(effect.side).upper()}; marked {effect.name}."
                found.append(Thrown(row, effect.side, view, why))
    return found


def _left_apart(connection: Connection) -> list[Thrown]:
    apart = SyncRecord.objects.filter(
        connection=connection, state=SyncRecord.State.APART, cause=UNDONE
    )
    rows = {row.pk: row for row in apart}
    views = _views(list(rows.values()))
    made = Step.objects.filter(sync_record__in=rows, verb="create", result=Step.Result.DONE)
    found = []
    for pk, side in dict(made.order_by("pk").values_list("sync_record_id", "side")).items():
        row = rows[pk]
        view = views.get(getattr(row, f"{side}_id"))
        if view is not None and not view.gone and view.contact is not None:
            why = "Made by a run that was undone; nothing keeps it in sync."
            found.append(Thrown(row, side, view, why))
    return found


def _views(rows: Sequence[SyncRecord]) -> dict[int, View]:
    ids = {id for row in rows for id in (row.a_id, row.b_id) if id}
    return views_of(ids)

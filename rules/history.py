"""Every change of what a connection is told to do: kept as text, told as differences."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

from connections.models import Connection, Container
from rules.configuration.change import Change
from rules.configuration.changes import beginning, differences
from rules.configuration.dumping import dump
from rules.configuration.whole import WholeConnection, whole_text
from rules.models import Revision


def record_revision(connection: Connection, by: Any = None, source: str = "") -> Revision | None:
    """Keep the connection's configuration if it differs from the latest kept.

    ``by`` is the user who saved it, or None; ``source`` is the file it came from.
    """
    text = dump([connection.name], whole=True)
    latest = connection.revisions.first()
    if latest and latest.text == text:
        return None
    return Revision.objects.create(
        connection=connection, name=connection.name, text=text, by=by, source=source
    )


@dataclass(frozen=True, slots=True)
class Told:
    """``changes``: None when its text, or the one before, cannot be read any more."""

    revision: Revision
    changes: Sequence[Change] | None


def told(revisions: Sequence[Revision], *, with_first: bool) -> list[Told]:
    """What each of them changed, as ``loadconfig`` says it. Takes one query.

    ``revisions`` of one connection in a row, the newest first. The last is what the one above it
    is compared with; ``with_first``: it is the first of all and told too, as what was made.
    """
    texts = _read(revisions)
    found = [
        Told(revision, differences(old, new) if old and new else None)
        for revision, (new, old) in zip(revisions, pairwise(texts), strict=False)
    ]
    if with_first and revisions:
        made = texts[-1]
        found.append(Told(revisions[-1], beginning(made) if made else None))
    return found


def _read(revisions: Sequence[Revision]) -> list[WholeConnection | None]:
    rows = Container.objects.select_related("account")
    containers = {(row.account.name, row.remote_id): row for row in rows}
    return [whole_text(each.text, containers) for each in revisions]

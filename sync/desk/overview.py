"""What the page of a connection tells: how it stands, what it is made of, what it did."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.utils import timezone

from connections.mappings import joined_fields
from connections.models import Connection
from connectors.connector import Catalogue
from rules.configuration.wishes import stored_rules
from rules.lines import HeldLine, lines_of
from rules.rows import catalogues_of
from sync.brakes import waiting_hold
from sync.desk import standing
from sync.desk.arrows import flow_of
from sync.desk.field_signs import Sign, sign_of
from sync.desk.foreseen import is_current, latest_preview
from sync.desk.held import hold_of
from sync.desk.option_words import direction_label, direction_meaning, options_in_words
from sync.desk.personal import one_shown_to, shown_to
from sync.desk.places import OPTIONS, PREVIEW, START, label_of, url_of
from sync.desk.progress import progress_of
from sync.desk.rule_words import told_rules
from sync.desk.side_signs import SideSign, signs_of
from sync.desk.words import ago, told
from sync.models import Run
from sync.watch.pulse import heard


@dataclass(frozen=True, slots=True)
class ToldLine:
    """A line of the mapping that is on. ``held``: why it is left out just now, or ""."""

    a: Sign
    arrow: str
    b: Sign
    held: str


@dataclass(frozen=True, slots=True)
class ToldSide:
    sign: SideSign
    read: str
    attention: str


@dataclass(frozen=True, slots=True)
class Following:
    """What a draft waits for."""

    label: str
    url: str


def overview_of(connection: Connection, user: Any) -> dict[str, Any]:
    """Everything but what a person may do, as the template takes it: for ``user``, who may not
    see what a run quotes of contacts."""
    runs = shown_to(user, standing.latest_runs(connection))
    last = one_shown_to(user, standing.last_sync(connection))
    now_open = next((run for run in runs if standing.is_open(run)), None)
    signs, catalogues = signs_of(connection), catalogues_of(connection)
    names = {side: sign.name for side, sign in signs.items()}
    rows = list(connection.mappings.all())
    held = waiting_hold(connection)
    return {
        "worker_heard": heard(timezone.now()),
        "troubles": standing.troubles_of(connection, last),
        "hold": hold_of(connection, held, user) if held and not now_open else None,
        "sides": [_side(sign) for sign in signs.values()],
        "signs": signs,
        "direction": direction_label(connection.direction, names),
        "direction_meaning": direction_meaning(connection.direction, names),
        "arrow": connection.direction,
        "rules": told_rules(connection, stored_rules(connection), catalogues, names),
        "lines": list(_lines(connection, rows, catalogues)),
        "lines_off": sum(not row.on for row in rows),
        "options": options_in_words(connection, catalogues, names),
        "progress": progress_of(now_open) if now_open else None,
        "is_starting": _is_starting(connection, now_open),
        "last_run": last,
        "last_run_ago": ago(last.finished_at) if last else "",
        "counts": standing.counts_of(connection) if last else [],
        "runs": [(run, told(run), ago(run.requested_at)) for run in runs],
        "following": _following(connection),
    }


def _is_starting(connection: Connection, now_open: Run | None) -> bool:
    """Somebody has started the draft, or a pilot of it."""
    is_draft = connection.state == Connection.State.DRAFT
    return is_draft and now_open is not None and now_open.kind == Run.Kind.SYNC


def _side(sign: SideSign) -> ToldSide:
    container = sign.container
    return ToldSide(sign, _read(container.read_at), container.account.attention)


def _read(at: datetime | None) -> str:
    return f"read {ago(at)}" if at else "not read yet"


def _lines(
    connection: Connection, rows: list[Any], catalogues: Mapping[str, Catalogue]
) -> Iterator[ToldLine]:
    on = [row for row in rows if row.on]
    found = lines_of(on, catalogues["a"], catalogues["b"])
    for row, line in zip(on, found, strict=True):
        a, b = joined_fields(row.a, row.b, catalogues["a"], catalogues["b"])
        held = line.why if isinstance(line, HeldLine) else ""
        flows = flow_of(connection.direction, row.arrow)
        if not held and not flows:
            held = "nothing flows this way in the direction of the connection."
        yield ToldLine(sign_of(a, row.a), flows or "–", sign_of(b, row.b), held)


def _following(connection: Connection) -> Following | None:
    """Of one that is no draft nothing."""
    if connection.state != Connection.State.DRAFT:
        return None
    word = START if is_current(connection, latest_preview(connection)) else PREVIEW
    if connection.revisions.count() <= 1:
        word = OPTIONS  # nobody has changed anything yet
    return Following(label_of(word), url_of(connection, word))

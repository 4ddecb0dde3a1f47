"""Making one connection again what an earlier text of it says.

Nothing else changes: not its accounts, which are others' too and whose passwords no text has, and
not its state, for a text that says *active* would approve a first run, or end a pause.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

from django.db import transaction

from connections.models import Account, Connection
from rules.configuration.change import Change
from rules.configuration.connections import WantedConnection, read_connections
from rules.configuration.document import read_document
from rules.configuration.loading import Plan, plan_of, save
from rules.configuration.looks import Looking, as_last_read, look_at
from rules.configuration.problems import Place, Problem, Problems
from rules.configuration.wishes import has_run, stored_connections
from rules.setup import Setup

SOURCE = "history"
_KEPT = ("state",)


@dataclass(frozen=True, slots=True)
class WayBack:
    """``changes`` is empty when everything is like that already. ``setups``: the connection with
    what it becomes for contacts, where that differs."""

    changes: tuple[Change, ...] = ()
    warnings: tuple[Problem, ...] = ()
    setups: tuple[tuple[Connection, Setup], ...] = ()


def what_going_back_changes(connection: Connection, text: str) -> WayBack:
    """What ``go_back`` would do, judged by what the apps offered when last asked: nothing is
    stored and no app is asked.

    Raises ConfigurationError with all that is in the way.
    """
    problems = Problems()
    return _way_back(_plan(connection, text, problems, as_last_read), problems)


def go_back(connection: Connection, text: str, by: Any) -> WayBack:
    """The text is checked like a file that is loaded, with what the apps offer now. ``by``: the
    user, for the history.

    Raises ConfigurationError with all that is in the way; nothing is then stored.
    """
    problems = Problems()
    plan = _plan(connection, text, problems, look_at)
    with transaction.atomic():
        save(plan, by, SOURCE, _KEPT)
    return _way_back(plan, problems)


def _way_back(plan: Plan, problems: Problems) -> WayBack:
    return WayBack(plan.of_connections, tuple(sorted(problems.warnings)), plan.setups)


def _plan(connection: Connection, text: str, problems: Problems, look: Looking) -> Plan:
    found = list(read_connections(read_document(text, problems)).values())
    if len(found) != 1:
        problems.error(Place(1, "connections"), "This is not the text of one connection.")
    problems.stop()
    (written,) = found
    stored = stored_connections()
    row = stored.pop(connection.name)
    if written.name in stored:
        problems.error(
            written.place,
            f"Another connection is named {written.name} by now. Rename that one first.",
        )
        problems.stop()
    wanted = _without_lost_accounts(_without_what_is_kept(written), row, problems)
    # The row is known by the name that it is to have again.
    return plan_of({}, {wanted.name: wanted}, {**stored, wanted.name: row}, problems, look)


def _without_what_is_kept(wanted: WantedConnection) -> WantedConnection:
    options = {name: value for name, value in wanted.options.items() if name not in _KEPT}
    return replace(wanted, options=options)


def _without_lost_accounts(
    wanted: WantedConnection, row: Connection, problems: Problems
) -> WantedConnection:
    """Once it has run its sides stay anyhow, so an account that was renamed is in nobody's way."""
    if not has_run(row):
        return wanted
    there = set(Account.objects.values_list("name", flat=True))
    lost: dict[str, Any] = {}
    for side in ("a", "b"):
        given = wanted.side(side)
        if given and given.account not in there:
            lost[side] = None
            problems.warn(
                given.place,
                f"There is no account {given.account!r} any more. The connection has run: its "
                f"side {side} stays {row.container(side)}.",
            )
    return replace(wanted, **lost)

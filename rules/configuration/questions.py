"""What has to be asked of the apps: which container each side means, and what it offers."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from connections.models import Connection
from rules.configuration.connections import WantedConnection
from rules.configuration.problems import Place, Problems


@dataclass(frozen=True, slots=True)
class Question:
    """``container`` as the file calls it; "" is the only one there is."""

    account: str
    container: str
    place: Place


def questions_of(
    wanted: Iterable[WantedConnection], stored: Mapping[str, Connection], problems: Problems
) -> dict[tuple[str, str], Question]:
    """By connection and side: what has to be asked of which account."""
    found: dict[tuple[str, str], Question] = {}
    for connection in wanted:
        row = stored.get(connection.name)
        for side in ("a", "b"):
            question = _question(connection, side, row, problems)
            if question:
                found[connection.name, side] = question
    return found


def _question(
    wanted: WantedConnection, side: str, row: Connection | None, problems: Problems
) -> Question | None:
    given = wanted.side(side)
    kept = row.container(side) if row else None
    if given is None and kept is None:
        if side not in wanted.named:
            problems.error(wanted.at[side], f"A new connection needs its side {side}.")
        return None
    if given is None or (kept and not given.container and given.account == kept.account.name):
        assert kept
        return Question(kept.account.name, kept.remote_id, wanted.at[side])
    return Question(given.account, given.container, given.place)

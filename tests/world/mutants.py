"""The engine with one error planted in it: proof that the judge would see such an error.

Each mutant replaces one function of the product while it lasts, and names the histories in which
its error shows; the engine as it is comes through them well.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from connections import mirror, observe
from connections.models import Container
from connectors.connector import Connector
from sync import apply, recover, settle, sides
from sync.engine import merge_single, plan
from sync.engine.person import Decision
from sync.steps import discard
from tests.world.history import Event, History, Setting

#: What replaces what: (module or class, name of a function in it, the replacement).
Plant = tuple[object, str, Any]


@dataclass(frozen=True)
class Mutant:
    """``plants``: what is replaced while it lasts; ``histories``: in one of them it shows."""

    name: str
    plants: Sequence[Plant]
    histories: Sequence[History]

    @property
    def part(self) -> str:
        """The room in which it is planted, of connectors and the engine also the folder."""
        target = self.plants[0][0]
        where = getattr(target, "__module__", None) or getattr(target, "__name__", "")
        room, _, rest = where.partition(".")
        folder, _, file = rest.partition(".")
        return f"{room}.{folder}" if file and room in ("connectors", "sync") else room

    @contextmanager
    def planted(self) -> Iterator[None]:
        sound = [(target, name, getattr(target, name)) for target, name, _ in self.plants]
        try:
            for target, name, replacement in self.plants:
                setattr(target, name, replacement)
            yield
        finally:
            for target, name, original in sound:
                setattr(target, name, original)


ONE: Event = ("add", "a", 1, (("company", (1,)), ("emails", (1,)), ("notes", (1,))))
BOTH_SIDES = (ONE, ("add", "b", 1, ONE[3]))
SETTING = Setting(fields=("company", "emails", "notes"))
LATE = {"lag": 300}
NO_MARKER = {"markers": False}


def _history(*events: Event, **setting: Any) -> History:
    return History(replace(SETTING, **setting), events)


# --- the errors ---


def _observe_token_first(
    container: Container,
    connector: Connector,
    now: Callable[[], datetime],
    commit: observe.Commit,
    tell: observe.Tell,
) -> None:
    """The token is stored before the data that it covers."""
    changes = connector.changes(
        container.remote_id, container.cursor, lambda ids: mirror.versions(container, ids)
    )
    pages = list(changes)
    with commit():
        Container.objects.filter(pk=container.pk).update(cursor=pages[-1].ending.cursor)
    for page in pages:
        with commit():
            row = mirror.locked(container)
            observe._absorb_page(row, page, {}, set(), now(), 0)
            row.save(update_fields=["number", "cursor", "read_at", "full_at"])
    container.refresh_from_db()


def _forget_create(setup: object, side: object, steps: Any, now: Any, commit: Any) -> None:
    """A create that was sent is forgotten, so it is planned again."""
    with commit():
        discard(steps, now())


def _forget_updates(setup: object, side: object, calls: Any, now: Any, commit: Any) -> None:
    """An update that was sent is forgotten: whatever is shown is taken for a person's edit."""
    with commit():
        discard([step for steps in calls for step in steps], now())


def _forget_pair(sides: object, memory: object, setup: object, scope: object) -> Decision:
    """A deleted contact leaves no trace, so its counterpart seems to be new."""
    return Decision(state="")


def _agreed_as_shown(
    settlement: Any, sent: Any, old: Any, shown: Any, adopted: bool,
    agreed: Callable[..., Any] = settle.Settlement._agreed,
) -> Any:  # fmt: skip
    """What an adopted create shows is taken as agreed, not what was sent."""
    return agreed(settlement, sent, old, shown, False)


def _absent_at_once(container: Container, seen: set[str], now: datetime, lag: float) -> list[str]:
    """What a listing does not name is gone, even if it was written a moment ago."""
    rows = Container.objects.get(pk=container.pk).records.filter(gone_at=None)
    return [id for id in rows.values_list("remote_id", flat=True) if id not in seen]


_KILLS = [("commit", number, "after", "kill") for number in range(5, 13)]

MUTANTS = [
    Mutant(
        "token stored before the data",
        [(sides, "observe", _observe_token_first)],
        [
            _history(ONE, ("run",), ("set", "a", 1, "company", 12), death, ("run",))
            for death in _KILLS
        ],
    ),
    Mutant(
        "no create intent",
        [(recover, "_recover_create", _forget_create)],
        [_history(ONE, ("at", 3, "after", "kill"), ("run",), ("run",), b=LATE)],
    ),
    Mutant(
        "recovery does not wait the lag",
        [(recover, "timedelta", lambda seconds: timedelta(0))],
        [_history(ONE, ("at", 3, "after", "kill"), ("run",), ("run",), b={**LATE, **NO_MARKER})],
    ),
    Mutant(
        "no update intent",
        [
            (recover, "_recover_updates", _forget_updates),
            (apply, "_note_pending", lambda batch: None),
        ],
        [
            _history(
                ONE, ("run",), ("set", "a", 1, "company", 12), ("at", 3, "after", "kill"),
                ("run",), ("set", "a", 1, "company", 14), winner="b",
            )
        ],
    ),
    Mutant(
        "adopted create without what was sent as base",
        [(settle.Settlement, "_agreed", _agreed_as_shown)],
        [_history(ONE, ("at", 3, "after", "kill"), ("run",), ("set", "b", 1, "company", 12))],
    ),
    Mutant(
        "stale versions accepted",
        [
            (mirror, "_is_late", lambda record, version, now, lag: False),
            (mirror, "doubtful", lambda container, received, now, lag: []),
        ],
        [
            _history(
                *BOTH_SIDES, ("tick", 400), ("run",), ("set", "b", 1, "company", 12),
                ("tick", 400), ("run",), ("set", "b", 1, "notes", 14), ("tick", 150),
                ("set", "a", 1, "company", 13), ("run",), ("tick", 200),
                ("set", "a", 1, "company", 15), ("run",), b=LATE, winner="b",
            )
        ],
    ),
    Mutant(
        "absent is deleted, without grace",
        [(mirror, "absent", _absent_at_once)],
        [
            _history(
                ONE, ("run",), ("run",), ("set", "a", 1, "company", 12), ("run",),
                ("tick", 400), ("run",), b={**LATE, "deltas": False},
            )
        ],
    ),
    Mutant(
        "deleted contacts made again",
        [(plan, "_deleted", _forget_pair)],
        [
            _history(
                ONE, ("run",), ("tick", 400), ("run",), ("delete", "b", 1), ("run",),
                ("run",), ("run",), ("set", "a", 1, "company", 12),
            )
        ],
    ),
    Mutant(
        "exact comparison and nothing read back",
        [
            (merge_single, "equal", lambda field, one, two, region="": one == two),
            (settle, "read_back", lambda ops, *rest: ops),
        ],
        [
            _history(
                *BOTH_SIDES, ("run",), ("set", "a", 1, "notes", 13), ("run",),
                ("set", "a", 1, "company", 14), b={"limits": {"notes": 8}},
            )
        ],
    ),
]  # fmt: skip

"""Errors planted in meeting, merging, directions, leases, brakes, what is heard of a change, the
Trash inbox, previews and undo."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from connectors import session
from rules.setup import Line, Setup
from sync import brakes, leases, run, trash
from sync.engine import match, merge_list, merge_single
from sync.engine.line import Choice
from sync.models import Lease
from tests.world.history import Event, History, Setting
from tests.world.mutants import BOTH_SIDES, ONE, Mutant
from tests.world.mutants_rules import MARKS, RUN

PEOPLE = tuple(("add", "a", pid, ONE[3]) for pid in (1, 2, 3, 4))
FIELDS = ("company", "emails", "notes")


def _history(*events: Event, **setting: Any) -> History:
    return History(Setting(fields=FIELDS, **setting), events)


# --- the errors ---


def _nobody_is_known(me: Any, near: Any) -> list[Any]:
    """Nobody is found by an address, so that everybody seems to be new."""
    return []


def _winner_erases(line: Line, shown: Any, setup: Setup) -> Any:
    """At the first meeting the winner's empty value erases the other's."""
    choice = Choice(setup.wins(line), by_policy=True)
    return merge_single._write(line, shown, choice, overwrites=True)


def _winner_always(line: Line, shown: Any, setup: Setup, source: str) -> Any:
    """The winner's value is written also where only the other one was edited."""
    return _winner_erases(line, shown, setup)


def _removal_stays(self: Any, row: Any, source: str, rows: Any) -> None:
    """What one side removed from a list stays on the other."""
    self.agreed.append([row.base, None])


def _any_direction(setup: Setup, line: Line, side: str) -> bool:
    """Arrows and the direction are not looked at."""
    return True


def _take_from_others(held: leases.Held) -> None:
    """Whoever wants an account has it, whether or not another is at work with it."""
    rows = Lease.objects.filter(account__in=held.accounts)
    for account in held.accounts:
        Lease.objects.get_or_create(account_id=account)
    rows.update(owner=held.host.owner, until=held.host.now() + leases.TTL)
    held.fences = dict(rows.values_list("account_id", "fence"))


def _never_hold(*given: Any) -> list[str]:
    """The brake never holds."""
    return []


def _all_are_thrown(
    row: Any, views: Any, sound: Callable[..., Any] = trash._found
) -> trash.Thrown | None:
    """Whose counterpart was deleted is in the Trash inbox, marked or not."""
    side = next((side for side in "ab" if trash._alive(row, side, views)), "")
    view = trash._alive(row, side, views) if side else None
    return sound(row, side, view, views, "") if view else None


def _any_row(connection: Any) -> Any:
    rows = trash.SyncRecord.objects.filter(state=trash.State.DELETED_OPPOSITE)
    return rows.filter(connection=connection)


def _do_again(
    error: Exception, where: str, safe: bool, sound: Callable[..., Any] = session.fault_of
) -> Any:
    """A change whose answer was lost is sent once more at once."""
    return sound(error, where, True)


def _write_while_looking(journey: Any) -> bool:
    """A preview goes on and writes."""
    return False


def _always_in_full(self: Any, held: Any, sides: str = "ab", in_full: bool = False) -> None:
    """Every run reads both sides twice."""
    for _ in range(2):
        _OBSERVE(self, held, sides, in_full)


_OBSERVE = run.Sides.observe

PART_MUTANTS = [
    Mutant(
        "nobody found by an address",
        [(match, "_candidates", _nobody_is_known)],
        [_history(ONE, ("add", "b", 1, (("emails", (1,)),)), RUN)],
    ),
    Mutant(
        "empty winner erases at the first meeting",
        [(merge_single, "_first_match", _winner_erases)],
        [_history(ONE, ("add", "b", 1, (("emails", (1,)),)), RUN, winner="b")],
    ),
    Mutant(
        "winner decides where one side changed",
        [(merge_single, "_one_changed", _winner_always)],
        [_history(*BOTH_SIDES, RUN, ("set", "b", 1, "company", 12), ("tick", 400))],
    ),
    Mutant(
        "removal from a list does not flow",
        [(merge_list._ListMerge, "_one_removed", _removal_stays)],
        [
            _history(
                ("add", "a", 1, (("company", (1,)), ("emails", (1, 11)))), RUN, ("tick", 400),
                RUN, ("take", "a", 1, "emails", 1),
            )
        ],
    ),
    Mutant(
        "direction ignored",
        [(Setup, "flows", _any_direction)],
        [_history(*BOTH_SIDES, RUN, ("set", "b", 1, "company", 12), direction="a-to-b")],
    ),
    Mutant(
        "account taken from others",
        [(leases.Held, "take", _take_from_others)],
        [
            History(
                Setting(ring=True),
                (ONE, ("add", "c", *ONE[2:]), ("at", call, "after", "overlap", "bc"), RUN),
            )
            for call in (1, 2, 3)
        ],
    ),
    Mutant(
        "brake never holds",
        [
            (run, "reasons_to_hold", _never_hold),
            (run, "shrunken_sides", lambda *given: ([], brakes.Tally())),
        ],
        [
            _history(
                *PEOPLE, RUN, *(("delete", "a", pid) for pid in (1, 2, 3)), RUN,
                sync_deletions=MARKS, brakes={"marks": [1, 0.1]},
            )
        ],
    ),
    Mutant(
        "unmarked are in the Trash inbox",
        [(trash, "_marked", _all_are_thrown), (trash, "_rows", _any_row)],
        [_history(*PEOPLE, RUN, ("delete", "a", 1), RUN, ("bin",))],
    ),
    Mutant(
        "lost answer asked for again",
        [(session, "fault_of", _do_again)],
        [
            History(
                Setting(fields=("company", "emails"), real={"b": "google"}),
                (ONE, ("at", call, "after", "lost"), RUN),
            )
            for call in range(2, 8)
        ],
    ),
    Mutant(
        "who stood still goes on",
        [(leases.Held, "assure", lambda held: None)],
        [
            History(
                Setting(fields=("emails",), real={"a": "google", "b": "contactually"}),
                (
                    *(("add", "b", pid, (("emails", (1,)),)) for pid in (1, 2)),
                    ("at", 5, "after", "stall", 700), RUN,
                ),
            )
        ],
    ),
    Mutant(
        "preview writes",
        [(run.Journey, "is_preview", property(_write_while_looking))],
        [_history(ONE, ("preview",))],
    ),
    Mutant(
        "everything read twice",
        [(run.Sides, "observe", _always_in_full)],
        [_history(ONE, RUN)],
    ),
]  # fmt: skip

"""Whether rules, options and mappings of a file fit together: within each connection, and over
all that there will be."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace

from connections.joining import place_of
from connections.models import Connection
from rules.clashes import Clash, clashes_of
from rules.configuration.connections import WantedConnection
from rules.configuration.problems import Place, Problems
from rules.configuration.wished import setup_of_wish
from rules.configuration.wishes import Wish, options_of
from rules.cycles import Joined, cycles_of
from rules.marking import SYNC_DELETIONS, SYNC_UNSUBSCRIBES, missing_for
from rules.rows import setup_of
from rules.setup import Rule, Setup, other
from rules.words import is_negative


def check_wishes(
    wishes: Iterable[Wish],
    wanted: Mapping[str, WantedConnection],
    stored: Mapping[str, Connection],
    problems: Problems,
) -> dict[str, Setup]:
    """By connection, what it will be."""
    found = {wish.name: (wish, setup_of_wish(wish)) for wish in wishes}
    for name, (wish, setup) in found.items():
        _check_rules(wish, setup, wanted[name], problems)
        _check_marks(wish, setup, wanted[name], problems)
        _check_new_status(wish, setup, wanted[name], problems)
    _check_cycles(found, stored, problems)
    return {name: setup for name, (_, setup) in found.items()}


# --- Rules --------------------------------------------------------------------------------


def _check_rules(wish: Wish, setup: Setup, wanted: WantedConnection, problems: Problems) -> None:
    for clash in clashes_of(setup):
        place = _place(clash, wanted)
        if clash.grave:
            problems.error(place, clash.text)
        elif wanted.rules is not None:
            problems.warn(place, clash.text)
    if not (setup.rules_of("a") or setup.rules_of("b")):
        problems.warn(
            wanted.at["rules"],
            f"No rule of connection {wish.name} is in force, so no contact is synced. Leave "
            "rules out, or write one without conditions, to sync everything.",
        )


def _place(clash: Clash, wanted: WantedConnection) -> Place:
    """Where the rule stands in the file; of a stored one the connection's place."""
    for each in wanted.rules or ():
        if each.rule.name == clash.rule:
            if clash.part == "then":
                at = each.actions_at[clash.number]
                return at["field" if each.rule.actions[clash.number].field else "value"]
            return each.at[clash.part]
    place = wanted.at["rules"]
    return replace(place, key=f"{place.key} ({clash.rule})")


# --- Options ------------------------------------------------------------------------------


def _check_marks(wish: Wish, setup: Setup, wanted: WantedConnection, problems: Problems) -> None:
    """A direction is possible where its first side can tell, and its second can carry the mark.
    What the file does not name, or is stored so already, is told and left alone."""
    stored = options_of(wish.stored) if wish.stored else {}
    sides = {"a": wish.a, "b": wish.b}
    for option in (SYNC_DELETIONS, SYNC_UNSUBSCRIBES):
        for direction in getattr(setup, option):
            missing = missing_for(option, direction, wish.catalogues, sides)
            if not missing:
                continue
            text = f"{direction} is not possible: {' and '.join(missing)}."
            if direction in stored.get(option, ()):
                problems.warn(wanted.at[option], f"{text} It is stored so already.")
            else:
                problems.error(wanted.at[option], text)


def _check_new_status(
    wish: Wish, setup: Setup, wanted: WantedConnection, problems: Problems
) -> None:
    place, status = wanted.at["new_status"], setup.new_status
    if "new_status" in wanted.named and "new_status" not in wanted.options:
        return  # what it says is no status: told already
    is_stored = bool(wish.stored and wish.stored.new_status == status)
    if status and not setup.consent:
        text = "Neither app asks for consent, so there is no status to give. Leave it out."
        _tell(problems, place, text, is_stored)
    for side in setup.consent:
        offered, where = wish.catalogues[side].statuses, wish.side(side)
        if not _creates(setup, side):
            continue
        if not status:
            text = (
                f"Contacts will be made in {where}, an app with consent: say with which status. "
                f"There is: {', '.join(choosable(offered))}. There is no default."
            )
            is_draft = wish.options["state"] == Connection.State.DRAFT
            _tell(problems, place, text, is_stored and is_draft)
        elif status not in offered:
            text = f"{where} has no status {status!r}. There is: {', '.join(choosable(offered))}."
            _tell(problems, place, text, is_stored)


def _tell(problems: Problems, place: Place, text: str, is_stored: bool) -> None:
    """What is stored so already does not keep the rest of a file from being loaded."""
    if is_stored:
        problems.warn(place, text)
    else:
        problems.error(place, text)


def choosable(offered: Iterable[str]) -> list[str]:
    """Of the statuses that an app knows, those that a new contact can be given."""
    return [status for status in Connection.NewStatus.values if status in offered]


def _creates(setup: Setup, side: str) -> bool:
    return any(not _needs_a_counterpart(rule) for rule in setup.rules_of(other(side)))


def _needs_a_counterpart(rule: Rule) -> bool:
    return any(item.kind == "exists" and not is_negative(item.op) for item in rule.conditions)


# --- Over all connections -----------------------------------------------------------------


def _check_cycles(
    found: Mapping[str, tuple[Wish, Setup]],
    stored: Mapping[str, Connection],
    problems: Problems,
) -> None:
    joined = [
        Joined(name, wish.a.place, wish.b.place, setup) for name, (wish, setup) in found.items()
    ]
    joined += [
        Joined(name, place_of(row.a), place_of(row.b), setup_of(row))
        for name, row in stored.items()
        if name not in found
    ]
    for cycle in cycles_of(joined):
        mine = [name for name in cycle.connections if name in found]
        if mine:
            problems.warn(
                found[mine[0]][0].place, f"Rules of several connections feed each other: {cycle}."
            )

"""The options of a connection in words: what can be chosen, what that means, and what is on."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from django.conf import settings

from connections.models import Connection
from connectors.connector import Catalogue
from rules.building import mark_kind
from rules.marking import SYNC_DELETIONS, SYNC_UNSUBSCRIBES, missing_for, source_of
from rules.setup import A_TO_B, B_TO_A, TWO_WAY, Brakes, other

Names = Mapping[str, str]

#: What is changed on the page of a connection, as people call it.
LABELS = {
    "name": "Name",
    "a": "Side A",
    "b": "Side B",
    "direction": "Direction",
    "winner": "Whose value stays",
    "avoid_duplicates": "Avoid duplicates",
    "never_blank": "Never blank a field",
    SYNC_DELETIONS: "Sync deletions",
    SYNC_UNSUBSCRIBES: "Sync unsubscribes",
    "new_status": "Status of new contacts",
    "region": "Country of phone numbers",
    "interval": "Interval",
    "keep_gone": "Unmatched contacts that are gone",
    "state": "State",
}


@dataclass(frozen=True, slots=True)
class Mark:
    """A direction in which a deletion or an unsubscribe is marked. ``missing``: why it is not
    possible, in a sentence; "" where it is."""

    direction: str
    text: str
    missing: str


def direction_label(direction: str, names: Names) -> str:
    if direction == TWO_WAY:
        return f"Both ways: {names['a']} ↔ {names['b']}"
    source = source_of(direction)
    return f"{names[source]} → {names[other(source)]}"


def direction_meaning(direction: str, names: Names) -> str:
    if direction == TWO_WAY:
        return f"What changes in {names['a']} or in {names['b']} is changed in the other too."
    source = source_of(direction)
    here, there = names[source], names[other(source)]
    return f"{there} follows {here}. In {here} nothing is changed, whatever happens in {there}."


def directions(names: Names) -> list[tuple[str, str, str]]:
    """Each with its label and what it means."""
    return [
        (each, direction_label(each, names), direction_meaning(each, names))
        for each in (TWO_WAY, A_TO_B, B_TO_A)
    ]


def marks_of(option: str, catalogues: Mapping[str, Catalogue], names: Names) -> list[Mark]:
    """Both directions of *Sync deletions* or *Sync unsubscribes*."""
    return [_mark(option, each, catalogues, names) for each in (A_TO_B, B_TO_A)]


def _mark(option: str, direction: str, catalogues: Mapping[str, Catalogue], names: Names) -> Mark:
    source = source_of(direction)
    target = other(source)
    event, mark = {
        SYNC_DELETIONS: ("is deleted", settings.TRASH_MARK),
        SYNC_UNSUBSCRIBES: ("unsubscribes", settings.UNSUBSCRIBES_MARK),
    }[option]
    kind = mark_kind(catalogues[target]) or "mark"
    verb = "deleted in" if option == SYNC_DELETIONS else "unsubscribed in"
    text = (
        f"When a contact {event} in {names[source]}, put the {kind} “{mark}” on it in "
        f"{names[target]}."
    )
    missing = missing_for(option, direction, catalogues, names)
    why = f"What is {verb} {names[source]} cannot be marked in {names[target]}"
    return Mark(direction, text, f"{why}: {' and '.join(missing)}." if missing else "")


def every(minutes: int) -> str:
    return "every minute" if minutes == 1 else f"every {minutes} minutes"


def kept_for(days: int) -> str:
    if not days:
        return "as long as the audit log"
    return f"{days} day{'' if days == 1 else 's'}"


def options_in_words(
    connection: Connection, catalogues: Mapping[str, Catalogue], names: Names
) -> list[str]:
    """What is on, a sentence each."""
    return list(_options(connection, catalogues, names))


def _options(
    connection: Connection, catalogues: Mapping[str, Catalogue], names: Names
) -> Iterator[str]:
    yield f"Where both sides have different values, that of {names[connection.winner]} stays."
    if connection.avoid_duplicates:
        yield "Contacts without an e-mail address are left out, to avoid duplicates."
    else:
        yield "Contacts without an e-mail address are synced too."
    if connection.never_blank:
        yield "A field is never blanked: a value cleared on one side stays on the other."
    for option in (SYNC_DELETIONS, SYNC_UNSUBSCRIBES):
        for mark in marks_of(option, catalogues, names):
            if mark.direction in getattr(connection, option):
                yield f"{mark.text} {_not_now(mark)}".strip()
    if connection.new_status and any(catalogues[side].statuses for side in "ab"):
        yield f"New contacts are {connection.get_new_status_display().lower()}."
    region = connection.region or settings.DEFAULT_REGION
    if region:
        yield f"Phone numbers without a country code are taken to be of {region}."
    yield f"It syncs {every(connection.interval)}."
    if connection.keep_gone:
        yield (
            "Contacts without a counterpart that are gone from their app stay known for "
            f"{kept_for(connection.keep_gone)}."
        )
    if connection.brakes and Brakes.from_json(connection.brakes) != Brakes():
        yield "Its brakes have limits of their own."


def _not_now(mark: Mark) -> str:
    return f"(Not possible just now. {mark.missing})" if mark.missing else ""

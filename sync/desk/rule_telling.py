"""What the page of a rule tells of it as it is entered: its sentence, what of it cannot be, how it
stands beside the other rules, and who matches it now. Nothing is stored."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from django.utils import timezone

from connections.models import Connection
from rules.clashes import may_go_both_ways
from rules.configuration.wishes import stored_rules
from rules.editing import WrittenRule
from rules.setup import TWO_WAY, direction_to, other
from sync.desk.rule_entry import Entry
from sync.desk.rule_words import told_rules
from sync.desk.side_signs import names_of
from sync.matching import Matching, contacts_of, who_matches

#: Contacts are asked at once up to so many; of more, when somebody presses the button.
AT_ONCE = 5000


@dataclass(frozen=True, slots=True)
class Told:
    """``lacking``: where and why it cannot be asked or done as it stands; ``ignored``: why it plays
    no part, "" where it does; ``beside``: what that means beside the other rules."""

    sentence: str
    lacking: Sequence[tuple[str, str]]
    ignored: str
    beside: str
    may_go_both_ways: bool


@dataclass(frozen=True, slots=True)
class Who:
    """``contacts``: of the rule's side, as last read; ``found``: None while nobody was asked."""

    contacts: int
    found: Matching | None


def told_of(entry: Entry) -> Told:
    connection, written = entry.connection, entry.written
    names = names_of(connection)
    (told,) = told_rules(connection, [written], entry.catalogues, names)
    others = [rule for rule in stored_rules(connection) if rule.key != entry.key]
    return Told(
        told.sentence,
        list(entry.lacking),
        told.ignored,
        "" if told.ignored else _beside(connection, written, others, names),
        may_go_both_ways(entry.made),
    )


def who_of(entry: Entry, *, is_asked: bool) -> Who:
    """``is_asked``: did somebody ask for it, however many there are?"""
    contacts = contacts_of(entry.connection, entry.side)
    if not contacts or not (is_asked or contacts <= AT_ONCE):
        return Who(contacts, None)
    return Who(contacts, who_matches(entry.connection, entry.made, timezone.now()))


def _beside(
    connection: Connection,
    rule: WrittenRule,
    others: Sequence[WrittenRule],
    names: Mapping[str, str],
) -> str:
    """What its conditions are good for, given who is synced by other rules anyway."""
    here, there = names[rule.side], names[other(rule.side)]
    if own := _takes_all(connection, others, rule.side):
        return (
            f"Every contact of {here} is synced by the rule “{own}” already: conditions here only "
            "say for whom the actions of this rule are."
        )
    if theirs := _takes_all(connection, others, other(rule.side)):
        return (
            f"Beside the rule “{theirs}”, which takes every contact of {there}, conditions on "
            f"{here} only limit what is created in {there}."
        )
    return (
        f"A contact of {here} is synced while it matches this rule or another one over {here}, or "
        f"its counterpart a rule over {there}."
    )


def _takes_all(connection: Connection, rules: Sequence[WrittenRule], side: str) -> str:
    """The name of a rule in force over this side without conditions, "" where there is none."""
    if connection.direction not in (TWO_WAY, direction_to(other(side))):
        return ""
    found = (rule.name for rule in rules if rule.side == side and rule.on and not rule.conditions)
    return next(found, "")

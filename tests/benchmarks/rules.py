"""``python -m tests.benchmarks.rules``: how fast rules are asked of contacts, on one core.

First each rule by itself, then all of them contact by contact, as a run does, and of contacts that
no cache knows. The aim is 100,000 answers a second in the last line.
"""

from __future__ import annotations

import argparse
import random
import time
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

from connectors.connector import Catalogue
from connectors.contact import Address, Contact, Entry, Segment, Value
from connectors.fields import STANDARD, Field, FieldType
from rules import words
from rules.setup import Rule
from rules.verdict import Facts, matches, rule_sentence

NOW = datetime(2026, 11, 23, 16, tzinfo=UTC)
CITIES = ("Ghent", "Antwerp", "Brussels", "Liège", "Bruges", "Namur", "Leuven", "Mons")
TAGS = ("Client", "VIP", "Lead", "Newsletter", "Cold", "Partner", "Press", "Supplier")
SIZES = ("Small", "Medium", "Large")
CATALOGUE = Catalogue(
    (
        *STANDARD.values(),
        Field("custom:Score", "Score", FieldType.NUMBER),
        Field("custom:Seen", "Last seen", FieldType.DATETIME),
        Field("custom:Size", "Size", FieldType.CHOICE, options=SIZES),
    ),
    {"tag": TAGS, "bucket": ("A", "B")},
    statuses=("subscribed", "unsubscribed"),
)

Words = tuple[str, str, str | tuple[str, ...], str]
#: Each rule: its conditions as (kind, operator, value, field).
RULES: tuple[list[Words], ...] = (
    [("tag", "has", "Client", "")],
    [("tag", "has", "Lead", ""), ("tag", "has not", "Cold", ""), ("bucket", "not in", "B", "")],
    [("field", "is", "Ghent", "addresses.city")],
    [("field", "contains", "@example.org", "emails"), ("status", "in", "subscribed", "")],
    [("field", "starts with", "+32", "phones")],
    [("field", "is", "+32 2 555 12 12", "phones")],
    [("field", "greater than", "50", "custom:Score"), ("field", "is not empty", "", "company")],
    [("field", "within days", "30", "custom:Seen"), ("deleted", "not", "", "")],
    [("field", "one of", ("Small", "Large"), "custom:Size"), ("exists", "", "", "")],
    [("field", "does not contain", "press", "notes"), ("field", "is not", "1", "last_name")],
)


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks.rules", description=__doc__)
    parser.add_argument("--contacts", type=int, default=100_000)
    parser.add_argument("--seed", type=int, default=1)
    given = parser.parse_args()
    rules = [_rule(number, conditions) for number, conditions in enumerate(RULES)]
    print(f"{given.contacts:,} contacts, seed {given.seed}")
    print(f"{'seconds':>8} {'a second':>10} {'matched':>8}  rule")
    chance = random.Random(given.seed)
    contacts = contacts_like_people(given.contacts, chance)
    for rule in rules:
        print(_row([rule], contacts, rule_sentence(rule)), flush=True)
    print(_row(rules, contacts_like_people(given.contacts, chance), "all of them"))


def _row(rules: Sequence[Rule], contacts: Sequence[Contact], what: str) -> str:
    matched = 0
    begin = time.process_time()
    for contact in contacts:
        facts = Facts(contact, NOW, "BE", existed=True)
        for rule in rules:
            matched += matches(rule, facts) is True
    seconds = time.process_time() - begin
    answers = len(contacts) * len(rules)
    return f"{seconds:8.2f} {answers / seconds:10,.0f} {matched:>8,}  {what}"


def _rule(number: int, conditions: Sequence[Words]) -> Rule:
    built = tuple(words.condition(*each, CATALOGUE) for each in conditions)
    return Rule(str(number), f"Rule {number}", "a", built)


def contacts_like_people(count: int, chance: random.Random) -> list[Contact]:
    return [_contact(number, chance) for number in range(count)]


def _contact(number: int, chance: random.Random) -> Contact:
    first, last = f"First{chance.randrange(3000)}", f"Last{chance.randrange(20000)}"
    address = Address(f"Street {number % 900}", city=chance.choice(CITIES), country="Belgium")
    seen = NOW - timedelta(hours=chance.randrange(8000))
    fields: dict[str, Value] = {
        "first_name": first,
        "last_name": last,
        "emails": (
            Entry(f"{first}.{last}{number}@example.{chance.choice(('org', 'com'))}", "work", True),
            Entry(f"{first}{number}@home.test", "home"),
        ),
        "phones": (Entry(f"0{chance.randrange(470, 500)} {number % 10**6:06}", "mobile"),),
        "addresses": (Entry(address, "home"),),
        "notes": f"Met {first} {last} at the fair, number {number}, and promised to call back.",
        "custom:Score": str(chance.randrange(100)),
        "custom:Seen": seen.isoformat(),
        "custom:Size": chance.choice(SIZES),
    }
    if chance.random() < 0.5:
        fields["company"] = f"Company {chance.randrange(5000)}"
    segments = {Segment("tag", tag) for tag in chance.sample(TAGS, chance.randrange(4))}
    segments.add(Segment("bucket", chance.choice("AB")))
    return Contact(fields, frozenset(segments), chance.choice(("subscribed", "unsubscribed")))


if __name__ == "__main__":
    main()

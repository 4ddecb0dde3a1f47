"""Histories by chance between the stand-ins of real apps, with their own connectors."""

from __future__ import annotations

from collections.abc import Mapping
from random import Random
from typing import Any

from rules.setup import direction_to, other
from rules.written import DEFAULT_RULES, WrittenRule
from tests.world.chance import MISHAPS, SIDES
from tests.world.chance_rules import Tale, rules
from tests.world.history import Event, History, Setting
from tests.world.standing import FACTS

PAIRS = (
    ("contactually", "google"),
    ("google", "contactually"),
    ("mailchimp", "contactually"),
    ("google", "mailchimp"),
    ("contactually", ""),
    ("", "google"),
    ("mailchimp", ""),
)
#: Oddities that change nothing that people mean, by app.
_ODD: Mapping[str, Mapping[str, tuple[Any, ...]]] = {
    "contactually": {
        "formats_phones": (False, True), "trims": (False, True), "lowers_emails": (False, True),
        "largest_page": (500, 2), "order": ("created", "updated"), "values": ("typed", "text"),
        "timestamps": ("iso", "spaced"), "includes_bound": (False, True),
        "next_page": ("search", "list"),
    },
    "google": {
        "shuffled": (False, True), "lag": (0, 300), "all_or_nothing": (True, False),
        "token_days": (7, 0.05),
    },
    "mailchimp": {
        "since_is_inclusive": (False, True), "readding_tag_moves": (True, False),
        "escapes_values": (False, True), "equal_values_move": (False, True),
    },
}  # fmt: skip


def apps(seed: int) -> History:
    chance = Random(seed)
    return AppStory(chance, setting(chance)).tell()


def setting(chance: Random) -> Setting:
    names = dict(zip(SIDES, chance.choice(PAIRS), strict=True))
    real = {side: app for side, app in names.items() if app}
    held = set.intersection(*(set(FACTS[app].fields) for app in real.values()))
    others = sorted(held - {"emails"})
    chosen = chance.sample(others, min(len(others), chance.choice((2, 3, 4))))
    quirks = {side: _quirks(chance, names[side]) for side in SIDES}
    has_rules = chance.random() < 0.7
    return Setting(
        a=quirks["a"],
        b=quirks["b"],
        fields=tuple(sorted(["emails", *chosen])),
        winner=chance.choice(SIDES),
        new_status="subscribed" if "mailchimp" in real.values() else "",
        real=real,
        direction=chance.choices(("two-way", "a-to-b", "b-to-a"), (8, 1, 1))[0],
        sync_deletions=tuple(x for x in ("a-to-b", "b-to-a") if chance.random() < 0.5),
        sync_unsubscribes=tuple(
            direction_to(other(side)) for side, app in real.items() if FACTS[app].statuses
        ),
        rules=fitting(rules(chance), real) if has_rules else DEFAULT_RULES,
    )


def fitting(written: tuple[WrittenRule, ...], real: Mapping[str, str]) -> tuple[WrittenRule, ...]:
    """Those that the apps know the words of."""
    return tuple(rule for rule in written if _fits(rule, real))


def _fits(rule: WrittenRule, real: Mapping[str, str]) -> bool:
    app = FACTS.get(real.get(rule.side, ""))
    for condition in rule.conditions:
        if condition.kind == "unsubscribed" and not (app and app.statuses):
            return False
        if condition.field and condition.field not in (app.fields if app else ("company",)):
            return False
    return not any(action.field for action in rule.actions)


def _quirks(chance: Random, app: str) -> Mapping[str, Any]:
    drawn = {name: chance.choice(values) for name, values in _ODD.get(app, {}).items()}
    usual = {name: values[0] for name, values in _ODD.get(app, {}).items()}
    return {name: value for name, value in drawn.items() if value != usual[name]}


#: What happens only in memory apps, or has no trace in an app's own listing.
_ELSEWHERE = ("level", "archive", "restore", "remake", "merge")


class AppStory(Tale):
    """Where an app holds one address only, everybody has one, which stays."""

    #: They are asked for one thing in a request, or answer for all of a batch at once.
    mishaps = tuple(mishap for mishap in MISHAPS if mishap[1] != "within")

    @property
    def _one_address(self) -> bool:
        return any(FACTS[app].one_address for app in self.setting.real.values())

    def _card(self) -> tuple[tuple[str, tuple[int, ...]], ...]:
        card = super()._card()
        if not self._one_address:
            return card
        return tuple((name, (1,) if name == "emails" else words) for name, words in card)

    def _user_event(self) -> Event:
        """Nothing that a reading would not tell of."""
        while True:
            event = super()._user_event()
            is_hidden = event[0] == "delete" and self._deletions_after(event[1])
            has_other_address = self._one_address and "emails" in event[3:4]
            if event[0] not in _ELSEWHERE and not is_hidden and not has_other_address:
                return event

    def _between_runs(self) -> list[Event]:
        events = super()._between_runs()
        side = self.chance.choice(SIDES)
        if self.chance.random() < 0.2 and (seconds := self._deletions_after(side)):
            events += [("delete", side, self.chance.choice(self.people)), ("tick", seconds)]
        return events

    def _asks_consent(self, side: str) -> bool:
        app = self.setting.real.get(side)
        return bool(app and FACTS[app].statuses)

    def _changed_rules(self) -> tuple[WrittenRule, ...]:
        return fitting(super()._changed_rules(), self.setting.real)

    def _deletions_after(self, side: str) -> int:
        app = self.setting.real.get(side)
        return FACTS[app].deletions_after if app else 0

"""Histories by chance between the stand-ins of real apps, with their own connectors."""

from __future__ import annotations

from collections.abc import Mapping
from random import Random
from typing import Any

from tests.world.chance import SIDES, Story
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
    "google": {"shuffled": (False, True), "lag": (0, 300), "all_or_nothing": (True, False)},
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
    return Setting(
        a=quirks["a"],
        b=quirks["b"],
        fields=tuple(sorted(["emails", *chosen])),
        winner=chance.choice(SIDES),
        new_status="subscribed" if "mailchimp" in real.values() else "",
        real=real,
    )


def _quirks(chance: Random, app: str) -> Mapping[str, Any]:
    drawn = {name: chance.choice(values) for name, values in _ODD.get(app, {}).items()}
    usual = {name: values[0] for name, values in _ODD.get(app, {}).items()}
    return {name: value for name, value in drawn.items() if value != usual[name]}


class AppStory(Story):
    """Where an app holds one address only, everybody has one, which stays."""

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
            if not is_hidden and not (self._one_address and "emails" in event[3:4]):
                return event

    def _between_runs(self) -> list[Event]:
        events = super()._between_runs()
        side = self.chance.choice(SIDES)
        if self.chance.random() < 0.2 and (seconds := self._deletions_after(side)):
            events += [("delete", side, self.chance.choice(self.people)), ("tick", seconds)]
        return events

    def _deletions_after(self, side: str) -> int:
        app = self.setting.real.get(side)
        return FACTS[app].deletions_after if app else 0

"""Rules, people and what people do, by chance: what is asked of two runs of the same thing, such
as a preview and the run that follows."""

from __future__ import annotations

from random import Random
from typing import Any

from connectors.contact import Contact, Entry, entries
from connectors.fields import Field
from rules.configuration.loading import Outcome
from tests.stories.bench import Bench, Quirks, add, has, person, rule, set_field

TAGS = ("Client", "VIP", "Cold")
PUT = ("From A", "From B", "Seen")
SEGMENT = "custom:Segment"
APP = Quirks(segments=frozenset({"tag"}), custom=(Field(SEGMENT, "Segment"),))
TEXTS = {"company": ("ACME", "Globex", ""), "notes": ("One", "Two", ""), "last_name": ("X", "Y")}


class Drawn:
    """A bench whose rules and people are drawn. ``sharing``: do people share addresses?"""

    def __init__(self, bench: Bench, chance: Random, sharing: bool) -> None:
        self.bench, self.chance, self.sharing = bench, chance, sharing
        self.number = 0

    # --- the configuration ---

    def load(self, check: bool = False) -> Outcome:
        """Options and rules anew."""
        chance = self.chance
        return self.bench.load(
            check=check,
            direction=chance.choice(["two-way", "two-way", "a-to-b", "b-to-a"]),
            winner=chance.choice("ab"),
            avoid_duplicates=chance.random() < 0.7,
            sync_deletions=chance.choice([[], ["b-to-a"], ["a-to-b", "b-to-a"]]),
            brakes={"marks": [999, 1.0], "overwrites": [999, 1.0], "changes": [999, 1.0]},
            rules=self._rules(),
        )

    def _rules(self) -> list[dict[str, Any]]:
        rules = [rule(f"All {side}", side) for side in "ab" if self.chance.random() < 0.4]
        for number in range(self.chance.randint(1, 3)):
            rules.append(self._rule(f"Rule {number}"))
        return rules

    def _rule(self, name: str) -> dict[str, Any]:
        chance = self.chance
        conditions: list[dict[str, Any]] = [has(chance.choice(TAGS))]
        if chance.random() < 0.15:
            both = [has(chance.choice(TAGS))], [add(chance.choice(PUT))]
            return rule(
                name, chance.choice("ab"), *both, both_ways=True, undo=chance.random() < 0.5
            )
        if chance.random() < 0.3:
            conditions.append({"kind": "field", "field": "company", "op": "is", "value": "ACME"})
        if chance.random() < 0.2:
            conditions = [{"kind": "exists", "op": chance.choice(["", "not"])}]
        actions = [add(chance.choice(PUT))] if chance.random() < 0.7 else []
        if chance.random() < 0.4:
            actions.append(set_field(SEGMENT, chance.choice(["Boss", "Pal"])))
        return rule(name, chance.choice("ab"), conditions, actions, undo=chance.random() < 0.6)

    # --- what people do ---

    def people(self, number: int) -> None:
        for _ in range(number):
            self._arrive()

    def _arrive(self) -> None:
        self.number += 1
        for side in self.chance.choice(["a", "b", "ab"]):
            self.bench.apps[side].add(self._person())

    def _person(self) -> Contact:
        chance = self.chance
        values = {name: chance.choice(texts) for name, texts in TEXTS.items()}
        emails = [] if chance.random() < 0.1 else [f"p{self.number}@x.org"]
        if self.sharing and chance.random() < 0.3:
            emails = [f"p{chance.randint(1, self.number)}@x.org"]
        phones: tuple[Entry, ...] = entries(["0477112233"]) if chance.random() < 0.3 else ()
        tags = [tag for tag in TAGS if chance.random() < 0.3]
        return person(f"P{self.number}", *emails, tags=tags, phones=phones, **values)

    def happen(self, number: int) -> None:
        for _ in range(number):
            self._happen()

    def _happen(self) -> None:
        chance = self.chance
        side = chance.choice("ab")
        app = self.bench.apps[side]
        ids = sorted(app.contacts())
        if not ids or chance.random() < 0.2:
            self._arrive()
            return
        id, what = chance.choice(ids), chance.random()
        tagged = {item.name for item in app.contacts()[id].segments}
        first = app.contacts()[id].text("first_name")
        alone = sum(x.text("first_name") == first for x in app.contacts().values()) == 1
        if what < 0.4:
            name = chance.choice(sorted(TEXTS))
            app.edit(id, {name: chance.choice(TEXTS[name])})
        elif what < 0.5:
            self.number += 1
            app.edit(id, {"emails": entries([f"p{self.number}@x.org"])})
        elif what < 0.85 and alone:
            tag = chance.choice((*TAGS, *PUT))
            if tag in tagged:
                self.bench.untag(side, first, tag)
            else:
                self.bench.tag(side, first, tag)
        else:
            app.remove(id)

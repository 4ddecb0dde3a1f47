"""The steps in which somebody sets up a connection and changes it, each on its page."""

from __future__ import annotations

import re
from collections.abc import Sequence

from playwright.sync_api import Locator, expect

from sync.models import Run
from tests.browser.apps import Owner
from tests.browser.at_work import AtWork
from tests.browser.syncing import synced


class SettingUp(AtWork):
    """Of a connection that there is not yet, or that is there already."""

    # --- Apps and accounts ----------------------------------------------------------------------

    def begin(self) -> None:
        self.boss.go("connections_connection_changelist")
        self.hands.press(self.page.get_by_role("link", name=re.compile("Add connection")).first)
        self.arrive("Which apps are to be kept equal?")

    def choose_apps(self, a: str, b: str) -> None:
        for letter, app in (("A", a), ("B", b)):
            self.hands.choose(self._side(letter).get_by_role("radio", name=re.compile(app)))
        self.press("Go on to the accounts")
        self.arrive(f"Accounts of {a} and {b}")

    def connect(self, letter: str, app: str, owner: Owner) -> None:
        """The account of a side, in the pop-up of its app."""
        self.boss.press_authorize(app).choose(owner).allow()
        side = self._side(letter)
        expect(side).to_contain_text("just connected")
        self.expect_chosen(letter, owner)

    def use(self, letter: str, account: str) -> None:
        """One that is connected already."""
        self.hands.choose(self._side(letter).get_by_role("radio", name=re.compile(account)))

    def expect_chosen(self, letter: str, owner: Owner) -> None:
        chosen = self._side(letter).get_by_role("radio", name=re.compile(owner.email))
        expect(chosen).to_be_checked()

    def read_both_sides(self) -> None:
        """A worker does so while people go on."""
        assert synced(self.connection).state == Run.State.DONE

    def _side(self, letter: str) -> Locator:
        return self.page.get_by_role("group", name=re.compile(f"^Side {letter}"))

    # --- Options --------------------------------------------------------------------------------

    def set_options(self, name: str, *, ticks: Sequence[str] = (), **fields: str) -> None:
        """``ticks``: what beside the boxes; ``fields``: ``region`` and ``interval``."""
        self.write("Name", name)
        for text in ticks:
            self.tick(text)
        if "region" in fields:
            self.write("Country of phone numbers", fields["region"])
        if "interval" in fields:
            self.write("Minutes between two runs", fields["interval"])

    # --- Rules ----------------------------------------------------------------------------------

    def begin_rule(self, app: str, name: str) -> None:
        self.follow(f"Add a rule over contacts of {app}")
        self.arrive(f"A new rule over contacts of {app}")
        self.write("Name", name)

    def add_condition(self, kind: str, op: str, value: str, *, field: str = "") -> None:
        row = self._add_row("Add a condition", "Condition", kind, field)
        self.hands.pick(row.get_by_label("How"), op)
        self.enter(row.get_by_label("Value"), value)

    def add_action(self, kind: str, value: str, *, field: str = "") -> None:
        row = self._add_row("Add an action", "Action", kind, field)
        self.enter(row.get_by_label("Value"), value)

    def row(self, word: str, number: int) -> Locator:
        """``word``: Condition or Action."""
        return self.page.get_by_role("group", name=f"{word} {number}")

    def delete_rule(self, name: str) -> None:
        self.follow(f"Delete {name}")
        self.press("Delete it")
        self.arrive("Rules")

    def save_rule(self, sentence: str, *who: str) -> None:
        """What it says and who matches it is told before it is saved, and what it says among the
        others afterwards."""
        told = self.page.get_by_role("region", name="What this rule says")
        for text in (sentence, *who):
            expect(told).to_contain_text(text)
        self.look()
        self.press("Save")
        self.arrive("Rules")
        self.boss.expect_text(sentence)

    def _add_row(self, button: str, word: str, kind: str, field: str) -> Locator:
        number = self.page.get_by_role("group", name=re.compile(rf"^{word} \d+$")).count() + 1
        self.press(button)
        row = self.row(word, number)
        self.hands.pick(row.get_by_label("What it is about"), kind)
        if field:
            self.hands.pick(row.get_by_label("Field"), field)
        return row

    # --- Field mapping ---------------------------------------------------------------------------

    def try_on(self, name: str) -> None:
        """Somebody, as the lines are now."""
        self.write("Name or e-mail address of a contact", name)
        self.press("Search")
        expect(self.page.get_by_role("status").filter(has_text=name)).to_be_visible()

    def add_line(self, field: str, app: str, other_field: str, other_app: str) -> Locator:
        """Between two fields that are in none; the new line."""
        self.press(f"Add a line with {field} of {app}")
        line = self.page.get_by_role("listitem").filter(
            has=self.page.get_by_label(f"Field of {other_app}")
        )
        self.hands.pick(line.get_by_label(f"Field of {other_app}"), other_field)
        return line

    # --- Preview and start ----------------------------------------------------------------------

    def see_preview(self, *told: str) -> None:
        """The page goes on by itself when the preview is there."""
        self._await("What it would do", *told)

    def see_run(self, *told: str) -> None:
        """So does the page of the connection, when its run has ended."""
        self._await(*told)

    def pilot_with(self, name: str) -> None:
        """On whichever side they are."""
        self.write("Search a contact by name", name)
        self.press("Search")
        found = self.page.get_by_role("checkbox", name=name)
        expect(found.first).to_be_visible()
        for box in found.all():
            self.hands.tick(box)
        self.press("Start syncing")

    def _await(self, *told: str) -> None:
        self.see_it_wait()
        self.look()
        assert synced(self.connection).state == Run.State.DONE
        for text in told:
            self.boss.expect_text(text)
        self.look()

    # --- Changing what is active ------------------------------------------------------------------

    def see_effect(self, *told: str) -> None:
        """Before it is saved."""
        self.arrive(f"What this changes about {self.connection}")
        for text in told:
            self.boss.expect_text(text)

    def go_back(self, *told: str) -> None:
        """To the save before the latest; ``told``: what that would do."""
        self.follow("Go back to this")
        self.arrive(f"Go back to an earlier save of {self.connection}")
        for text in told:
            self.boss.expect_text(text)
        self.press("Go back to this")
